package record

import (
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// Adapter turns rows of an older layout into rows of the present one: a field
// that is new is null or its default, one that is gone is left out, one that was
// renamed is found by its former name, one whose type changed is checked again.
type Adapter struct {
	model *schema.Model
	old   *Layout
	now   *Layout
	from  []int  // by present field: position in old, or -1
	fits  []bool // by present field: every value of the old type is one of the present
	value [][]byte
	lacks []*code.Error // by present field: the error for a value that is missing
}

// NewAdapter returns an Adapter from old to the present fields of m; nil when
// records of the two have other primary keys.
func NewAdapter(old *Layout, m *schema.Model) *Adapter {
	a := &Adapter{model: m, old: old, now: LayoutOf(m), value: make([][]byte, len(m.Fields)), lacks: make([]*code.Error, len(m.Fields))}
	for i, f := range m.Fields {
		at := old.Field(f.Name)
		if at < 0 && f.Former != "" {
			at = old.Field(f.Former)
		}
		a.from = append(a.from, at)
		a.fits = append(a.fits, at >= 0 && (old.Types[at] == a.now.Types[i] || widens(old.Types[at], f.Type)))
	}
	if len(m.Key) != len(old.Key) {
		return nil
	}
	for i, k := range m.Key {
		if a.from[k] != old.Key[i] || !a.fits[k] {
			return nil
		}
	}
	return a
}

// Append writes the adapted row to dst. A value that is no longer one is left out
// as if it had not been given, and the error, with the code SCHEMA_CHANGED, is
// about the first of them, or of the required values that are missing.
func (a *Adapter) Append(dst []byte, row Row) (_ []byte, first *code.Error) {
	for i, f := range a.model.Fields {
		value := null
		if a.from[i] >= 0 {
			value = a.old.Value(row, a.from[i])
		}
		if !a.fits[i] && value[0] != 'n' {
			var unfit *code.Error
			if value, unfit = a.check(value, f); unfit != nil && first == nil {
				first = unfit
			}
		}
		if value[0] == 'n' && f.Default != nil && (a.from[i] < 0 || f.Type.Required) {
			value = f.Default
		}
		if value[0] == 'n' && f.Type.Required && !f.ReadOnly && first == nil {
			first = a.lack(i)
		}
		a.value[i] = value
	}
	return a.now.Append(dst, a.value), first
}

// lack is the error for rows without a value of field i, one for all of them.
func (a *Adapter) lack(i int) *code.Error {
	if a.lacks[i] == nil {
		a.lacks[i] = code.Fault(code.SchemaChanged, a.model.Name, a.model.Fields[i].Name,
			"is required now, and stored records have no value for it: make it optional, give it a @default, or set it in a migration function")
	}
	return a.lacks[i]
}

func (a *Adapter) check(value []byte, f *schema.Field) ([]byte, *code.Error) {
	v := validator{model: a.model.Name, field: f.Name, drop: true}
	if err := v.append(value, f.Type); err != nil {
		return null, &code.Error{Code: code.SchemaChanged, Model: a.model.Name, Field: f.Name,
			Message: "stored records do not fit the new type: keep the old one, or convert them in a migration function", Err: err}
	}
	return v.scratch, nil
}
