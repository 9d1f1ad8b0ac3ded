package predicate

import (
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/table"
)

// span is a stretch of an ordered index: positions in its Rows.
type span struct{ from, to int }

// stretches returns the way along x by the tests, which all must hold; nil when
// none is about its first field.
func stretches(x *table.Ordered, tests []*node) *path {
	if !constrained(tests, x.Fields[0]) {
		return nil
	}
	p := &path{index: x, spans: spans(x, tests, maxSpans)}
	for _, s := range p.spans {
		p.rows += s.to - s.from
	}
	return p
}

// constrained reports whether a test says where in an index on the field to look.
func constrained(tests []*node, field int) bool {
	for _, n := range tests {
		if n.kind != test || n.field.Index != field {
			continue
		}
		switch n.op {
		case Eq, Gt, Ge, Lt, Le, Between, BeginsWith:
			return true
		case In:
			return len(n.values) <= maxSpans
		}
	}
	return false
}

// spans returns the stretches of x, at most so many, in which all rows stand that
// can pass the tests: one for each way to choose a value for the leading fields
// that must equal one, narrowed by what is said of the field behind them.
func spans(x *table.Ordered, tests []*node, most int) []span {
	s := spanner{index: x, tests: tests, most: most}
	s.add(make([]record.Value, 0, len(x.Fields)+1))
	return s.list
}

type spanner struct {
	index *table.Ordered
	tests []*node
	most  int
	list  []span
}

// add appends the spans in which the first fields have those values. It calls
// itself once per field of the index at most.
func (s *spanner) add(values []record.Value) {
	if len(values) < len(s.index.Fields) {
		if n := s.listed(s.index.Fields[len(values)]); n != nil {
			for _, v := range n.values {
				s.add(append(values, v.Value))
			}
			return
		}
	}
	r := span{s.index.Seek(values, table.Before), s.index.Seek(values, table.After)}
	if len(values) < len(s.index.Fields) {
		for _, n := range s.tests {
			if n.kind == test && n.field.Index == s.index.Fields[len(values)] {
				s.narrow(&r, n, values)
			}
		}
	}
	r.to = max(r.from, r.to)
	s.list = append(s.list, r)
}

// listed returns a test that the field equals one of a few values.
func (s *spanner) listed(field int) *node {
	for _, n := range s.tests {
		if n.kind == test && n.field.Index == field && (n.op == Eq || n.op == In) && len(s.list)+len(n.values) <= s.most {
			return n
		}
	}
	return nil
}

// narrow cuts off what the test excludes; the fields before its own have values.
func (s *spanner) narrow(r *span, n *node, values []record.Value) {
	from := func(v record.Value, edge table.Edge) { r.from = max(r.from, s.index.Seek(append(values, v), edge)) }
	to := func(v record.Value, edge table.Edge) { r.to = min(r.to, s.index.Seek(append(values, v), edge)) }
	switch n.op {
	case Ne:
		if n.values[0].Kind == record.Null {
			from(record.Value{}, table.After)
		}
		return
	case Eq, In, NotIn, Contains, NotContains:
		return
	}
	first, last := n.values[0].Value, n.values[len(n.values)-1].Value
	from(record.Value{}, table.After) // null is never less, greater or between
	switch n.op {
	case Gt:
		from(first, table.After)
	case Ge:
		from(first, table.Before)
	case Lt:
		to(first, table.Before)
	case Le:
		to(first, table.After)
	case Between:
		from(first, table.Before)
		to(last, table.After)
	case BeginsWith:
		first.Text = wholeCharacters(first.Text)
		from(first, table.Before)
		to(first, table.Beyond)
	}
}

// wholeCharacters cuts lone high surrogates off the end of a text: a character that
// begins with one of them stands among those that go on, but its bytes do not.
func wholeCharacters(text []byte) []byte {
	for n := len(text); n >= 3 && text[n-3] == 0xed && text[n-2] >= 0xa0 && text[n-2] < 0xb0; n = len(text) {
		text = text[:n-3]
	}
	return text
}
