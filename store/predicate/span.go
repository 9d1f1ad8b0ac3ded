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
	p := &path{index: x}
	p.spans, p.decided = spans(x, tests, maxSpans)
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
// that must equal one, narrowed by what is said of the field behind them. It tells
// which tests no row there fails, as far as it knows.
func spans(x *table.Ordered, tests []*node, most int) (list []span, decided []*node) {
	s := spanner{index: x, tests: tests, most: most, values: make([]*record.Value, len(x.Fields))}
	s.add(0)
	if len(s.list) > 1 {
		return s.list, nil // each may end at another field
	}
	return s.list, s.decided
}

type spanner struct {
	index  *table.Ordered
	tests  []*node
	most   int
	values []*record.Value // of the fields, the first of them
	list   []span

	decided []*node // tests that the last of the list was narrowed by, exactly
}

// add appends the spans in which the first n fields have the values. It calls
// itself once per field of the index at most.
func (s *spanner) add(n int) {
	if n < len(s.values) {
		if t := s.listed(s.index.Fields[n]); t != nil {
			for i := range t.values {
				s.values[n] = &t.values[i].Value
				s.add(n + 1)
			}
			return
		}
	}
	s.decided = nil
	r := span{s.index.Seek(s.values[:n], table.Before), s.index.Seek(s.values[:n], table.After)}
	if n < len(s.values) {
		for _, t := range s.tests {
			if t.kind == test && t.field.Index == s.index.Fields[n] {
				s.narrow(&r, t, n)
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

// null comes before all that is less, greater or between.
var null record.Value

// narrow cuts off what a test of field n excludes.
func (s *spanner) narrow(r *span, t *node, n int) {
	low, from := &null, table.After
	var high *record.Value
	to := table.After
	switch t.op {
	case Gt:
		low = &t.values[0].Value
	case Ge:
		low, from = &t.values[0].Value, table.Before
	case Lt:
		high, to = &t.values[0].Value, table.Before
	case Le:
		high = &t.values[0].Value
	case Between:
		low, high, from = &t.values[0].Value, &t.values[1].Value, table.Before
	case BeginsWith:
		low, from, to = sure(&t.values[0].Value), table.Before, table.Beyond
		high = low
	default:
		return
	}
	if t.op != BeginsWith && t.values[0].Kind != record.Null && t.values[len(t.values)-1].Kind != record.Null {
		s.decided = append(s.decided, t)
	}
	s.values[n] = low
	r.from = max(r.from, s.index.Seek(s.values[:n+1], from))
	if high != nil {
		s.values[n] = high
		r.to = min(r.to, s.index.Seek(s.values[:n+1], to))
	}
}

// sure returns the beginning of a text up to U+D000. Behind that, texts that go on
// with the same bytes need not stand side by side: a lone surrogate may be half of
// a character in others.
func sure(v *record.Value) *record.Value {
	for i, c := range v.Text {
		if c >= 0xed {
			return &record.Value{Kind: v.Kind, Text: v.Text[:i]}
		}
	}
	return v
}
