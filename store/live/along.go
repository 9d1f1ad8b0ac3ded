package live

import (
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/table"
)

// Along returns the positions in the window, ascending, of the rows that the ways
// of Query.Along lead back to from what changed. It must be called after Apply, with
// the same touches. More may be named than have changed, not fewer, but for rows that
// changed themselves.
func (v *View) Along(touches []Touch) []int {
	var affected []uint32
	for _, t := range touches {
		affected = v.follow(affected, v.along, t)
	}
	var positions []int
	shown := len(v.Window())
	for _, n := range table.Ascending(affected) {
		if !v.table.Has(n) {
			continue
		}
		at := v.place(v.rows, n)
		if at < len(v.rows) && v.rows[at] == n && at >= v.start && at-v.start < shown {
			positions = append(positions, at-v.start)
		}
	}
	mergesort.Sort(positions, func(a, b int) bool { return a < b })
	return positions
}
