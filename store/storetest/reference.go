package storetest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Row is a record as Go values by field name, as record.GoValue gives them.
type Row = map[string]any

// Reference is a store of the plainest kind: maps in lists, every question a look
// at all of them. What it says, the engine must say too. It takes valid data only.
type Reference struct {
	Schema *schema.Schema
	Now    string // the time that it writes into createdAt and updatedAt
	rows   map[string][]Row
}

// NewReference returns an empty reference.
func NewReference(s *schema.Schema, now string) *Reference {
	return &Reference{Schema: s, Now: now, rows: map[string][]Row{}}
}

// Clone returns a copy that changes apart from r.
func (r *Reference) Clone() *Reference {
	c := NewReference(r.Schema, r.Now)
	for name, rows := range r.rows {
		for _, row := range rows {
			c.rows[name] = append(c.rows[name], maps.Clone(row))
		}
	}
	return c
}

// Rows returns the records of a model in order of insertion.
func (r *Reference) Rows(model string) []Row { return r.rows[model] }

// Add puts in a row as it is, without a rule.
func (r *Reference) Add(model string, row Row) { r.rows[model] = append(r.rows[model], row) }

// Equal reports whether both hold the same records in the same order.
func (r *Reference) Equal(o *Reference) bool {
	for _, m := range r.Schema.Models {
		if len(r.rows[m.Name]) != len(o.rows[m.Name]) {
			return false
		}
		for i, row := range r.rows[m.Name] {
			if !reflect.DeepEqual(row, o.rows[m.Name][i]) {
				return false
			}
		}
	}
	return true
}

// Query returns the rows that the query finds, in its order.
func (r *Reference) Query(q store.Query) []Row {
	return r.Choose(r.Schema.Model(q.Model), r.rows[q.Model], q)
}

// Choose returns those of some rows of m that the query finds, in its order.
func (r *Reference) Choose(m *schema.Model, rows []Row, q store.Query) []Row {
	out := []Row{}
	p := map[string]any{}
	if len(q.Where) > 0 {
		p = record.GoValue(q.Where).(map[string]any)
	}
	for _, row := range rows {
		if r.match(m, row, p) {
			out = append(out, row)
		}
	}
	slices.SortStableFunc(out, func(a, b Row) int {
		for _, key := range q.Sort {
			c := Order(a[key.Field], b[key.Field])
			if key.Descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	if q.Limit < 0 {
		return out
	}
	start := min(q.Page*q.Limit, len(out))
	return out[start:min(start+q.Limit, len(out))]
}

// Read returns what a store holds, in the form of a reference.
func (r *Reference) Read(st *store.Store) (*Reference, error) {
	out := NewReference(r.Schema, r.Now)
	for _, m := range r.Schema.Models {
		rows, err := Rows(st, store.Query{Model: m.Name, Limit: -1})
		if err != nil {
			return nil, err
		}
		out.rows[m.Name] = rows
	}
	return out, nil
}

// Rows asks a store and returns the records as Go values.
func Rows(st *store.Store, q store.Query) ([]Row, error) {
	found, err := st.Find(q)
	for err == nil {
		rows := RowsOf(st, found)
		// The store may take in what others wrote at any moment; then the row numbers
		// may have been of another epoch.
		was := found.Epoch
		if found, err = st.Find(q); err == nil && found.Epoch == was {
			return rows, nil
		}
	}
	return nil, err
}

// RowsOf returns the records that were found as Go values.
func RowsOf(st *store.Store, found store.Found) []Row {
	rows := []Row{}
	for _, ref := range found.Refs {
		rows = append(rows, RowOf(found.Model, st.AppendValues(nil, found.Model, ref.Row)))
	}
	return rows
}

// RowOf reads the JSON array of a row's values. A row with a right checksum may be no
// array, or one of another length.
func RowOf(m *schema.Model, text []byte) Row {
	values, _ := record.GoValue(text).([]any)
	named := Row{}
	for i, f := range m.Fields {
		named[f.Name] = nil
		if i < len(values) {
			named[f.Name] = values[i]
		}
	}
	return named
}

// String lists the records, for the message of a test.
func (r *Reference) String() string {
	text := ""
	for _, m := range r.Schema.Models {
		for _, row := range r.rows[m.Name] {
			text += fmt.Sprintln(m.Name, row)
		}
	}
	return text
}

// key returns the values of a row's primary key.
func key(m *schema.Model, row Row) []any { return values(m, row, m.Key) }

func values(m *schema.Model, row Row, fields []int) []any {
	list := make([]any, len(fields))
	for i, f := range fields {
		list[i] = row[m.Fields[f].Name]
	}
	return list
}

// find returns the position of the row with that key, -1 if there is none.
func (r *Reference) find(m *schema.Model, want []any) int {
	return slices.IndexFunc(r.rows[m.Name], func(row Row) bool {
		for i, f := range m.Key {
			if row[m.Fields[f].Name] != want[i] {
				return false
			}
		}
		return true
	})
}
