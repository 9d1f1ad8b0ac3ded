package predicate

import (
	"github.com/granarydb/granary/store/internal/access"
	"github.com/granarydb/granary/store/table"
)

// search is one look for the rows that match a filter.
type search struct {
	filter *Filter
	tables Tables
	table  *table.Table
	order  table.Order
	most   int // rows that are wanted
	path   *path
	cost   int // rows to look at when they are not looked at in order
}

// Rows returns the numbers of the first matching rows, at most so many, in
// ascending order, which is the order of insertion.
func (f *Filter) Rows(tables Tables, most int) []uint32 {
	return f.First(tables, table.Order{Table: tables.Of(f.Model)}, most)
}

// First returns the numbers of the first matching rows in that order, at most so
// many. It looks at few rows where an index names them or has them in this order,
// at all otherwise; every row that it returns was tested against the whole filter.
func (f *Filter) First(tables Tables, o table.Order, most int) []uint32 {
	if most <= 0 {
		return nil
	}
	tests := f.root.conjuncts(nil)
	s := &search{filter: f, tables: tables, table: o.Table, order: o, most: most}
	s.order.Keys = unfixed(o.Keys, tests)
	s.cost = s.table.Len()
	if p := f.root.path(tables, s.table); p != nil && p.rows < s.cost {
		s.path, s.cost = p, p.rows
	}
	if s.cost > fewRows {
		if rows, ok := s.inOrder(tests); ok {
			return rows
		}
	}
	rows := s.collect()
	return s.order.First(rows, min(most, len(rows)))
}

// collect returns all rows that match, in ascending order.
func (s *search) collect() []uint32 {
	if s.path == nil {
		access.Note(access.Scan)
		rows, _ := s.scan(s.table.Len())
		return rows
	}
	s.path.note()
	named := table.Ascending(s.path.collect(s.tables, s.table, nil))
	rows := named[:0]
	for _, n := range named {
		if s.match(n) {
			rows = append(rows, n)
		}
	}
	return rows
}

// scan looks at rows in order of insertion until it has seen so many, false, or
// there are no more. Without an order it stops when it has as many as are wanted.
func (s *search) scan(budget int) ([]uint32, bool) {
	most := s.table.Len()
	if len(s.order.Keys) == 0 {
		most = min(most, s.most)
	}
	rows := make([]uint32, 0, min(most, 1024))
	for n := uint32(0); n < s.table.End() && len(rows) < most; n++ {
		if !s.table.Has(n) {
			continue
		}
		if budget--; budget < 0 {
			return nil, false
		}
		if s.match(n) {
			rows = append(rows, n)
		}
	}
	return rows, true
}

func (s *search) match(n uint32) bool {
	return s.filter.Everything() || s.filter.root.match(s.tables, s.table, s.table.Row(n))
}
