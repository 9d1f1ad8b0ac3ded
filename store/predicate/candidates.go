package predicate

import (
	"slices"

	"github.com/granarydb/granary/store/table"
)

// noIndex is the estimate for a part that no index can answer.
const noIndex = -1

// Rows returns the numbers of the first matching rows, at most so many, in
// ascending order, which is the order of insertion. It looks at few rows where an
// index names them, at all otherwise.
func (f *Filter) Rows(tables Tables, most int) []uint32 {
	t := tables.Of(f.Model)
	if e := f.root.estimate(tables, t); e != noIndex && e < t.Len() {
		rows := table.Ascending(f.root.collect(tables, t, nil))
		rows = slices.DeleteFunc(rows, func(n uint32) bool { return !f.root.match(tables, t, t.Row(n)) })
		return rows[:min(len(rows), most)]
	}
	rows := make([]uint32, 0, min(t.Len(), most, 1024))
	for n := uint32(0); n < t.End() && len(rows) < most; n++ {
		if t.Has(n) && f.root.match(tables, t, t.Row(n)) {
			rows = append(rows, n)
		}
	}
	return rows
}

// estimate returns how many rows collect would name at most, or noIndex. It
// counts rows of the deepest index used, so it is a guess across relations.
func (n *node) estimate(tables Tables, t *table.Table) int {
	switch n.kind {
	case test:
		return n.estimateTest(t)
	case and:
		best := noIndex
		for _, child := range n.children {
			if e := child.estimate(tables, t); e != noIndex && (best == noIndex || e < best) {
				best = e
			}
		}
		return best
	case or:
		sum := 0
		for _, child := range n.children {
			e := child.estimate(tables, t)
			if e == noIndex {
				return noIndex
			}
			sum += e
		}
		return sum
	case related:
		if n.quantifier == some {
			return n.children[0].estimate(tables, tables.Of(n.relation.Target))
		}
	}
	return noIndex
}

func (n *node) estimateTest(t *table.Table) int {
	if n.op != Eq && n.op != In {
		return noIndex
	}
	only := []int{n.field.Index}
	if slices.Equal(only, t.Model.Key) {
		return len(n.values)
	}
	x := t.Index(only)
	if x == nil {
		return noIndex
	}
	sum := 0
	for i := range n.values {
		if n.values[i].raw[0] == 'n' {
			return noIndex // nulls are in no index
		}
		sum += x.Count(n.values[i].raw)
	}
	return sum
}

// collect appends the numbers of all rows that may match, in any order, some
// perhaps twice. estimate must have found an index.
func (n *node) collect(tables Tables, t *table.Table, dst []uint32) []uint32 {
	switch n.kind {
	case test:
		only := []int{n.field.Index}
		for i := range n.values {
			dst = t.Match(dst, only, n.values[i].raw)
		}
	case and:
		best, least := n.children[0], noIndex
		for _, child := range n.children {
			if e := child.estimate(tables, t); e != noIndex && (least == noIndex || e < least) {
				best, least = child, e
			}
		}
		return best.collect(tables, t, dst)
	case or:
		for _, child := range n.children {
			dst = child.collect(tables, t, dst)
		}
	case related:
		dst = n.collectRelated(tables, t, dst)
	}
	return dst
}

// collectRelated goes from the matching records of the far side back to the rows
// that they belong to.
func (n *node) collectRelated(tables Tables, t *table.Table, dst []uint32) []uint32 {
	target := tables.Of(n.relation.Target)
	sub := n.children[0]
	var key []byte
	for _, number := range table.Ascending(sub.collect(tables, target, nil)) {
		row := target.Row(number)
		if !sub.match(tables, target, row) {
			continue
		}
		var ok bool
		if key, ok = target.Layout.AppendKey(key[:0], row, n.relation.TargetFields); ok {
			dst = t.Match(dst, n.relation.Fields, key)
		}
	}
	return dst
}
