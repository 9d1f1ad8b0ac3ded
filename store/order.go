package store

import (
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// order is an order of a table's rows.
type order struct {
	table *table.Table
	keys  []orderKey
}

type orderKey struct {
	field      int
	descending bool
}

// order checks the keys of a sort.
func (st *Store) order(m *schema.Model, keys []Sort) (order, error) {
	o := order{table: st.table(m)}
	if len(keys) > MaxSortKeys {
		return o, code.Fault(code.Limit, m.Name, "", "a sort has at most "+strconv.Itoa(MaxSortKeys)+" keys")
	}
	for _, k := range keys {
		f := m.Field(k.Field)
		if f == nil {
			message := "cannot be sorted by: it is no field of " + m.Name + schema.DidYouMean(k.Field, o.table.Layout.Names)
			return o, code.Fault(code.Invalid, m.Name, k.Field, message)
		}
		if f.Type.List || f.Type.Scalar == schema.JSON || f.Type.Scalar == schema.Object {
			return o, code.Fault(code.Invalid, m.Name, k.Field, "is no single value to sort by")
		}
		o.keys = append(o.keys, orderKey{f.Index, k.Descending})
	}
	return o, nil
}

// first returns the first n of rows in this order. rows come in order of
// insertion, which decides between equals.
func (o order) first(rows []uint32, n int) []uint32 {
	if len(o.keys) == 0 {
		return rows[:n]
	}
	if n == 0 {
		return nil
	}
	if n < len(rows)/4 {
		return o.top(rows, n)
	}
	items := make([]item, len(rows))
	values := make([]record.Value, len(rows)*len(o.keys))
	for i, row := range rows {
		items[i] = item{row: row, values: values[i*len(o.keys) : (i+1)*len(o.keys)]}
		o.read(items[i])
	}
	mergesort.Sort(items, o.before)
	for i := range n {
		rows[i] = items[i].row
	}
	return rows[:n]
}

// item is a row with the values that it is sorted by.
type item struct {
	row    uint32
	values []record.Value
}

func (o order) read(it item) {
	row := o.table.Row(it.row)
	for i, k := range o.keys {
		it.values[i] = record.Decode(o.table.Layout.Value(row, k.field))
	}
}

func (o order) before(a, b item) bool { return o.compare(a, b) < 0 }

func (o order) compare(a, b item) int {
	for i, k := range o.keys {
		if c := a.values[i].Compare(b.values[i]); c != 0 {
			if k.descending {
				return -c
			}
			return c
		}
	}
	return int(a.row) - int(b.row)
}

// top keeps the n first rows in a heap with the last of them at its head, so that
// most rows cost one comparison.
func (o order) top(rows []uint32, n int) []uint32 {
	heap := make([]item, 0, n)
	values := make([]record.Value, (n+1)*len(o.keys))
	spare := item{values: values[n*len(o.keys):]}
	for _, row := range rows {
		spare.row = row
		o.read(spare)
		if len(heap) < n {
			i := len(heap)
			it := item{row: row, values: values[i*len(o.keys) : (i+1)*len(o.keys)]}
			copy(it.values, spare.values)
			heap = append(heap, it)
			o.up(heap, i)
		} else if o.compare(spare, heap[0]) < 0 {
			heap[0], spare = spare, heap[0]
			o.down(heap)
		}
	}
	mergesort.Sort(heap, o.before)
	for i, it := range heap {
		rows[i] = it.row
	}
	return rows[:len(heap)]
}

func (o order) up(heap []item, i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if o.compare(heap[i], heap[parent]) <= 0 {
			return
		}
		heap[i], heap[parent] = heap[parent], heap[i]
		i = parent
	}
}

func (o order) down(heap []item) {
	for i := 0; ; {
		last := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
			if o.compare(heap[child], heap[last]) > 0 {
				last = child
			}
		}
		if last == i {
			return
		}
		heap[i], heap[last] = heap[last], heap[i]
		i = last
	}
}
