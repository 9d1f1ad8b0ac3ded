package predicate

import (
	"bytes"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Tables are the tables of a store, by schema.Model.Index.
type Tables []*table.Table

// Of returns the table of m.
func (t Tables) Of(m *schema.Model) *table.Table { return t[m.Index] }

// Match reports whether a row of the filter's model matches.
func (f *Filter) Match(tables Tables, row record.Row) bool {
	return f.root.match(tables, tables.Of(f.Model), row)
}

// Everything reports whether the filter matches all records.
func (f *Filter) Everything() bool { return f.root.kind == all }

// match calls itself no deeper than MaxDepth.
func (n *node) match(tables Tables, t *table.Table, row record.Row) bool {
	switch n.kind {
	case and:
		for _, child := range n.children {
			if !child.match(tables, t, row) {
				return false
			}
		}
		return true
	case or:
		for _, child := range n.children {
			if child.match(tables, t, row) {
				return true
			}
		}
		return false
	case not:
		return !n.children[0].match(tables, t, row)
	case test:
		return n.holds(t.Layout.Value(row, n.field.Index))
	case related:
		return n.matchRelated(tables, t, row)
	}
	return true
}

func (n *node) matchRelated(tables Tables, t *table.Table, row record.Row) bool {
	r := n.relation
	target := tables.Of(r.Target)
	sub := n.children[0]
	var scratch [64]byte
	key, ok := t.Layout.AppendKey(scratch[:0], row, r.Fields)
	if !ok {
		return n.quantifier != some
	}
	var rows [8]uint32
	for _, number := range target.Match(rows[:0], r.TargetFields, key) {
		hit := sub.match(tables, target, target.Row(number))
		switch {
		case hit && n.quantifier == some:
			return true
		case hit && n.quantifier == none, !hit && n.quantifier == every:
			return false
		}
	}
	return n.quantifier != some
}

// holds applies the test to a field's canonical text.
func (n *node) holds(raw []byte) bool {
	switch n.op {
	case Eq:
		return bytes.Equal(raw, n.values[0].raw)
	case Ne:
		return !bytes.Equal(raw, n.values[0].raw)
	case In:
		return n.listed(raw)
	case NotIn:
		return !n.listed(raw)
	case Contains:
		return n.contains(raw)
	case NotContains:
		return !n.contains(raw)
	case BeginsWith:
		return n.begins(raw)
	}
	return n.ordered(raw)
}

func (n *node) listed(raw []byte) bool {
	if n.members != nil {
		_, ok := n.members[string(raw)]
		return ok
	}
	for i := range n.values {
		if bytes.Equal(raw, n.values[i].raw) {
			return true
		}
	}
	return false
}

func (n *node) contains(raw []byte) bool {
	v := &n.values[0]
	if raw[0] == '[' {
		s := jsontext.New(raw)
		for s.BeginArray(); s.NextElement(); {
			if bytes.Equal(s.Raw(), v.raw) {
				return true
			}
		}
		return false
	}
	return raw[0] == '"' && v.Kind == record.String && bytes.Contains(jsontext.Characters(raw), v.Text)
}

func (n *node) begins(raw []byte) bool {
	v := &n.values[0]
	return raw[0] == '"' && v.Kind == record.String && bytes.HasPrefix(jsontext.Characters(raw), v.Text)
}

func (n *node) ordered(raw []byte) bool {
	v := &n.values[0]
	if raw[0] == 'n' || v.Kind == record.Null {
		return false
	}
	got := record.Decode(raw)
	order := got.Compare(v.Value)
	switch n.op {
	case Gt:
		return order > 0
	case Ge:
		return order >= 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	}
	return order >= 0 && n.values[1].Kind != record.Null && got.Compare(n.values[1].Value) <= 0
}
