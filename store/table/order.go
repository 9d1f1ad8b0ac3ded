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
	for ; key < len(o.Keys); key++ {
		if c := o.value(a, key).Compare(o.value(b, key)); c != 0 {
			if o.Keys[key].Descending {
				return -c
			}
			return c
		}
	}
	return 0
}

const (
	fewTied    = 12  // rows that are compared with each other right away
	manyRanked = 300 // numbers that are put in order by their bytes
	mostRefine = 24  // how often rows are told apart by eight more bytes
)

// Sort puts rows, of which those that tie stand in the order they shall have, in
// this order. It costs a few looks at each row: rows are told apart by numbers of
// eight bytes that order as the values do, and compared only where that ends.
func (o Order) Sort(rows []uint32) { o.refine(rows, 0, 0) }

// refine sorts rows that tie in all keys before that one. It calls itself no deeper
// than mostRefine.
func (o Order) refine(rows []uint32, key, depth int) {
	if len(rows) <= fewTied || depth == mostRefine {
		mergesort.Sort(rows, func(a, b uint32) bool { return o.compare(a, b, key) < 0 })
		return
	}
	at, same := 0, true
	for ; key < len(o.Keys); key++ {
		if at, same = o.common(rows, key); !same {
			break
		}
	}
	if same {
		return
	}
	numbers, text := o.numbers(rows, key, at)
	before := make([]uint32, 2*len(rows))
	order := before[copy(before, rows):]
	for i := range order {
		order[i] = uint32(i)
	}
	order = ranked(numbers, order)
	for i, from := range order {
		rows[i] = before[from]
	}
	for start, end := 0, 1; start < len(rows); start, end = end, end+1 {
		for end < len(rows) && numbers[order[end]] == numbers[order[start]] {
			end++
		}
		switch {
		case !text:
			o.refine(rows[start:end], key+1, depth+1) // the same number is the same value
		case end-start < len(rows):
			o.refine(rows[start:end], key, depth+1)
		default:
			o.refine(rows, key, mostRefine) // characters that bytes do not order
		}
	}
}

// ranked puts order, which is the positions in numbers, in ascending order of what is
// there; equals stay in their order. Many are put in order by one byte after the other,
// the last one first, those left out in which none differs.
func ranked(numbers []uint64, order []uint32) []uint32 {
	if len(order) < manyRanked {
		mergesort.Sort(order, func(a, b uint32) bool { return numbers[a] < numbers[b] })
		return order
	}
	differ := uint64(0)
	for _, n := range numbers {
		differ |= n ^ numbers[0]
	}
	other := make([]uint32, len(order))
	for shift := 0; differ>>shift != 0; shift += 8 {
		if byte(differ>>shift) != 0 {
			distribute(numbers, order, other, shift)
			order, other = other, order
		}
	}
	return order
}

// distribute is one pass of ranked: it copies from to the places that one byte of the
// numbers says.
func distribute(numbers []uint64, from, to []uint32, shift int) {
	var next [256]uint32 // the place of the next one with that byte
	for _, n := range numbers {
		next[byte(n>>shift)]++
	}
	place := uint32(0)
	for b, count := range next {
		next[b] = place
		place += count
	}
	for _, i := range from {
		b := byte(numbers[i] >> shift)
		to[next[b]] = i
		next[b]++
	}
}

// numbers returns digits of each row's value, and whether there are texts.
func (o Order) numbers(rows []uint32, key, at int) (list []uint64, text bool) {
	list = make([]uint64, len(rows))
	for i, row := range rows {
		v := o.value(row, key)
		text = text || v.Kind == record.String
		list[i] = digits(v, at)
		if o.Keys[key].Descending {
			list[i] = ^list[i]
		}
	}
	return list, text
}

func (o Order) value(row uint32, key int) record.Value {
	return record.Decode(o.Table.Layout.Value(o.Table.Row(row), o.Keys[key].Field))
}

// common returns how many bytes the texts of all rows begin with in common, and
// whether their values are the same.
func (o Order) common(rows []uint32, key int) (at int, same bool) {
	first := o.value(rows[0], key)
	at, same = len(first.Text), true
	for _, row := range rows[1:] {
		v := o.value(row, key)
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
