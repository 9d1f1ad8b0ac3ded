//go:build !race && (!js || sdl)

package store_test

// How many random histories a test tries: one of many, and one of longer ones; and
// what part of an attack's size is run.
const (
	plentySeeds = 500
	someSeeds   = 300
	share       = 1
)
