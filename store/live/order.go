package live

import (
	"github.com/granarydb/granary/store/record"
)

// state is a row number with the bytes that count for it.
type state struct {
	number uint32
	row    record.Row
}

// compare orders rows by the keys, then by insertion.
func (v *View) compare(a, b state) int {
	for _, k := range v.order {
		x, y := record.Decode(v.table.Layout.Value(a.row, k.Field)), record.Decode(v.table.Layout.Value(b.row, k.Field))
		if c := x.Compare(y); c != 0 {
			if k.Descending {
				return -c
			}
			return c
		}
	}
	return int(a.number) - int(b.number)
}

// sameKey reports whether two states are of one record.
func (v *View) sameKey(a, b record.Row) bool {
	return string(v.table.Key(nil, a)) == string(v.table.Key(nil, b))
}

// sameOrder reports whether both states of a row stand in the same place.
func (v *View) sameOrder(a, b record.Row) bool {
	for _, k := range v.order {
		x, y := v.table.Layout.Value(a, k.Field), v.table.Layout.Value(b, k.Field)
		if string(x) != string(y) {
			return false
		}
	}
	return true
}
