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
	if raw[0] != '"' || v.Kind != record.String {
		return false
	}
	if bytes.IndexByte(raw, '\\') >= 0 {
		raw = jsontext.Characters(raw)
	} else {
		raw = raw[1:max(1, len(raw)-1)]
	}
	return find(raw, v.Text, n.skips)
}

// skipsOf returns for each byte how far a search for text may go on when that byte stands
// where the last one of text would have to.
func skipsOf(text []byte) *[256]uint8 {
	skips := &[256]uint8{}
	for i := range skips {
		skips[i] = uint8(min(len(text), 255))
	}
	for i, c := range text {
		skips[c] = uint8(min(len(text)-1-i, 255))
	}
	return skips
}

// find reports whether text is in b. It looks at few of the bytes, and calls nothing
// before it has come to one that text ends with.
func find(b, text []byte, skips *[256]uint8) bool {
	if len(text) == 0 {
		return true
	}
	for end := len(text); end <= len(b); {
		skip := int(skips[b[end-1]])
		if skip == 0 {
			if bytes.Equal(b[end-len(text):end], text) {
				return true
			}
			skip = 1
		}
		end += skip
	}
	return false
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
