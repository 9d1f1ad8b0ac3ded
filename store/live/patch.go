package live

import "slices"

// Patch is what became of a window: which of the old rows are out, which of the new
// ones came in, and which stayed with other contents. A row that moved is out at
// one place and in at another. It is empty when only the number of rows that match
// has changed.
type Patch struct {
	Removed  []int // positions in the old window, ascending
	Inserted []int // positions in the new window, ascending
	Updated  []int // positions in the new window
	Moved    []int // of those removed and inserted that are the same records: pairs of the old position and the new one
}

// patch compares the window before with the present one. gone are the positions
// among all rows, before, of those that were taken out; came the positions, now,
// of those that were put in; the others kept their order.
func (v *View) patch(old []uint32, gone, came []int, updated []uint32) *Patch {
	p := &Patch{}
	now := v.Window()
	removed, inserted := within(gone, v.start), within(came, v.start)
	for i, j := 0, 0; i < len(old) || j < len(now); {
		switch {
		case i < len(old) && next(&removed, i):
			p.Removed = append(p.Removed, i)
			i++
		case j < len(now) && next(&inserted, j):
			p.Inserted = append(p.Inserted, j)
			j++
		case i < len(old) && j < len(now) && old[i] == now[j]:
			i++
			j++
		case j == len(now) || i < len(old) && v.compare(v.now(old[i]), v.now(now[j])) < 0:
			p.Removed = append(p.Removed, i) // it slid out at an edge
			i++
		default:
			p.Inserted = append(p.Inserted, j) // it slid in
			j++
		}
	}
	for _, n := range updated {
		at := v.place(v.rows, n) - v.start
		if _, new := slices.BinarySearch(p.Inserted, at); !new && at >= 0 && at < len(now) {
			p.Updated = append(p.Updated, at)
		}
	}
	if len(p.Removed)+len(p.Inserted)+len(p.Updated) == 0 && len(gone) == len(came) {
		return nil
	}
	return p
}

// move is a row that stands in another place, and its position among all rows before.
type move struct {
	row  uint32
	from int
}

// moved notes the rows that were in the window, of that length, and still are.
func (v *View) moved(p *Patch, moves []move, length int) {
	for _, m := range moves {
		from, to := m.from-v.start, v.place(v.rows, m.row)-v.start
		if from >= 0 && from < length && to >= 0 && to < len(v.Window()) {
			p.Moved = append(p.Moved, from, to)
		}
	}
}

// within moves positions, ascending, to a window that starts at start.
func within(positions []int, start int) []int {
	var out []int
	for _, at := range positions {
		if at >= start {
			out = append(out, at-start)
		}
	}
	return out
}

// next reports whether at is the first of the positions, and then drops it.
func next(positions *[]int, at int) bool {
	if len(*positions) == 0 || (*positions)[0] != at {
		return false
	}
	*positions = (*positions)[1:]
	return true
}
