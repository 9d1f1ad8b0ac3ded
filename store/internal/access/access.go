// Package access counts by which ways queries come to their rows, so that a test
// can tell that it met them all. A page does not count.
package access

import "sync/atomic"

// Way is one way to rows.
type Way int

const (
	Scan      Way = iota // a look at all rows
	Hash                 // equality with values of one field, the primary key included
	Range                // a stretch of an ordered index
	Stretches            // several stretches of one
	Union                // the ways of all parts of an or
	Related              // from related records back
	Stopped              // rows in order of insertion, until enough matched, though an index was there
	Upward               // along an ordered index, until enough matched
	Downward             // along an ordered index from its end
	Grouped              // along an ordered index, rows that tie there sorted by themselves
	Extended             // along the wanted order, further than at first, since rows matched often enough
	GivenUp              // along the wanted order at first, another way when few rows matched
	Ways                 // how many there are
)

var counts [Ways]atomic.Int64

// Note counts a way that was taken, or given up.
func Note(w Way, kept bool) {
	if !kept {
		w = GivenUp
	}
	counts[w].Add(1)
}

// Counts returns how often each way was taken since the program began.
func Counts() (list [Ways]int) {
	for w := range counts {
		list[w] = int(counts[w].Load())
	}
	return list
}

// String names the way.
func (w Way) String() string {
	return [...]string{"scan", "hash", "range", "stretches", "union", "related", "stopped", "upward", "downward", "grouped", "extended", "given up"}[w]
}
