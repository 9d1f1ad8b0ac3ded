package table

import (
	"slices"

	"github.com/granarydb/granary/store/record"
)

// Span is the rows of a stretch of numbers as they were at one moment. It costs
// twelve bytes a row, and the memory of rows that are gone meanwhile. What becomes of
// the table does not change it, and it may be read while the table is changed.
type Span struct {
	numbers []uint32
	places  []place
	arena   arena
}

// Span returns the rows numbered from start up to end as they are now.
func (t *Table) Span(start, end uint32) Span {
	s := Span{arena: arena{chunks: slices.Clone(t.arena.chunks)}}
	for n := start; n < end; n++ {
		if p := t.places[n]; p.chunk != 0 {
			s.numbers, s.places = append(s.numbers, n), append(s.places, p)
		}
	}
	return s
}

// Len returns the number of rows.
func (s *Span) Len() int { return len(s.places) }

// Row returns row i of them, from 0.
func (s *Span) Row(i int) record.Row { return s.arena.row(s.places[i]) }

// Number returns the number that row i has in the table.
func (s *Span) Number(i int) uint32 { return s.numbers[i] }

// Size returns the bytes of the rows numbered from start up to end.
func (t *Table) Size(start, end uint32) int {
	bytes := 0
	for n := start; n < end; n++ {
		if t.Has(n) {
			bytes += len(t.Row(n))
		}
	}
	return bytes
}
