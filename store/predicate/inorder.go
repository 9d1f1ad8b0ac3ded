package predicate

import (
	"math"

	"github.com/granarydb/granary/store/internal/access"
	"github.com/granarydb/granary/store/table"
)

// inOrder looks at rows in the wanted order until there are enough; false when that
// promises nothing, or did not keep it.
func (s *search) inOrder() bool {
	way := access.Stopped
	if len(s.order.Keys) == 0 {
		if s.path == nil || !s.promising(s.table.Len()) {
			return false
		}
		s.start(s.cost, s.tests)
		s.scan()
	} else {
		w := s.walkOf()
		if w == nil {
			return false
		}
		w.run()
		way = w.way()
	}
	kept := s.budget >= 0
	if access.Counting {
		access.Note(way, kept)
	}
	return kept
}

// promising reports whether to look at so many rows in the wanted order, until
// enough match, is likely to be less work than to look at all that the path names.
// It takes it that all of these match, which is why what is looked at is bounded.
func (s *search) promising(rows int) bool {
	return min(s.most, rows) <= s.cost*s.cost/max(rows, 1)
}

// walk goes along an ordered index that has rows in the wanted order, or nearly.
type walk struct {
	search *search
	index  *table.Ordered
	fields int  // of the index; rows that tie in them stand together in the wanted order
	exact  bool // rows that tie in them stand in the wanted order
	down   bool
	span   span // what is still to be looked at
}

// walkOf returns the walk that comes nearest to the wanted order, nil if none is
// promising.
func (s *search) walkOf() *walk {
	var best *walk
	for _, x := range s.table.Ordered() {
		w := &walk{search: s, index: x, down: s.order.Keys[0].Descending}
		if w.follow(s.tests) && (best == nil || w.fields > best.fields || w.fields == best.fields && w.exact && !best.exact) {
			best = w
		}
	}
	if best == nil {
		return nil
	}
	best.span.to = s.table.Len()
	var decided []*node
	if constrained(s.tests, best.index.Fields[0]) {
		var list []span
		if list, decided = spans(best.index, s.tests, 1); len(list) == 0 {
			return nil
		}
		best.span = list[0]
	}
	rows := best.span.to - best.span.from
	if !s.promising(rows) {
		return nil
	}
	s.afford(rows, without(s.tests, decided))
	return best
}

// afford begins a walk along so many rows. They lie here and there, a scan's side by side,
// so a few are looked at first, and more only when these match so often that the rest
// promises to be enough: all, when the path would lead to no fewer, and else a part.
func (s *search) afford(rows int, rest []*node) {
	first, all := rows, rows
	if s.most < rows {
		first = min(rows, s.most+s.cost/16)
	}
	if s.path == nil || rows > s.cost {
		all = min(rows, s.cost/4)
	}
	s.start(first, rest)
	if all > first {
		s.reserve = all - first
		s.needed = (s.most*first + all - 1) / all
	}
}

// follow finds out how far the index has the wanted order: fields that must equal
// one value aside, its fields are the keys. It reports whether there is any key.
func (w *walk) follow(tests []*node) bool {
	keys, used := w.search.order.Keys, 0
	for _, f := range w.index.Fields {
		switch {
		case fixed(tests, f):
		case used < len(keys) && keys[used].Field == f && keys[used].Descending == w.down:
			used++
		default:
			return used > 0
		}
		w.fields++
	}
	w.exact = used == len(keys)
	return used > 0
}

// fixed reports whether all rows that pass the tests have the same value there.
func fixed(tests []*node, field int) bool {
	for _, n := range tests {
		if n.kind == test && n.field.Index == field && n.op == Eq {
			return true
		}
	}
	return false
}

// unfixed returns the keys that make a difference between rows that pass the tests.
func unfixed(keys []table.Key, tests []*node) []table.Key {
	rest := make([]table.Key, len(keys))
	n := 0
	for _, k := range keys {
		if !fixed(tests, k.Field) {
			rest[n] = k
			n++
		}
	}
	return rest[:n]
}

// run looks at one stretch of rows that tie after the other.
func (w *walk) run() {
	s := w.search
	if !w.exact {
		s.enough = math.MaxInt // within a stretch
	}
	for w.span.from < w.span.to && len(s.rows) < s.most && s.budget >= 0 {
		from, to := w.span.from, w.span.to
		if w.down || !w.exact {
			from, to = w.index.Tied(from, to, w.fields, w.down)
		}
		if w.down {
			w.span.to = from
		} else {
			w.span.from = to
		}
		if !w.exact && to-from > s.budget+s.reserve { // all of them, or none
			s.budget = -1
			break
		}
		start := len(s.rows)
		for _, n := range w.index.Rows()[from:to] {
			if !s.take(n) {
				break
			}
		}
		if !w.exact {
			s.order.Sort(table.Ascending(s.rows[start:]))
		}
	}
	s.rows = s.rows[:min(s.most, len(s.rows))]
}

// way names the walk, for tests.
func (w *walk) way() access.Way {
	switch {
	case !w.exact:
		return access.Grouped
	case w.down:
		return access.Downward
	}
	return access.Upward
}
