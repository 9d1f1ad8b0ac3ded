//go:build !race && (!js || sdl)

package store_test

// plentySeeds is how many random histories a test of many tries.
const plentySeeds = 500
