//go:build race

package store_test

// plentySeeds is less under the race detector, which takes ten times as long.
const plentySeeds = 50
