package storetest

import (
	"strings"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
)

// Query returns a valid query on records of m, more often than chance would have it
// such that an index can answer it. rows says what records there are.
func (g *Generator) Query(m *schema.Model, rows func(*schema.Model) []Row) store.Query {
	q := store.Query{Model: m.Name, Limit: -1}
	fields, used := g.index(m), 0
	switch g.IntN(8) {
	case 0, 1:
		q.Where = []byte(g.Predicate(m, g.IntN(3)))
	case 2:
	case 3:
		one := g.along(m, g.index(m), g.IntN(2), rows)
		q.Where = []byte(`{"or":[` + one + `,` + g.along(m, fields, g.IntN(2), rows) + `]}`)
	case 4:
		q.Where = []byte(g.across(m, rows))
	default:
		used = g.IntN(len(fields) + 1)
		q.Where = []byte(g.along(m, fields, used, rows))
	}
	q.Sort = g.sort(m, fields[used:])
	if !g.Chance(3) {
		q.Page, q.Limit = max(0, g.IntN(5)-2), g.IntN(16)
	}
	return q
}

// index returns the fields of an index of m or of its key.
func (g *Generator) index(m *schema.Model) []int {
	if n := g.IntN(len(m.Indexes) + 1); n < len(m.Indexes) {
		return m.Indexes[n].Fields
	}
	return m.Key
}

// along returns a predicate that gives the first so many of the fields values and
// narrows the next, among other tests perhaps.
func (g *Generator) along(m *schema.Model, fields []int, equal int, rows func(*schema.Model) []Row) string {
	var list []string
	for i, f := range fields[:min(equal+1, len(fields))] {
		ops := operatorsOf(m.Fields[f].Type)
		switch {
		case i < equal && g.Chance(4):
			ops = []predicate.Op{predicate.In}
		case i < equal:
			ops = []predicate.Op{predicate.Eq}
		case g.Chance(4):
			continue
		}
		for range 1 + g.IntN(2)*(i/max(1, equal)) {
			list = append(list, g.testOf(m.Fields[f], Pick(g, ops), rows(m)))
		}
	}
	if g.Chance(3) {
		list = append(list, g.Predicate(m, g.IntN(2)))
	}
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if len(list) > 1 && g.Chance(3) {
		list = []string{list[0], `{"and":[` + strings.Join(list[1:], ",") + `]}`}
	}
	return `{"and":[` + strings.Join(list, ",") + `]}`
}

// across returns a predicate on related records that an index can answer.
func (g *Generator) across(m *schema.Model, rows func(*schema.Model) []Row) string {
	if len(m.Relations) == 0 {
		return g.Predicate(m, 1)
	}
	r := Pick(g, m.Relations)
	fields := g.index(r.Target)
	return `{"relation":"` + r.Name + `","some":` + g.along(r.Target, fields, g.IntN(len(fields)+1), rows) + `}`
}

// sort returns an order: none, that of fields, or any.
func (g *Generator) sort(m *schema.Model, fields []int) (list []store.Sort) {
	down := g.Chance(2)
	switch g.IntN(4) {
	case 0:
		return nil
	case 1, 2:
		for _, f := range fields[:g.IntN(len(fields)+1)] {
			list = append(list, store.Sort{Field: m.Fields[f].Name, Descending: down != g.Chance(10)})
		}
	}
	for range g.IntN(3) / (1 + len(list)) {
		if f := Pick(g, m.Fields); !f.Type.List && f.Type.Scalar != schema.JSON && f.Type.Scalar != schema.Object {
			list = append(list, store.Sort{Field: f.Name, Descending: g.Chance(2)})
		}
	}
	return list
}
