package storetest

import (
	"strings"

	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

var (
	equality = []predicate.Op{predicate.Eq, predicate.Eq, predicate.Eq, predicate.Ne, predicate.In, predicate.In, predicate.NotIn}
	ordering = []predicate.Op{predicate.Gt, predicate.Ge, predicate.Lt, predicate.Le, predicate.Between}
	parts    = []predicate.Op{predicate.Contains, predicate.NotContains, predicate.BeginsWith}
)

// Predicate returns a valid predicate on records of m as JSON, with groups and
// relations to that depth.
func (g *Generator) Predicate(m *schema.Model, depth int) string {
	if depth == 0 {
		return g.test(m)
	}
	switch n := g.IntN(16); {
	case n < 5:
		return g.test(m)
	case n < 9 && len(m.Relations) > 0:
		r := Pick(g, m.Relations)
		quantifier := Pick(g, []string{"some", "some", "some", "every", "none"})
		return `{"relation":"` + r.Name + `","` + quantifier + `":` + g.Predicate(r.Target, depth-1) + `}`
	case n < 11:
		return `{"not":` + g.Predicate(m, depth-1) + `}`
	case n == 15:
		return `{"all":true}`
	}
	var list []string
	for range g.IntN(4) {
		list = append(list, g.Predicate(m, depth-1))
	}
	return `{"` + Pick(g, []string{"and", "or"}) + `":[` + strings.Join(list, ",") + `]}`
}

func (g *Generator) test(m *schema.Model) string {
	f := Pick(g, m.Fields)
	return g.testOf(f, Pick(g, operatorsOf(f.Type)), nil)
}

// testOf returns a test of that field. Its values are those of records in rows, as
// often as not, when there are any.
func (g *Generator) testOf(f *schema.Field, op predicate.Op, rows []Row) string {
	return `{"field":"` + f.Name + `","op":"` + string(op) + `","value":` + g.operand(f, op, rows) + `}`
}

// operatorsOf returns the operators that a field of the type takes.
func operatorsOf(t schema.Type) []predicate.Op {
	ops := append([]predicate.Op{}, equality...)
	switch {
	case t.List:
		if t.Scalar != schema.JSON && t.Scalar != schema.Object {
			ops = append(ops, predicate.Contains, predicate.NotContains)
		}
	case t.Scalar == schema.JSON || t.Scalar == schema.Object:
	case t.Scalar == schema.Int || t.Scalar == schema.Float || t.Scalar == schema.Timestamp || t.Scalar == schema.Boolean:
		ops = append(ops, ordering...)
	default:
		ops = append(append(ops, ordering...), parts...)
	}
	return ops
}

func (g *Generator) operand(f *schema.Field, op predicate.Op, rows []Row) string {
	t := f.Type
	if op == predicate.Contains || op == predicate.NotContains {
		t.List = false
	}
	one := func() string {
		if g.Chance(10) {
			return "null"
		}
		t.Required = true
		if len(rows) > 0 && !t.List && g.Chance(2) {
			if v := Pick(g, rows)[f.Name]; v != nil {
				return g.known(v, op)
			}
		}
		if t.Scalar <= schema.String && !t.List && g.Chance(3) {
			return g.ID()
		}
		return g.Value(t)
	}
	switch op {
	case predicate.In, predicate.NotIn:
		var list []string
		for range g.IntN(12) {
			list = append(list, one())
		}
		return "[" + strings.Join(list, ",") + "]"
	case predicate.Between:
		low, high := one(), one()
		if high != "null" && Order(record.GoValue([]byte(low)), record.GoValue([]byte(high))) > 0 {
			low, high = high, low
		}
		return "[" + low + "," + high + "]"
	}
	return one()
}

// known returns a value that a record has, or the beginning of it.
func (g *Generator) known(v any, op predicate.Op) string {
	if text, ok := v.(string); ok && op == predicate.BeginsWith && len(text) > 0 {
		n := g.IntN(len(text)) + 1
		for n < len(text) && text[n]&0xc0 == 0x80 {
			n++
		}
		v = text[:n]
	}
	out, err := record.AppendGo(nil, v)
	if err != nil {
		panic(err)
	}
	return string(out)
}
