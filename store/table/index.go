package table

import (
	"bytes"
	"hash/maphash"

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

// build fills the index.
func (x *Index) build() {
	x.built = true
	x.links = make([]link, x.table.End())
	for n := range x.table.End() {
		if x.table.Has(n) {
			x.insert(n, x.table.Row(n))
		}
	}
	x.built = !x.table.absent
}

func (x *Index) find(key []byte) (uint32, bool) {
	if !x.built {
		x.build()
	}
	return x.slots.find(hash(key), func(g uint32) bool { return x.has(g, key) })
}

// has reports whether the rows of group g have that key.
func (x *Index) has(g uint32, key []byte) bool {
	row := x.table.Row(x.groups[g].head - 1)
	l := x.table.Layout
	if len(x.Fields) == 1 {
		return bytes.Equal(l.Value(row, x.Fields[0]), key)
	}
	own, _ := l.AppendKey(x.table.scratch[:0], row, x.Fields)
	x.table.scratch = own
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
	g, ok := x.find(key)
	if !ok {
		g = x.newGroup()
		x.groups[g] = group{head: number + 1, tail: number + 1, count: 1}
		x.links[number] = link{}
		x.slots.insert(hash(key), g)
		return
	}
	tail := x.groups[g].tail
	x.links[number] = link{prev: tail}
	x.links[tail-1].next = number + 1
	x.groups[g].tail = number + 1
	x.groups[g].count++
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

var seed = maphash.MakeSeed()

// hash is the same for equal bytes within one run of the program.
func hash(key []byte) uint32 { return uint32(maphash.Bytes(seed, key)) }
