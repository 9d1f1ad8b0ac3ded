package store

import (
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Record is an immutable state of one record. It stays as it is when the store
// changes.
type Record struct {
	st      *Store
	model   *schema.Model
	layout  *record.Layout
	row     record.Row
	fresh   bool               // made by New, not read from the store
	changed []string           // fields changed by With
	given   map[string]*Record // relations given to New or With as records

	included map[string][]*Record // relations that a query loaded along
}

// Model returns the name of the record's model.
func (r *Record) Model() string { return r.model.Name }

// Key returns the values of the primary key in order.
func (r *Record) Key() []any {
	key := make([]any, len(r.model.Key))
	for i, f := range r.model.Key {
		key[i] = valueOf(r.layout.Value(r.row, f))
	}
	return key
}

// ID returns the first value of the primary key if it is a string, as an id is.
func (r *Record) ID() string { return textOf(r.layout.Value(r.row, r.model.Key[0])) }

// Get returns the value of a field as nil, bool, float64, string, []any or
// map[string]any; nil also for a field that the model does not have.
func (r *Record) Get(field string) any {
	if f := r.model.Field(field); f != nil {
		return valueOf(r.layout.Value(r.row, f.Index))
	}
	return nil
}

// String returns the value of a text field; "" when it is null or no text.
func (r *Record) String(field string) string {
	s, _ := r.Get(field).(string)
	return s
}

// Float returns the value of a number field; 0 when it is null or no number.
func (r *Record) Float(field string) float64 {
	n, _ := r.Get(field).(float64)
	return n
}

// Int returns the value of a number field as an integer; 0 when it is null or no
// number.
func (r *Record) Int(field string) int { return int(r.Float(field)) }

// Bool returns the value of a Boolean field; false when it is null or no Boolean.
func (r *Record) Bool(field string) bool {
	b, _ := r.Get(field).(bool)
	return b
}

// JSON returns the record as a JSON object, its fields in the order of the schema.
func (r *Record) JSON() []byte { return r.AppendJSON(nil) }

// AppendJSON writes the record as a JSON object to dst, its fields in the order of the
// schema.
func (r *Record) AppendJSON(dst []byte) []byte { return r.layout.AppendJSON(dst, r.row) }

// AppendJSON writes a row of m as a JSON object to dst.
func (st *Store) AppendJSON(dst []byte, m *schema.Model, row record.Row) []byte {
	return st.encoders[m.Index].Layout.AppendJSON(dst, row)
}

// records turns references into records. The caller holds mu.
func (st *Store) records(f Found) []*Record {
	t := st.table(f.Model)
	list := make([]*Record, len(f.Refs))
	for i, ref := range f.Refs {
		list[i] = &Record{st: st, model: f.Model, layout: t.Layout, row: t.Row(ref.Row)}
	}
	return list
}

// recordOf is the record of a row.
func (st *Store) recordOf(m *schema.Model, row record.Row) *Record {
	return &Record{st: st, model: m, layout: st.encoders[m.Index].Layout, row: row}
}

func (st *Store) recordsOf(m *schema.Model, rows []record.Row) []*Record {
	list := make([]*Record, len(rows))
	for i, row := range rows {
		list[i] = st.recordOf(m, row)
	}
	return list
}
