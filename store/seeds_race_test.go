//go:build race

package store_test

// These are less under the race detector, which takes ten times as long.
const (
	plentySeeds = 50
	someSeeds   = 30
	share       = 10
)
