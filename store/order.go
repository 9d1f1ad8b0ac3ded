package store

import (
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// order checks the keys of a sort.
func (st *Store) order(m *schema.Model, keys []Sort) (table.Order, error) {
	o := table.Order{Table: st.table(m)}
	if len(keys) > MaxSortKeys {
		return o, code.Fault(code.Limit, m.Name, "", "a sort has at most "+strconv.Itoa(MaxSortKeys)+" keys")
	}
	for _, k := range keys {
		f := m.Field(k.Field)
		if f == nil {
			message := "cannot be sorted by: it is no field of " + m.Name + schema.DidYouMean(k.Field, o.Table.Layout.Names)
			return o, code.Fault(code.Invalid, m.Name, k.Field, message)
		}
		if f.Type.List || f.Type.Scalar == schema.JSON || f.Type.Scalar == schema.Object {
			return o, code.Fault(code.Invalid, m.Name, k.Field, "is no single value to sort by")
		}
		o.Keys = append(o.Keys, table.Key{Field: f.Index, Descending: k.Descending})
	}
	return o, nil
}
