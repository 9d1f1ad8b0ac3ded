package table

import (
	"bytes"

	"github.com/granarydb/granary/store/record"
)

// Index finds the rows in which some fields have given values. Rows in which one
// of the fields is null are not in it. Rows with equal values hang in one chain.
type Index struct {
	Fields []int // positions in the model's fields
	table  *Table
	slots  slots
	groups []group
	free   []uint32 // numbers of groups to use again
	links  []link   // by row number
	built  bool     // false until the index is asked for, again after Adopt, and while the rows are elsewhere
}

type group struct{ head, tail, count uint32 } // rows plus one
type link struct{ next, prev uint32 }         // rows plus one

// Count returns the number of rows with that key (AppendKey of the values).
func (x *Index) Count(key []byte) int {
	if g, ok := x.find(key); ok {
		return int(x.groups[g].count)
	}
	return 0
}

// Rows appends the numbers of the rows with that key to dst, in ascending order.
func (x *Index) Rows(dst []uint32, key []byte) []uint32 {
	g, ok := x.find(key)
	if !ok {
		return dst
	}
	start := len(dst)
	for row := x.groups[g].head; row != 0; row = x.links[row-1].next {
		dst = append(dst, row-1)
	}
	Ascending(dst[start:])
	return dst
}

// build fills the index, some rows a call: an engine that compiles better what is
// called often does so between two calls.
func (x *Index) build() {
	x.built = true
	end := x.table.End()
	x.links = make([]link, end)
	for start := uint32(0); start < end; start += rowsAtOnce {
		x.fill(start, min(start+rowsAtOnce, end))
	}
	x.built = !x.table.absent
}

const rowsAtOnce = 512

// fill inserts the rows numbered from start up to end.
func (x *Index) fill(start, end uint32) {
	for n := start; n < end; n++ {
		if p := x.table.places[n]; p.chunk != 0 {
			x.insert(n, x.table.arena.row(p))
		}
	}
}

// find returns the group of the rows with that key.
func (x *Index) find(key []byte) (uint32, bool) {
	if !x.built {
		x.build()
	}
	return x.group(hash(key), key)
}

// group is find with the hash of the key, in an index that is built.
func (x *Index) group(hash uint32, key []byte) (uint32, bool) {
	slot := x.slots.slot
	if len(slot) == 0 {
		return 0, false
	}
	mask := uint32(len(slot) - 1)
	for i := hash & mask; slot[i] != 0; i = (i + 1) & mask {
		if g := uint32(slot[i]) - 1; uint32(slot[i]>>32) == hash && x.has(g, key) {
			return g, true
		}
	}
	return 0, false
}

// has reports whether the rows of group g have that key.
func (x *Index) has(g uint32, key []byte) bool {
	t := x.table
	row := t.arena.row(t.places[x.groups[g].head-1])
	if len(x.Fields) == 1 {
		return bytes.Equal(t.Layout.Value(row, x.Fields[0]), key)
	}
	own, _ := t.Layout.AppendKey(t.scratch[:0], row, x.Fields)
	t.scratch = own
	return bytes.Equal(own, key)
}

// key returns the key of the row, false when it has none.
func (x *Index) key(row record.Row) ([]byte, bool) {
	l := x.table.Layout
	if len(x.Fields) == 1 {
		v := l.Value(row, x.Fields[0])
		return v, v[0] != 'n'
	}
	return l.AppendKey(nil, row, x.Fields)
}

// insert adds a row that is already in the table.
func (x *Index) insert(number uint32, row record.Row) {
	for len(x.links) <= int(number) {
		x.links = append(x.links, link{})
	}
	key, ok := x.key(row)
	if !ok {
		return
	}
	h := hash(key)
	n, ok := x.group(h, key)
	if !ok {
		n = x.newGroup()
		x.groups[n] = group{head: number + 1, tail: number + 1, count: 1}
		x.links[number] = link{}
		x.slots.insert(h, n)
		return
	}
	g := &x.groups[n]
	x.links[number] = link{prev: g.tail}
	x.links[g.tail-1].next = number + 1
	g.tail = number + 1
	g.count++
}

// remove takes out a row; it must still be in the table.
func (x *Index) remove(number uint32, row record.Row) {
	key, ok := x.key(row)
	if !ok {
		return
	}
	g, _ := x.find(key)
	l := x.links[number]
	if l.prev != 0 {
		x.links[l.prev-1].next = l.next
	} else {
		x.groups[g].head = l.next
	}
	if l.next != 0 {
		x.links[l.next-1].prev = l.prev
	} else {
		x.groups[g].tail = l.prev
	}
	x.links[number] = link{}
	x.groups[g].count--
	if x.groups[g].count == 0 {
		x.slots.remove(hash(key), g)
		x.free = append(x.free, g)
	}
}

func (x *Index) newGroup() uint32 {
	if n := len(x.free); n > 0 {
		g := x.free[n-1]
		x.free = x.free[:n-1]
		return g
	}
	x.groups = append(x.groups, group{})
	return uint32(len(x.groups) - 1)
}
