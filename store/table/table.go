// Package table keeps the live rows of one model in memory: the bytes in an
// arena, a primary-key index, an index for each set of fields that relations name,
// and the order of the rows by the fields of each key and @index. A row has a number that it keeps while it lives, updates
// included; numbers grow, so their order is the order of insertion. Nothing here
// holds a pointer per row.
//
// A Table is not safe for concurrent use.
package table

import (
	"bytes"
	"slices"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Table is the live rows of one model.
type Table struct {
	Model   *schema.Model
	Layout  *record.Layout
	places  []place  // by row number; nowhere for numbers whose row is gone
	version []uint32 // by row number
	arena   arena
	primary slots
	keyed   bool // the primary index is there; see Adopt
	absent  bool // the rows are elsewhere; see Leave
	asked   bool // somebody looked for rows that are elsewhere
	indexes []*Index
	ordered []*Ordered
	live    int // rows
	bytes   int // of live rows
	dead    int // bytes of rows that were replaced or deleted
	scratch []byte
}

// New returns an empty table for m with its indexes.
func New(m *schema.Model) *Table {
	return &Table{Model: m, Layout: record.LayoutOf(m), keyed: true}
}

// AddIndex makes sure that there is an index over those fields. It is built when it
// is first asked for, and kept up from then on. The table must be empty. The
// primary key needs none.
func (t *Table) AddIndex(fields []int) {
	if !slices.Equal(fields, t.Model.Key) && t.Index(fields) == nil {
		t.indexes = append(t.indexes, &Index{Fields: fields, table: t})
	}
}

// Index returns the index over exactly those fields, or nil.
func (t *Table) Index(fields []int) *Index {
	for _, x := range t.indexes {
		if slices.Equal(x.Fields, fields) {
			return x
		}
	}
	return nil
}

// Len returns the number of live rows.
func (t *Table) Len() int {
	t.Ask()
	return t.live
}

// Bytes returns the bytes of the live rows.
func (t *Table) Bytes() int { return t.bytes }

// End returns the number after the highest row number ever given.
func (t *Table) End() uint32 {
	t.Ask()
	return uint32(len(t.places))
}

// Has reports whether there is a live row of that number.
func (t *Table) Has(number uint32) bool {
	return int(number) < len(t.places) && t.places[number].chunk != 0
}

// Row returns a live row. Its bytes never change and stay valid when the row is
// replaced or deleted.
func (t *Table) Row(number uint32) record.Row { return t.arena.row(t.places[number]) }

// Version returns the number that the row's present state has. Together with the
// row number it names these bytes and no others.
func (t *Table) Version(number uint32) uint32 { return t.version[number] }

// Find returns the number of the row with that primary key.
func (t *Table) Find(key []byte) (uint32, bool) {
	if !t.keyed {
		t.buildPrimary()
	}
	return t.primary.find(hash(key), func(n uint32) bool { return t.hasKey(n, key) })
}

func (t *Table) hasKey(number uint32, key []byte) bool {
	return t.HasKey(t.Row(number), key)
}

// Key appends the primary key of a row to dst.
func (t *Table) Key(dst []byte, row record.Row) []byte {
	dst, _ = t.Layout.AppendKey(dst, row, t.Model.Key)
	return dst
}

// HasKey reports whether that is the primary key of a row, which need not be in the
// table.
func (t *Table) HasKey(row record.Row, key []byte) bool { return bytes.Equal(t.keyOf(row), key) }

// Match appends to dst the numbers of the rows whose fields have that key, in
// ascending order. There must be an index over the fields, or they are the
// primary key.
func (t *Table) Match(dst []uint32, fields []int, key []byte) []uint32 {
	if slices.Equal(fields, t.Model.Key) {
		if n, ok := t.Find(key); ok {
			dst = append(dst, n)
		}
		return dst
	}
	return t.Index(fields).Rows(dst, key)
}

// Change is one row put or deleted, with what it takes to undo it.
type Change struct {
	Table  *Table
	Row    uint32
	before state
	after  state
}

type state struct {
	place   place
	version uint32
}

// Before returns the row before the change, nil if there was none.
func (c Change) Before() record.Row { return c.Table.at(c.before.place) }

// After returns the row after the change, nil if there is none.
func (c Change) After() record.Row { return c.Table.at(c.after.place) }

func (t *Table) at(p place) record.Row {
	if p.chunk == 0 {
		return nil
	}
	return t.arena.row(p)
}

// Insert adds a row whose primary key is new.
func (t *Table) Insert(row record.Row, version uint32) Change {
	t.places = append(t.places, place{})
	t.version = append(t.version, 0)
	c := Change{Table: t, Row: t.End() - 1, after: state{t.arena.append(row), version}}
	t.set(c.Row, c.after)
	return c
}

// Update replaces a live row by one with the same primary key.
func (t *Table) Update(number uint32, row record.Row, version uint32) Change {
	c := Change{Table: t, Row: number, before: t.state(number), after: state{t.arena.append(row), version}}
	t.set(number, c.after)
	return c
}

// Delete removes a live row.
func (t *Table) Delete(number uint32) Change {
	c := Change{Table: t, Row: number, before: t.state(number)}
	t.set(number, c.after)
	return c
}

// Undo takes a change back. Changes are undone newest first.
func (t *Table) Undo(c Change) { t.set(c.Row, c.before) }

// Redo makes a change again that was undone. Changes are redone oldest first.
func (t *Table) Redo(c Change) { t.set(c.Row, c.after) }

// Adopt takes a block of rows with new keys, one behind the other, without copying
// it. It returns false when the rows do not fill the block exactly or have another
// layout; the table is of no use then. Indexes are given up, and built again when
// they are next asked for: a page that opens a large store for one query waits for
// the indexes of that query alone.
func (t *Table) Adopt(block []byte, version uint32) bool {
	chunk := t.arena.adopt(block)
	for offset := 0; offset < len(block); {
		n := record.Length(block[offset:])
		if n == 0 || !t.Layout.Sound(record.Row(block[offset:offset+n])) {
			return false
		}
		t.places = append(t.places, place{chunk, uint32(offset)})
		t.version = append(t.version, version)
		t.live++
		offset += n
	}
	t.bytes += len(block)
	t.keyed, t.primary = false, slots{}
	for _, x := range t.indexes {
		*x = Index{Fields: x.Fields, table: t}
	}
	for _, x := range t.ordered {
		x.forget()
	}
	return true
}

// buildPrimary fills the primary index.
func (t *Table) buildPrimary() {
	t.keyed = !t.absent
	t.primary.reserve(t.live)
	for n := range t.End() {
		if t.Has(n) {
			t.primary.insert(hash(t.keyOf(t.Row(n))), n)
		}
	}
}

func (t *Table) state(number uint32) state { return state{t.places[number], t.version[number]} }

// set makes s the state of a row number and keeps the indexes and sums in step.
func (t *Table) set(number uint32, s state) {
	old := t.at(t.places[number])
	row := t.at(s.place)
	if old != nil {
		t.live--
		t.bytes -= len(old)
		t.dead += len(old)
		t.unindex(number, old, row)
	}
	for _, x := range t.ordered {
		if x.built && (old == nil || row == nil || !t.alike(old, row, x.Fields)) {
			x.touch(number)
		}
	}
	t.places[number], t.version[number] = s.place, s.version
	if row != nil {
		t.live++
		t.bytes += len(row)
		t.index(number, row, old)
	}
}

// unindex takes old out of the indexes in which row, its successor or nil, does
// not stand in the same place.
func (t *Table) unindex(number uint32, old, row record.Row) {
	if row == nil && t.keyed {
		t.primary.remove(hash(t.keyOf(old)), number)
	}
	for _, x := range t.indexes {
		if !x.built {
			continue
		}
		if row == nil || !t.alike(old, row, x.Fields) {
			x.remove(number, old)
		}
	}
}

func (t *Table) index(number uint32, row, old record.Row) {
	if old == nil && t.keyed {
		t.primary.insert(hash(t.keyOf(row)), number)
	}
	for _, x := range t.indexes {
		if !x.built {
			continue
		}
		if old == nil || !t.alike(old, row, x.Fields) {
			x.insert(number, row)
		}
	}
}

func (t *Table) alike(a, b record.Row, fields []int) bool {
	for _, f := range fields {
		if !bytes.Equal(t.Layout.Value(a, f), t.Layout.Value(b, f)) {
			return false
		}
	}
	return true
}

// keyOf returns the primary key of a row; its bytes are good until the next look at a
// key.
func (t *Table) keyOf(row record.Row) []byte {
	if len(t.Model.Key) == 1 {
		return t.Layout.Value(row, t.Model.Key[0])
	}
	t.scratch = t.Key(t.scratch[:0], row)
	return t.scratch
}
