package table

import (
	"slices"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Frozen is the rows of a table as they were at one moment, in order of insertion.
// It costs eight bytes a row, and the memory of rows that are gone meanwhile. What
// becomes of the table does not change it.
type Frozen struct {
	Model  *schema.Model
	Layout *record.Layout
	places []place
	arena  arena
}

// Freeze returns the rows as they are now.
func (t *Table) Freeze() Frozen {
	f := Frozen{Model: t.Model, Layout: t.Layout, places: make([]place, 0, t.live)}
	f.arena.chunks = slices.Clone(t.arena.chunks)
	for _, p := range t.places {
		if p.chunk != 0 {
			f.places = append(f.places, p)
		}
	}
	return f
}

// Len returns the number of rows.
func (f *Frozen) Len() int { return len(f.places) }

// Row returns row i of them, from 0.
func (f *Frozen) Row(i int) record.Row { return f.arena.row(f.places[i]) }
