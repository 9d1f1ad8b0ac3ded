package predicate

import (
	"slices"

	"github.com/granarydb/granary/store/internal/access"
	"github.com/granarydb/granary/store/table"
)

// path is a way to all rows that may match a part of a filter, by indexes.
type path struct {
	rows  int            // how many it names at most; a guess across relations
	node  *node          // a test of equality, a relation, or an or
	parts []*path        // of an or; of the far side of a relation
	index *table.Ordered // or, without a node, stretches of this one
	spans []span

	decided []*node // tests that no row in the spans fails
}

// path returns the way to the rows that looks at the fewest, nil when there is none
// but to look at all.
func (n *node) path(tables Tables, t *table.Table) *path {
	var best *path
	better := func(p *path) bool {
		if p != nil && (best == nil || p.rows < best.rows) {
			best = p
		}
		return best != nil && best.rows <= fewRows
	}
	tests := n.conjuncts(nil)
	for _, c := range tests {
		if better(c.single(tables, t)) {
			return best
		}
	}
	for _, x := range t.Ordered() {
		if best != nil && (narrowsNothing(x, t, tests) || !x.Pays(best.rows)) {
			continue
		}
		if better(stretches(x, tests)) {
			break
		}
	}
	return best
}

// narrowsNothing reports whether x names as many rows as a hash index on its first field,
// which nulls are not in, and which the first of several fields of a key has not.
func narrowsNothing(x *table.Ordered, t *table.Table, tests []*node) bool {
	if len(x.Fields) > 1 && constrained(tests, x.Fields[1]) {
		return false
	}
	for _, n := range tests {
		if n.kind == test && n.field.Index == x.Fields[0] && n.equality(t) != nil {
			return true
		}
	}
	return false
}

// conjuncts appends the parts that must all hold to list.
func (n *node) conjuncts(list []*node) []*node {
	switch n.kind {
	case all:
		return list
	case and:
	default:
		return append(list, n)
	}
	for _, child := range n.children {
		list = child.conjuncts(list)
	}
	return list
}

// single returns the way by one part alone, ordered indexes aside.
func (n *node) single(tables Tables, t *table.Table) *path {
	switch n.kind {
	case test:
		return n.equality(t)
	case or:
		p := &path{node: n}
		for _, child := range n.children {
			part := child.path(tables, t)
			if part == nil {
				return nil
			}
			p.parts = append(p.parts, part)
			p.rows += part.rows
		}
		return p
	case related:
		if n.quantifier != some {
			return nil
		}
		if sub := n.children[0].path(tables, tables.Of(n.relation.Target)); sub != nil {
			return &path{rows: sub.rows, node: n, parts: []*path{sub}}
		}
	}
	return nil
}

// equality returns the way by the primary key or a hash index.
func (n *node) equality(t *table.Table) *path {
	if n.op != Eq && n.op != In {
		return nil
	}
	only := []int{n.field.Index}
	if slices.Equal(only, t.Model.Key) {
		return &path{rows: len(n.values), node: n}
	}
	x := t.Index(only)
	if x == nil {
		return nil
	}
	p := &path{node: n}
	for i := range n.values {
		if n.values[i].raw[0] == 'n' {
			return nil // nulls are in no hash index
		}
		p.rows += x.Count(n.values[i].raw)
	}
	return p
}

// collect appends the numbers of the rows to dst, in any order, some perhaps twice.
func (p *path) collect(tables Tables, t *table.Table, dst []uint32) []uint32 {
	switch {
	case p.node == nil:
		for _, s := range p.spans {
			dst = append(dst, p.index.Rows()[s.from:s.to]...)
		}
	case p.node.kind == test:
		only := []int{p.node.field.Index}
		for i := range p.node.values {
			dst = t.Match(dst, only, p.node.values[i].raw)
		}
	case p.node.kind == or:
		for _, part := range p.parts {
			dst = part.collect(tables, t, dst)
		}
	default:
		dst = p.collectRelated(tables, t, dst)
	}
	return dst
}

// collectRelated goes from the matching records of the far side back to the rows
// that they belong to.
func (p *path) collectRelated(tables Tables, t *table.Table, dst []uint32) []uint32 {
	r, sub := p.node.relation, p.node.children[0]
	target := tables.Of(r.Target)
	rest := p.parts[0].rest(sub.conjuncts(nil))
	var key []byte
	for _, number := range table.Ascending(p.parts[0].collect(tables, target, nil)) {
		row := target.Row(number)
		if !passes(rest, tables, target, row) {
			continue
		}
		var ok bool
		if key, ok = target.Layout.AppendKey(key[:0], row, r.TargetFields); ok {
			dst = t.Match(dst, r.Fields, key)
		}
	}
	return dst
}

// rest returns those of the tests, all of which must hold, that rows on the path may
// fail: all of them when there is none. An order compares values, and equality texts: what
// an order says of equality is tested again.
func (p *path) rest(tests []*node) []*node {
	switch {
	case p == nil:
		return tests
	case p.node == nil:
		return without(tests, p.decided)
	case p.node.kind != or || p.whole():
		return without(tests, []*node{p.node})
	}
	return tests
}

// whole reports whether all rows on the path of an or pass it. It calls itself no
// deeper than MaxDepth.
func (p *path) whole() bool {
	for i, part := range p.parts {
		if len(part.rest(p.node.children[i].conjuncts(nil))) > 0 {
			return false
		}
	}
	return true
}

// without returns the tests that are not among the decided ones.
func without(tests, decided []*node) []*node {
	rest := make([]*node, 0, len(tests))
	for _, n := range tests {
		if !slices.Contains(decided, n) {
			rest = append(rest, n)
		}
	}
	return rest
}

// way names the path, for tests.
func (p *path) way() access.Way {
	switch {
	case p == nil:
		return access.Scan
	case p.node == nil && len(p.spans) == 1:
		return access.Range
	case p.node == nil:
		return access.Stretches
	case p.node.kind == test:
		return access.Hash
	case p.node.kind == or:
		return access.Union
	}
	return access.Related
}
