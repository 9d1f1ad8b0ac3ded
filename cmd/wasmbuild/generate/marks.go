package generate

import (
	"slices"

	"github.com/granarydb/granary/store/schema"
)

// maxEither bounds the relations of one model of which a type says that either the
// record or its key must be given: each of them doubles the forms that a compiler
// compares with. Further ones are checked when the program runs.
const maxEither = 6

// marks are what the types of a model's members do not say: see model-marks.ts.
type marks struct {
	readOnly []string
	optional []string
	fixed    []string
	required []string
	either   []*schema.Relation
}

func marksOf(m *schema.Model) (k marks) {
	var shared []int // fields of foreign keys that a new record may leave out
	for _, r := range m.Relations {
		if !toOne(r) {
			continue
		}
		inKey := slices.ContainsFunc(r.Fields, func(i int) bool { return slices.Contains(m.Key, i) })
		if inKey && r.Kind == schema.HasOne {
			k.readOnly = append(k.readOnly, r.Name) // it is set on the other side
			continue
		}
		if inKey {
			k.fixed = append(k.fixed, r.Name)
		}
		if r.Required {
			k.required = append(k.required, r.Name)
		}
		if needed(m, r) && exclusive(m, r) && len(k.either) < maxEither {
			k.either = append(k.either, r)
		} else {
			shared = append(shared, r.Fields...)
		}
	}
	for i, f := range m.Fields {
		switch {
		case f.ReadOnly:
			k.readOnly = append(k.readOnly, f.Name)
		case f.Type.Required && (mayLeaveOut(m, f) || slices.Contains(shared, i)):
			k.optional = append(k.optional, f.Name)
		}
	}
	return k
}

// mayLeaveOut reports whether the store puts in a value where a new record has
// none, although the field is required.
func mayLeaveOut(m *schema.Model, f *schema.Field) bool {
	managed := m.KeyKind == schema.KeyManaged && f.Index == m.Key[0]
	return managed || f.Default != nil || f.Index == m.CreatedAt || f.Index == m.UpdatedAt
}

// needed reports whether a new record cannot be without the relation.
func needed(m *schema.Model, r *schema.Relation) bool {
	return r.Required || slices.ContainsFunc(r.Fields, func(i int) bool {
		return m.Fields[i].Type.Required && m.Fields[i].Default == nil
	})
}

// exclusive reports whether no other relation to one record has a field of r's
// foreign key.
func exclusive(m *schema.Model, r *schema.Relation) bool {
	for _, other := range m.Relations {
		if other == r || !toOne(other) {
			continue
		}
		if slices.ContainsFunc(other.Fields, func(i int) bool { return slices.Contains(r.Fields, i) }) {
			return false
		}
	}
	return true
}
