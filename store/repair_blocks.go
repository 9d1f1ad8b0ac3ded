package store

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
)

// namedBlock is a block that a manifest names, or that is there without a name.
type namedBlock struct {
	log.BlockInfo
	model string // "" for one without a name
}

// named are the blocks that are to be looked at: those of a sound manifest; or all
// that there are, in the order that a damaged one seems to give them.
func (r *repair) named() []namedBlock {
	var list []namedBlock
	known := map[uint64]bool{}
	m := r.manifest
	if m == nil {
		m = r.guess
	}
	for i := 0; m != nil && i < len(m.Segments); i++ {
		for _, b := range m.Segments[i].Blocks {
			if r.manifest == nil {
				b.Rows = 0 // who knows
				if known[b.ID] || !slices.Contains(r.survey.Blocks, b.ID) {
					continue
				}
			}
			known[b.ID] = true
			list = append(list, namedBlock{b, m.Segments[i].Model})
		}
	}
	for _, id := range r.survey.Blocks {
		if r.manifest == nil && !known[id] {
			list = append(list, namedBlock{log.BlockInfo{ID: id}, ""})
		}
	}
	return list
}

// readBlocks finds out which blocks are whole.
func (r *repair) readBlocks(ctx context.Context) error {
	list := r.named()
	for start := 0; start < len(list); start += blocksAtOnce {
		part := list[start:min(start+blocksAtOnce, len(list))]
		ids := make([]uint64, len(part))
		for i, b := range part {
			ids[i] = b.ID
		}
		data, err := r.options.Backend.Blocks(ctx, ids)
		if err != nil {
			return err
		}
		for i, b := range part {
			if err := r.readBlock(ctx, b, data[i]); err != nil {
				return err
			}
		}
	}
	r.returnStray(list)
	for _, b := range list {
		if r.kept(b.ID) == nil {
			r.changed = true
			if b.Rows > 0 && b.model != "" {
				r.model(b.model).Lost += b.Rows
			}
		}
	}
	return nil
}

// readBlock finds out whether a block is whole.
func (r *repair) readBlock(ctx context.Context, b namedBlock, data []byte) error {
	if data == nil {
		return nil
	}
	err := r.take(b.ID, data)
	if err == nil {
		return nil
	}
	if whole := log.Mended(data, 'B'); whole != nil {
		if r.take(b.ID, whole) == nil {
			r.changed = true
			r.put = append(r.put, log.Block{ID: b.ID, Data: whole})
			return nil
		}
		if errors.Is(err, code.Format) {
			return err
		}
	}
	if id, ok := log.BlockID(data); ok && id != b.ID {
		r.stray = append(r.stray, log.Block{ID: id, Data: data})
	}
	r.drop = append(r.drop, b.ID)
	r.report.Uncertain = r.report.Uncertain || r.manifest == nil
	return r.setAside(ctx, "block "+strconv.FormatUint(b.ID, 10), b.model, data, reasonOf(err))
}

// take keeps a block if it is whole.
func (r *repair) take(id uint64, data []byte) error {
	layout, rows, err := log.ReadBlock(id, data)
	if err != nil {
		return err
	}
	n := soundRows(layout, rows)
	if n < 0 {
		return code.Fault(code.Corrupt, "", "", "block "+strconv.FormatUint(id, 10)+" has broken rows")
	}
	r.know(layout)
	r.blocks = append(r.blocks, keptBlock{log.BlockInfo{ID: id, Rows: n, Size: len(data)}, layout})
	return nil
}

// returnStray puts whole blocks that lay in another one's place back into their
// own, if that has no whole one.
func (r *repair) returnStray(list []namedBlock) {
	for _, b := range r.stray {
		named := r.manifest == nil || slices.ContainsFunc(list, func(n namedBlock) bool { return n.ID == b.ID })
		if named && r.kept(b.ID) == nil && r.take(b.ID, b.Data) == nil {
			r.changed = true
			r.put = append(r.put, b)
			r.drop = slices.DeleteFunc(r.drop, func(id uint64) bool { return id == b.ID })
		}
	}
}

// kept returns the whole block of that id, or nil.
func (r *repair) kept(id uint64) *keptBlock {
	for i := range r.blocks {
		if r.blocks[i].info.ID == id {
			return &r.blocks[i]
		}
	}
	return nil
}

// know takes a layout into the pool.
func (r *repair) know(l *record.Layout) {
	if !slices.ContainsFunc(r.pool, l.Equal) {
		r.pool = append(r.pool, l)
	}
}

// soundRows counts the rows of a block; -1 when they do not fill it, or one of them
// has another layout or no key.
func soundRows(l *record.Layout, rows []byte) int {
	n := 0
	for ; len(rows) > 0; n++ {
		size := record.Length(rows)
		if size == 0 || !soundRow(l, record.Row(rows[:size])) {
			return -1
		}
		rows = rows[size:]
	}
	return n
}

func soundRow(l *record.Layout, row record.Row) bool {
	if !l.Sound(row) {
		return false
	}
	key, ok := l.AppendKey(nil, row, l.Key)
	return ok && len(key) > 0
}

// segments are the blocks that are whole, by model, in the order in which they were
// named.
func (r *repair) segments() []log.Segment {
	var list []log.Segment
	add := func(model string, b log.BlockInfo) {
		at := slices.IndexFunc(list, func(s log.Segment) bool { return s.Model == model })
		if at < 0 {
			at, list = len(list), append(list, log.Segment{Model: model})
		}
		list[at].Blocks = append(list[at].Blocks, b)
	}
	if r.manifest == nil {
		for _, b := range r.blocks {
			add(b.layout.Model, b.info)
		}
		return list
	}
	for _, s := range r.manifest.Segments {
		for _, b := range s.Blocks {
			if kept := r.kept(b.ID); kept != nil {
				add(s.Model, kept.info)
			}
		}
	}
	return list
}
