package table

import (
	"bytes"

	"github.com/granarydb/granary/store/record"
)

// Edge is a place beside the rows whose first fields have some values.
type Edge uint8

const (
	Before Edge = iota // in front of them
	After              // behind them
	Beyond             // behind them and those in which the last value, a text, goes on
)

// Seek returns how many rows come before a place: the position in Rows of the
// first row behind it. Without values that is the beginning or the end.
func (x *Ordered) Seek(values []*record.Value, edge Edge) int {
	rows := x.Rows()
	return firstOf(0, len(rows), func(i int) bool {
		c := x.against(rows[i], values, edge)
		return c > 0 || c == 0 && edge == Before
	})
}

// against compares the first fields of a row with values.
func (x *Ordered) against(number uint32, values []*record.Value, edge Edge) int {
	t := x.order.Table
	row := t.Row(number)
	for i, v := range values {
		own := record.Decode(t.Layout.Value(row, x.Fields[i]))
		if edge == Beyond && i == len(values)-1 && own.Kind == v.Kind && bytes.HasPrefix(own.Text, v.Text) {
			return 0
		}
		if c := own.Compare(*v); c != 0 {
			return c
		}
	}
	return 0
}

// Tied returns the rows between two positions that tie in the first so many fields
// with the first of them, or with the last, again as two positions.
func (x *Ordered) Tied(from, to, fields int, last bool) (int, int) {
	o := Order{x.order.Table, x.order.Keys[:fields]}
	rows := x.Rows()[from:to]
	parts := func(i int) bool {
		if last {
			return o.compare(rows[len(rows)-1-i], rows[len(rows)-1], 0) != 0
		}
		return o.compare(rows[i], rows[0], 0) != 0
	}
	step := 1
	for step < len(rows) && !parts(step) {
		step *= 2
	}
	n := firstOf(step/2+1, min(step, len(rows)), parts)
	if last {
		return to - n, to
	}
	return from, from + n
}

// firstOf returns the first number from low on for which is holds, as it does for
// all behind that; high if there is none before high.
func firstOf(low, high int, is func(i int) bool) int {
	for low < high {
		if middle := (low + high) / 2; is(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
