package predicate

import (
	"math"

	"github.com/granarydb/granary/store/internal/access"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/table"
)

// search is one look for the rows that match a filter.
type search struct {
	filter *Filter
	tables Tables
	table  *table.Table
	order  table.Order
	most   int     // rows that are wanted
	tests  []*node // all of which must hold
	path   *path
	cost   int // rows to look at when they are not looked at in order

	rest    []*node  // of the tests, those that the way does not decide
	rows    []uint32 // that match, of those looked at
	enough  int      // how many of them end the look
	budget  int      // how many rows may yet be looked at
	reserve int      // how many more when that is used up, if enough rows matched until then
	needed  int      // how many are enough for that
}

// Rows returns the numbers of the first matching rows, at most so many, in
// ascending order, which is the order of insertion.
func (f *Filter) Rows(tables Tables, most int) []uint32 {
	return f.First(tables, table.Order{Table: tables.Of(f.Model)}, most)
}

// First returns the numbers of the first matching rows in that order, at most so
// many. It looks at few rows where an index names them or has them in this order,
// at all otherwise; every row that it returns was tested for all that the way to it
// does not decide.
func (f *Filter) First(tables Tables, o table.Order, most int) []uint32 {
	if most <= 0 {
		return nil
	}
	tests := f.root.conjuncts(nil)
	s := &search{filter: f, tables: tables, table: o.Table, order: o, most: most, tests: tests, cost: o.Table.Len()}
	s.order.Keys = unfixed(o.Keys, tests)
	if p := f.root.path(tables, s.table); p != nil && p.rows < s.cost {
		s.path, s.cost = p, p.rows
	}
	if s.cost <= fewRows || !s.inOrder() {
		s.collect()
	}
	return s.rows
}

// collect finds the rows by the path, or among all, and puts them in order.
func (s *search) collect() {
	if access.Counting {
		access.Note(s.path.way(), true)
	}
	s.start(math.MaxInt, s.path.rest(s.tests))
	if len(s.order.Keys) > 0 {
		s.enough = math.MaxInt
	}
	if s.path == nil {
		s.scan()
	} else {
		for _, n := range table.Ascending(s.path.collect(s.tables, s.table, nil)) {
			if !s.take(n) {
				break
			}
		}
	}
	s.rows = s.order.First(s.rows, min(s.most, len(s.rows)))
}

// start begins a look at so many rows at most, which are tested for the rest.
func (s *search) start(budget int, rest []*node) {
	s.rows, s.enough, s.budget, s.rest = nil, s.most, budget, rest
	s.reserve = 0
}

// scan looks at rows in order of insertion.
func (s *search) scan() {
	for n := uint32(0); n < s.table.End(); n++ {
		if s.table.Has(n) && !s.take(n) {
			break
		}
	}
}

// take looks at one row; false when no further one is to be looked at.
func (s *search) take(n uint32) bool {
	if s.budget--; s.budget < 0 && !s.extend() {
		return false
	}
	if len(s.rest) == 0 || passes(s.rest, s.tables, s.table, s.table.Row(n)) {
		s.rows = append(s.rows, n)
		return len(s.rows) < s.enough
	}
	return true
}

// extend takes up the reserve if there is one and as many rows matched as it asks for.
func (s *search) extend() bool {
	if s.reserve == 0 || len(s.rows) < s.needed {
		return false
	}
	if access.Counting {
		access.Note(access.Extended, true)
	}
	s.budget, s.reserve = s.reserve-1, 0
	return true
}

// passes reports whether a row passes all tests.
func passes(tests []*node, tables Tables, t *table.Table, row record.Row) bool {
	for _, n := range tests {
		if n.kind == test { // as match would, without a call
			if !n.holds(t.Layout.Value(row, n.field.Index)) {
				return false
			}
		} else if !n.match(tables, t, row) {
			return false
		}
	}
	return true
}
