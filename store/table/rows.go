package table

import (
	"math/bits"
	"slices"

	"github.com/granarydb/granary/store/internal/mergesort"
)

// Ascending sorts row numbers in place and leaves each once.
func Ascending(rows []uint32) []uint32 {
	greatest, sorted := uint32(0), true
	for i, n := range rows {
		sorted = sorted && (i == 0 || n > greatest)
		greatest = max(greatest, n)
	}
	if sorted {
		return rows
	}
	if len(rows) > 64 && int(greatest) < 64*len(rows) {
		return marked(rows, greatest)
	}
	mergesort.Sort(rows, func(a, b uint32) bool { return a < b })
	return slices.Compact(rows)
}

// marked is Ascending by way of one bit for each number up to the greatest.
func marked(rows []uint32, greatest uint32) []uint32 {
	marks := make([]uint64, greatest/64+1)
	for _, n := range rows {
		marks[n/64] |= 1 << (n % 64)
	}
	rows = rows[:0]
	for i, word := range marks {
		for ; word != 0; word &= word - 1 {
			rows = append(rows, uint32(64*i+bits.TrailingZeros64(word)))
		}
	}
	return rows
}
