package store

import (
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// entire is a predicate by which records that lack a required record which is to be
// included do not show: it has not come from the server yet, or has gone there before
// them. Where nothing can be lacking it is the predicate that was given.
func (st *Store) entire(m *schema.Model, where []byte, include []Inclusion) []byte {
	for i := range include {
		r := m.Relation(include[i].Relation)
		if r == nil || r.Kind != schema.BelongsTo || !r.Required || !st.mayLack(r) {
			continue
		}
		both := []byte(`{"and":[`)
		if where != nil {
			both = append(append(both, where...), ',')
		}
		both = jsontext.AppendString(append(both, `{"relation":`...), []byte(r.Name))
		where = append(both, `,"some":{"all":true}}]}`...)
	}
	return where
}
