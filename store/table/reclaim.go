package table

// reclaimAt is how many dead bytes an arena may hold before Reclaim copies the
// live rows, if they are also more than the live ones.
const reclaimAt = 1 << 20

// Reclaim gives back the memory of rows that were replaced or deleted, when that
// is worth it. No Change of the table may be undone or read afterwards.
func (t *Table) Reclaim() {
	if t.dead < reclaimAt || t.dead < t.bytes {
		return
	}
	var fresh arena
	for n, p := range t.places {
		if p.chunk != 0 {
			t.places[n] = fresh.append(t.arena.row(p))
		}
	}
	t.arena, t.dead = fresh, 0
}
