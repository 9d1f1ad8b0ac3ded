package table

import (
	"slices"

	"github.com/granarydb/granary/store/internal/mergesort"
)

// Ascending sorts row numbers in place and leaves each once.
func Ascending(rows []uint32) []uint32 {
	mergesort.Sort(rows, func(a, b uint32) bool { return a < b })
	return slices.Compact(rows)
}
