package table

import (
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/record"
)

// Order is an order of a table's rows: by the values of fields as record.Value
// compares them, null first; rows that tie stand by their numbers, which is the
// order of insertion, also where a key is descending.
type Order struct {
	Table *Table
	Keys  []Key
}

// Key is one field of an order.
type Key struct {
	Field      int // position in the model's fields
	Descending bool
}

// First returns the first n of rows, which come in ascending order of their
// numbers. It may change rows.
func (o Order) First(rows []uint32, n int) []uint32 {
	if len(o.Keys) > 0 {
		if n > 0 && n < len(rows)/4 {
			rows = o.top(rows, n)
		}
		o.Sort(rows)
	}
	return rows[:n]
}

// top drops most of the rows that are not among the first n, at the cost of about
// one comparison each.
func (o Order) top(rows []uint32, n int) []uint32 {
	kept := make([]uint32, 0, 2*n+64)
	full := false // kept[n-1] is the last of the n first rows seen so far
	for _, row := range rows {
		if full && o.compare(row, kept[n-1], 0) >= 0 {
			continue
		}
		kept = append(kept, row)
		if len(kept) == cap(kept) {
			o.Sort(kept)
			kept, full = kept[:n], true
		}
	}
	return kept
}

// compare orders two rows by the keys from that one on; 0 when they tie.
func (o Order) compare(a, b uint32, key int) int {
	rowA, rowB := o.Table.Row(a), o.Table.Row(b)
	for _, k := range o.Keys[key:] {
		l := o.Table.Layout
		if c := record.Decode(l.Value(rowA, k.Field)).Compare(record.Decode(l.Value(rowB, k.Field))); c != 0 {
			if k.Descending {
				return -c
			}
			return c
		}
	}
	return 0
}

const (
	fewItems   = 12 // items that are compared with each other right away
	mostRefine = 24 // how often items are told apart by eight more bytes
)

// item is a row on its way through a sort.
type item struct {
	digits uint64 // what it is sorted by now
	row    uint32
}

// Sort puts rows, of which those that tie stand in the order they shall have, in
// this order. It costs a few looks at each row: rows are told apart by numbers of
// eight bytes that order as the values do, and compared only where that ends.
func (o Order) Sort(rows []uint32) {
	items := make([]item, len(rows))
	for i, row := range rows {
		items[i].row = row
	}
	o.refine(items, 0, 0)
	for i := range items {
		rows[i] = items[i].row
	}
}

// refine sorts items that tie in all keys before that one. It calls itself no
// deeper than mostRefine.
func (o Order) refine(items []item, key, depth int) {
	if key == len(o.Keys) {
		return
	}
	if len(items) <= fewItems {
		for i := range items {
			for ; i > 0 && o.compare(items[i].row, items[i-1].row, key) < 0; i-- {
				items[i], items[i-1] = items[i-1], items[i]
			}
		}
		return
	}
	if depth == mostRefine {
		mergesort.Sort(items, func(a, b item) bool { return o.compare(a.row, b.row, key) < 0 })
		return
	}
	at, same := 0, true
	for ; key < len(o.Keys); key++ {
		if at, same = o.common(items, key); !same {
			break
		}
	}
	if same {
		return
	}
	text := false
	for i := range items {
		v := o.value(items[i], key)
		text = text || v.Kind == record.String
		items[i].digits = digits(v, at)
		if o.Keys[key].Descending {
			items[i].digits = ^items[i].digits
		}
	}
	mergesort.Sort(items, func(a, b item) bool { return a.digits < b.digits })
	for start, end := 0, 1; start < len(items); start, end = end, end+1 {
		for end < len(items) && items[end].digits == items[start].digits {
			end++
		}
		switch {
		case !text:
			o.refine(items[start:end], key+1, depth+1) // the same digits are the same value
		case end-start < len(items):
			o.refine(items[start:end], key, depth+1)
		default:
			o.refine(items, key, mostRefine) // characters that bytes do not order
		}
	}
}

func (o Order) value(it item, key int) record.Value {
	return record.Decode(o.Table.Layout.Value(o.Table.Row(it.row), o.Keys[key].Field))
}

// common returns how many bytes the texts of all items begin with in common, and
// whether their values are the same.
func (o Order) common(items []item, key int) (at int, same bool) {
	first := o.value(items[0], key)
	at, same = len(first.Text), true
	for _, it := range items[1:] {
		v := o.value(it, key)
		if v.Kind != first.Kind {
			return 0, false
		}
		same = same && v.Compare(first) == 0
		at = min(at, len(v.Text))
		for i := range at {
			if v.Text[i] != first.Text[i] {
				at = i
				break
			}
		}
		if at == 0 && !same {
			break
		}
	}
	return at, same
}
