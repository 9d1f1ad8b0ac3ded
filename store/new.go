package store

import (
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Fields are the values of a record's fields by name, as Go values; a relation to
// one record may be given as a *Record or nil under its own name.
type Fields map[string]any

// New makes a record that is not stored yet. Its key is generated unless given,
// defaults are put in, and everything is checked: a nil error means that only a
// missing target of a relation can still keep it from being saved.
func (st *Store) New(model string, fields Fields) (*Record, error) {
	m, err := st.model("new", model)
	if err != nil {
		return nil, err
	}
	text, given, err := st.fieldText(m, fields)
	if err != nil {
		return nil, wrap("new", err)
	}
	row, err := st.Construct(m, text)
	if err != nil {
		return nil, wrap("new", err)
	}
	return &Record{st: st, model: m, layout: st.encoders[m.Index].Layout, row: row, fresh: true, given: given}, nil
}

// Construct makes the row of a new record from a JSON object of its fields, with
// its key and its defaults, and stores nothing.
func (st *Store) Construct(m *schema.Model, text []byte) (record.Row, error) {
	st.mu.Mutex.Lock() // the tables are not looked at
	defer st.mu.Unlock()
	e := st.encoders[m.Index]
	if err := e.Read(text); err != nil {
		return nil, err
	}
	for i, f := range m.Fields {
		if f.ReadOnly && !isNull(e.Value(i)) {
			return nil, readOnly(f, m)
		}
	}
	if lacksKey(e) {
		e.Set(m.Key[0], st.options.Random.uuid())
	}
	if _, err := keyOf(e); err != nil {
		return nil, err
	}
	if err := e.Complete(); err != nil {
		return nil, err
	}
	row, err := e.Row()
	return slices.Clone(row), err
}

// With returns a copy of the record with some fields changed. Saving it writes
// those fields, and only those, on top of what the store has then. The key cannot
// be changed.
func (r *Record) With(fields Fields) (*Record, error) {
	text, given, err := r.st.fieldText(r.model, fields)
	if err != nil {
		return nil, wrap("new", err)
	}
	r.st.mu.Mutex.Lock() // the tables are not looked at
	defer r.st.mu.Unlock()
	e := r.st.encoders[r.model.Index]
	if err := e.Read(text); err != nil {
		return nil, wrap("new", err)
	}
	edited := &Record{st: r.st, model: r.model, layout: r.layout, fresh: r.fresh, changed: slices.Clone(r.changed), given: given}
	for i, f := range r.model.Fields {
		now, old := e.Value(i), r.layout.Value(r.row, i)
		switch {
		case now == nil || string(now) == string(old):
			e.Set(i, old)
			continue
		case f.ReadOnly:
			return nil, wrap("new", readOnly(f, r.model))
		case slices.Contains(r.model.Key, i):
			return nil, wrap("new", code.Fault(code.Invalid, r.model.Name, f.Name, "is part of the key and cannot be changed: save a new record and delete this one"))
		}
		if !slices.Contains(edited.changed, f.Name) {
			edited.changed = append(edited.changed, f.Name)
		}
	}
	if err := e.Complete(); err != nil {
		return nil, wrap("new", err)
	}
	row, err := e.Row()
	edited.row = slices.Clone(row)
	edited.keepGiven(r)
	return edited, err
}

// keepGiven takes over the relations that were given to r as records and that
// lead to them still.
func (r *Record) keepGiven(from *Record) {
	for name, target := range from.given {
		_, again := r.given[name]
		moved := slices.ContainsFunc(r.model.Relation(name).Fields, func(i int) bool {
			return slices.Contains(r.changed, r.model.Fields[i].Name)
		})
		if again || moved {
			continue
		}
		if r.given == nil {
			r.given = map[string]*Record{}
		}
		r.given[name] = target
	}
}

func readOnly(f *schema.Field, m *schema.Model) error {
	return code.Fault(code.Invalid, m.Name, f.Name, "is set by the store and cannot be given")
}

// fieldText writes fields as a JSON object, relations as their foreign keys.
func (st *Store) fieldText(m *schema.Model, fields Fields) ([]byte, map[string]*Record, error) {
	plain := make(map[string]any, len(fields))
	var given map[string]*Record
	for name, value := range fields {
		rel := m.Relation(name)
		if rel == nil || m.Field(name) != nil {
			plain[name] = value
			continue
		}
		target, ok := value.(*Record)
		switch {
		case rel.Kind != schema.BelongsTo && rel.Kind != schema.HasOne:
			return nil, nil, code.Fault(code.Invalid, m.Name, name, "leads to many records: set it from their side")
		case value == nil || ok && target == nil:
			for _, i := range rel.Fields {
				if _, both := fields[m.Fields[i].Name]; !both {
					plain[m.Fields[i].Name] = nil
				}
			}
			continue
		case !ok || target.model != rel.Target:
			return nil, nil, code.Fault(code.Invalid, m.Name, name, "must be a record of "+rel.Target.Name)
		}
		for n, i := range rel.Fields {
			key, own := target.layout.Value(target.row, rel.TargetFields[n]), m.Fields[i].Name
			if value, both := fields[own]; both {
				if text, _ := record.AppendGo(nil, value); string(text) != string(key) {
					return nil, nil, code.Fault(code.Invalid, m.Name, name, "and "+own+" are given and differ: give one of them")
				}
			}
			plain[own] = key
		}
		if given == nil {
			given = map[string]*Record{}
		}
		given[name] = target
	}
	text, err := record.AppendGo(nil, plain)
	if e, ok := err.(*code.Error); ok && e.Model == "" {
		e.Model = m.Name
	}
	return text, given, err
}

// keyJSON returns the record's key as a JSON array.
func (r *Record) keyJSON() []byte {
	key, _ := r.layout.AppendKey([]byte{'['}, r.row, r.model.Key)
	return append(key, ']')
}

// valueOf is the Go value of a field's JSON text.
func valueOf(raw []byte) any { return record.GoValue(raw) }

// textOf is the string of a JSON text, "" unless it is one.
func textOf(raw []byte) string {
	if raw[0] != '"' {
		return ""
	}
	return string(jsontext.Characters(raw))
}
