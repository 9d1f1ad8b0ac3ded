package record

import (
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// Adapter turns rows of an older layout into rows of the present one: a field
// that is new is null or its default, one that is gone is left out, one whose type
// changed is checked again.
type Adapter struct {
	model *schema.Model
	old   *Layout
	now   *Layout
	from  []int  // by present field: position in old, or -1
	same  []bool // by present field: the type did not change
	value [][]byte
}

// NewAdapter returns an Adapter from old to the present fields of m. It fails with
// code.SchemaChanged when the primary key is another one.
func NewAdapter(old *Layout, m *schema.Model) (*Adapter, error) {
	a := &Adapter{model: m, old: old, now: LayoutOf(m)}
	for _, f := range m.Fields {
		i := old.Field(f.Name)
		a.from = append(a.from, i)
		a.same = append(a.same, i >= 0 && old.Types[i] == a.now.Types[f.Index])
	}
	a.value = make([][]byte, len(m.Fields))
	key := make([]int, len(m.Key))
	for i, k := range m.Key {
		key[i] = a.from[k]
	}
	if !slices.Equal(key, old.Key) {
		return nil, code.Fault(code.SchemaChanged, m.Name, "", "the primary key of stored records is another one; keep the old key, or give the model a new name")
	}
	return a, nil
}

// Append writes the adapted row to dst.
func (a *Adapter) Append(dst []byte, row Row) ([]byte, error) {
	for i, f := range a.model.Fields {
		value := null
		switch {
		case a.from[i] >= 0:
			value = a.old.Value(row, a.from[i])
		case f.Default != nil:
			value = f.Default
		}
		if !a.same[i] {
			var err error
			if value, err = a.check(value, f); err != nil {
				return dst, err
			}
		}
		a.value[i] = value
	}
	return a.now.Append(dst, a.value), nil
}

func (a *Adapter) check(value []byte, f *schema.Field) ([]byte, error) {
	if value[0] == 'n' && f.Type.Required && f.Default != nil {
		return f.Default, nil
	}
	if value[0] == 'n' {
		if f.Type.Required && !f.ReadOnly {
			return nil, code.Fault(code.SchemaChanged, a.model.Name, f.Name, "is required now, and stored records have no value for it: make it optional or give it a @default")
		}
		return value, nil
	}
	v := validator{model: a.model.Name, field: f.Name, drop: true}
	if err := v.append(value, f.Type); err != nil {
		return nil, &code.Error{Code: code.SchemaChanged, Model: a.model.Name, Field: f.Name,
			Message: "stored records do not fit the new type", Err: err}
	}
	return v.scratch, nil
}
