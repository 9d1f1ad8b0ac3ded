package store

import (
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/table"
)

// renew takes over the manifest of somebody else who has folded no more of the log
// than is known here: rows in memory stay as they are, with their numbers, and only
// where they are stored is another place. Only durable commits may be in the tables.
// It returns false, and has changed nothing, when the blocks are not those of what
// is known here.
func (d *dataset) renew(generation uint64, m *log.Manifest) bool {
	if m.Through > d.head || m.Through < d.manifest.Through || !sameMark(d.manifest, m) {
		return false
	}
	stored := map[string][]log.Segment{} // by model
	for _, s := range m.Segments {
		name := d.holder(s.Model)
		stored[name] = append(stored[name], s)
	}
	segments := map[string]*segment{}
	for _, t := range d.all() {
		if t.Absent() {
			continue
		}
		name := d.holder(t.Model.Name)
		if name != t.Model.Name {
			return false
		}
		s := d.segment(name).renewed(t, stored[name], m.Through)
		if s == nil {
			return false
		}
		segments[name] = s
		delete(stored, name)
	}
	for name := range d.absent {
		if stored[name] == nil {
			return false
		}
	}
	d.segments = segments
	for name, list := range stored {
		a := &absent{model: d.schema.Model(name), segments: list}
		if old := d.absent[name]; old != nil {
			for _, w := range old.waiting {
				if w.sequence > m.Through {
					a.waiting = append(a.waiting, w)
				}
			}
		}
		d.absent[name] = a
	}
	left := int(d.head - m.Through)
	if d.logCount > 0 {
		d.logBytes = d.logBytes / d.logCount * left
	}
	d.generation, d.manifest, d.logCount, d.dead, d.garbage, d.overdue = generation, m, left, 0, nil, false
	return true
}

// sameMark reports whether two manifests have the mark in the same block: a migration
// writes it anew, and changes rows without an entry in the log.
func sameMark(a, b *log.Manifest) bool {
	block := func(m *log.Manifest) (id uint64) {
		for _, s := range m.Segments {
			if s.Model == markModel {
				id = s.Blocks[0].ID
			}
		}
		return id
	}
	return block(a) == block(b)
}

// renewed returns the segment of a table whose blocks are now those that a list
// names, which hold the log up to that entry; nil when that cannot be.
func (s *segment) renewed(t *table.Table, list []log.Segment, through uint64) *segment {
	if len(list) > 1 {
		return nil
	}
	out := &segment{recent: s.since(through)}
	was := map[uint32]bool{} // rows that later entries have changed: whether they were there before
	for _, r := range out.recent {
		if _, known := was[r.row]; !known {
			was[r.row] = r.was
		}
	}
	n := uint32(0)
	next := func() bool { // moves n behind the next row that was there
		for ; n < t.End(); n++ {
			there, changed := was[n]
			if there || !changed && t.Has(n) {
				n++
				return true
			}
		}
		return false
	}
	for _, l := range list {
		for _, b := range l.Blocks {
			for range b.Rows {
				if !next() {
					return nil
				}
			}
			out.blocks = append(out.blocks, blockRange{info: b, end: n})
		}
	}
	if next() {
		return nil
	}
	for _, r := range out.recent {
		out.touch(r.row)
	}
	return out
}
