//go:build !race && (!js || sdl)

package store_test

// How many random histories a test tries: one of many, and one of longer ones.
const (
	plentySeeds = 500
	someSeeds   = 300
)
