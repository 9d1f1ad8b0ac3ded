package live

import (
	"slices"

	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Apply takes in what changed. The changes are in the tables already. It returns
// what became of the window, nil when that shows the same rows as before in the
// same state and as many match.
func (v *View) Apply(touches []Touch) *Patch {
	var own map[uint32]record.Row // rows of the query's model that changed, as they were
	var affected []uint32
	for _, t := range touches {
		if t.Table == v.table && !v.passesBy(t) {
			if own == nil {
				own = map[uint32]record.Row{}
			}
			own[t.Row] = t.Before
			affected = append(affected, t.Row)
		}
	}
	for _, t := range touches {
		affected = v.follow(affected, v.paths, t)
	}
	if len(affected) == 0 {
		return nil
	}
	return v.replace(table.Ascending(affected), own)
}

// passesBy reports whether a row of the query's model did not match and still does
// not, which can be said without looking further when no relations are looked at.
func (v *View) passesBy(t Touch) bool {
	return len(v.paths) == 0 && (t.Before == nil || !v.filter.Match(v.tables, t.Before)) &&
		!(t.Table.Has(t.Row) && v.filter.Match(v.tables, t.Table.Row(t.Row)))
}

// follow appends the rows of the query's model that ways lead back to from a row
// that changed, as it was and as it is.
func (v *View) follow(affected []uint32, ways [][]*schema.Relation, t Touch) []uint32 {
	for _, way := range ways {
		end := way[len(way)-1].Target
		if v.tables.Of(end) != t.Table {
			continue
		}
		if t.Before != nil {
			affected = append(affected, v.back(way, t.Before)...)
		}
		if t.Table.Has(t.Row) {
			affected = append(affected, v.back(way, t.Table.Row(t.Row))...)
		}
	}
	return affected
}

// back goes from a row at the end of a way to the rows at its beginning. Where a
// row between has changed too, its own change leads to the rest.
func (v *View) back(way []*schema.Relation, row record.Row) []uint32 {
	var rows []uint32
	states := []record.Row{row}
	var key []byte
	for _, r := range slices.Backward(way) {
		layout := v.tables.Of(r.Target).Layout
		owner := v.tables.Of(r.Owner)
		rows = rows[:0]
		for _, s := range states {
			var ok bool
			if key, ok = layout.AppendKey(key[:0], s, r.TargetFields); ok {
				rows = owner.Match(rows, r.Fields, key)
			}
		}
		rows = table.Ascending(rows)
		states = states[:0]
		for _, n := range rows {
			states = append(states, owner.Row(n))
		}
	}
	return rows
}

// replace puts each affected row where it belongs now. own holds the rows among
// them that changed themselves, as they were.
func (v *View) replace(affected []uint32, own map[uint32]record.Row) *Patch {
	var gone []int              // positions, before anything is taken out
	var fresh, updated []uint32 // rows to put in, and rows that stay where they are
	var moves []move
	for _, n := range affected {
		before, touched := own[n]
		at, was := v.position(n, own)
		is := v.table.Has(n) && v.filter.Match(v.tables, v.table.Row(n))
		moved := was && is && touched && !v.sameOrder(before, v.table.Row(n))
		switch {
		case was && is && touched && !moved:
			updated = append(updated, n)
		case was && (!is || moved):
			gone = append(gone, at)
		}
		if is && (!was || moved) {
			fresh = append(fresh, n)
		}
		if moved && v.sameKey(before, v.table.Row(n)) {
			moves = append(moves, move{n, at})
		}
	}
	if len(gone)+len(fresh)+len(updated) == 0 {
		return nil
	}
	old := slices.Clone(v.Window())
	mergesort.Sort(gone, func(a, b int) bool { return a < b })
	v.remove(gone)
	mergesort.Sort(fresh, func(a, b uint32) bool { return v.compare(v.now(a), v.now(b)) < 0 })
	p := v.patch(old, gone, v.insert(fresh), updated)
	v.moved(p, moves, len(old))
	return p
}

// position finds a row among those that matched, in the order that they had.
func (v *View) position(number uint32, own map[uint32]record.Row) (int, bool) {
	old := func(n uint32) state {
		if before, ok := own[n]; ok {
			return state{n, before}
		}
		return v.now(n)
	}
	if before, ok := own[number]; ok && before == nil {
		return 0, false // it was not there
	}
	return slices.BinarySearchFunc(v.rows, old(number), func(a uint32, want state) int { return v.compare(old(a), want) })
}

// remove takes out the rows at some positions, ascending.
func (v *View) remove(positions []int) {
	if len(positions) <= few {
		for _, at := range slices.Backward(positions) {
			v.rows = slices.Delete(v.rows, at, at+1)
		}
		return
	}
	kept := v.rows[:positions[0]]
	for i, at := range positions {
		end := len(v.rows)
		if i+1 < len(positions) {
			end = positions[i+1]
		}
		kept = append(kept, v.rows[at+1:end]...)
	}
	v.rows = kept
}

// insert puts in rows, which are in order, and returns where they stand then.
func (v *View) insert(fresh []uint32) []int {
	places := make([]int, len(fresh))
	if len(fresh) <= few {
		for i, n := range fresh {
			places[i] = v.place(v.rows, n)
			v.rows = slices.Insert(v.rows, places[i], n)
		}
		return places
	}
	merged := make([]uint32, 0, len(v.rows)+len(fresh))
	rest := v.rows
	for i, n := range fresh {
		at := v.place(rest, n)
		merged = append(merged, rest[:at]...)
		places[i] = len(merged)
		merged = append(merged, n)
		rest = rest[at:]
	}
	v.rows = append(merged, rest...)
	return places
}

// place returns where in rows a row belongs that is not among them.
func (v *View) place(rows []uint32, n uint32) int {
	at, _ := slices.BinarySearchFunc(rows, v.now(n), func(a uint32, want state) int { return v.compare(v.now(a), want) })
	return at
}
