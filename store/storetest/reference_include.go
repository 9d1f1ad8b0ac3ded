package storetest

import (
	"slices"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/schema"
)

// Tree is a record with the relations that a query included, by name.
type Tree struct {
	Row      Row
	Included map[string][]Tree
}

// Tree returns what a query with relations answers.
func (r *Reference) Tree(q store.Query) []Tree {
	return r.include(r.Schema.Model(q.Model), r.Query(q), q.Include)
}

func (r *Reference) include(m *schema.Model, rows []Row, include []store.Inclusion) []Tree {
	list := []Tree{}
	for _, row := range rows {
		t := Tree{Row: row, Included: map[string][]Tree{}}
		for _, one := range include {
			rel := m.Relation(one.Relation)
			far := rel.Target
			if rel.Kind == schema.ManyToMany {
				far = rel.Far
			}
			chosen := r.Choose(far, r.related(rel, row), one.Query)
			if rel.Kind == schema.BelongsTo || rel.Kind == schema.HasOne {
				chosen = chosen[:min(1, len(chosen))]
			}
			t.Included[rel.Name] = r.include(far, chosen, one.Include)
		}
		list = append(list, t)
	}
	return list
}

// related returns the rows that a relation leads to, of the far side for a
// many-to-many relation, in order of insertion.
func (r *Reference) related(rel *schema.Relation, row Row) []Row {
	near := r.linkedTo(rel, row)
	if rel.Kind != schema.ManyToMany {
		return near
	}
	var rows []Row
	for _, far := range r.rows[rel.Far.Name] {
		if slices.ContainsFunc(near, func(join Row) bool { return linked(rel.Through, join, far) }) {
			rows = append(rows, far)
		}
	}
	return rows
}

func (r *Reference) linkedTo(rel *schema.Relation, row Row) []Row {
	var rows []Row
	for _, other := range r.rows[rel.Target.Name] {
		if linked(rel, row, other) {
			rows = append(rows, other)
		}
	}
	return rows
}

// Inclusions returns relations of m to include at random, to that depth, each with
// options of its own.
func (g *Generator) Inclusions(m *schema.Model, depth int) []store.Inclusion {
	var list []store.Inclusion
	for _, rel := range m.Relations {
		if depth == 0 || g.Chance(3) {
			continue
		}
		far := rel.Target
		if rel.Kind == schema.ManyToMany {
			far = rel.Far
		}
		q := g.Question(far)
		q.Model, q.Include = "", g.Inclusions(far, depth-1)
		list = append(list, store.Inclusion{Relation: rel.Name, Query: q})
	}
	return list
}

// Question returns a query about m at random, without relations to include.
func (g *Generator) Question(m *schema.Model) store.Query {
	q := store.Query{Model: m.Name, Limit: -1}
	if g.Chance(3) {
		q.Where = []byte(g.Predicate(m, 2))
	}
	for range g.IntN(3) {
		if f := Pick(g, m.Fields); !f.Type.List && f.Type.Scalar != schema.JSON && f.Type.Scalar != schema.Object {
			q.Sort = append(q.Sort, store.Sort{Field: f.Name, Descending: g.Chance(2)})
		}
	}
	if g.Chance(2) {
		q.Limit = g.IntN(4)
		q.Page = g.IntN(2)
	}
	return q
}
