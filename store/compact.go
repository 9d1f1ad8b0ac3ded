package store

import (
	"context"
	"errors"
	"slices"

	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/table"
)

// segment is what is stored of one table: blocks, each for a range of row numbers.
// Rows from the end of the last block on are in the log only.
type segment struct{ blocks []blockRange }

type blockRange struct {
	info  log.BlockInfo
	end   uint32 // the row number after the last one of the range
	dirty bool   // rows of the range changed since the block was written
}

// touch notes that a row changed.
func (s *segment) touch(row uint32) {
	i, _ := slices.BinarySearchFunc(s.blocks, row, func(b blockRange, row uint32) int {
		if b.end <= row {
			return -1
		}
		return 1
	})
	if i < len(s.blocks) {
		s.blocks[i].dirty = true
	}
}

// compaction is one folding of the log into blocks.
type compaction struct {
	blockSize int
	replace   log.Replace
	manifest  *log.Manifest
	segments  map[string]*segment
}

// due reports whether the log is long enough to be folded.
func (d *dataset) due(count int) bool {
	return d.hollow || d.logBytes >= compactBytes || d.logCount >= count
}

// compaction builds what storage needs to forget the log up to the head. Only
// durable commits may be in the tables. Blocks whose rows did not change stay.
func (d *dataset) compaction(blockSize int) compaction {
	c := compaction{blockSize: blockSize, segments: map[string]*segment{}, manifest: &log.Manifest{
		Through: d.head, Nonce: d.nonce, NextBlock: d.manifest.NextBlock, Layouts: d.layouts}}
	for _, t := range d.all() {
		name := t.Model.Name
		c.segments[name] = c.fold(t, d.segment(name))
		s := log.Segment{Model: name}
		for _, b := range c.segments[name].blocks {
			s.Blocks = append(s.Blocks, b.info)
		}
		if len(s.Blocks) > 0 {
			c.manifest.Segments = append(c.manifest.Segments, s)
		}
	}
	c.replace.Identity, c.replace.Generation = d.identity, d.generation
	c.replace.Through = d.head
	c.replace.Manifest = c.manifest.Bytes()
	return c
}

// fold writes new blocks for the dirty ranges of a table and for the rows behind
// the last block.
func (c *compaction) fold(t *table.Table, old *segment) *segment {
	out := &segment{}
	start := uint32(0)
	for i, b := range old.blocks {
		last := i == len(old.blocks)-1
		grows := last && b.end < t.End() && b.info.Size < c.blockSize/2
		if !b.dirty && !grows {
			out.blocks = append(out.blocks, b)
			start = b.end
			continue
		}
		c.replace.Drop = append(c.replace.Drop, b.info.ID)
		next := i + 1
		if last || !old.blocks[next].dirty {
			end := b.end
			if grows {
				end = t.End()
			}
			c.write(t, out, start, end)
			start = end
		}
	}
	c.write(t, out, start, t.End())
	return out
}

// write appends blocks for the live rows numbered from start up to end.
func (c *compaction) write(t *table.Table, out *segment, start, end uint32) {
	var w *log.BlockWriter
	for n := start; n < end; n++ {
		if !t.Has(n) {
			continue
		}
		row := t.Row(n)
		if w != nil && w.Size()+len(row) > c.blockSize {
			c.add(w, out, n)
			w = nil
		}
		if w == nil {
			w = log.NewBlockWriter(c.manifest.NextBlock, t.Layout)
		}
		w.Add(row)
	}
	if w != nil {
		c.add(w, out, end)
	}
}

func (c *compaction) add(w *log.BlockWriter, out *segment, end uint32) {
	block := log.Block{ID: c.manifest.NextBlock, Data: w.Bytes()}
	c.manifest.NextBlock++
	c.replace.Put = append(c.replace.Put, block)
	out.blocks = append(out.blocks, blockRange{end: end,
		info: log.BlockInfo{ID: block.ID, Rows: w.Rows, Size: len(block.Data)}})
}

// compacted takes over the new blocks.
func (d *dataset) compacted(c compaction) {
	d.generation++
	d.manifest = c.manifest
	d.segments = c.segments
	d.logBytes, d.logCount, d.hollow = 0, 0, false
}

// tidy has the log folded when it is due: at once, or when Options.Idle has found
// time and no commit came meanwhile. A log that has grown very long waits no more.
func (st *Store) tidy(ctx context.Context) {
	st.mu.Lock()
	j, head := &st.journal, st.data.head
	due := st.data.due(st.options.compactCount) && st.accepted()
	now := st.options.Idle == nil || j.idle || st.data.logBytes >= longLog
	j.idle = false
	if due && !now && !j.waiting {
		j.waiting = true
		go st.awaitIdle(head)
	}
	st.mu.Unlock()
	if due && now {
		st.compact(ctx)
	}
}

func (st *Store) awaitIdle(head uint64) {
	st.options.Idle()
	st.mu.Lock()
	defer st.mu.Unlock()
	st.journal.waiting = false
	st.journal.idle = st.data.head == head
	st.journal.signal()
}

// compactLock is the lock of whoever folds the log.
const compactLock = "compact"

// compact folds the log when it is due and nothing is pending, and nobody else is
// about it. A failure leaves the log as it is; the next commit tries again.
func (st *Store) compact(ctx context.Context) {
	unlock, err := st.options.Backend.Lock(ctx, compactLock, false)
	if err != nil || unlock == nil {
		return
	}
	defer unlock()
	st.mu.Lock()
	if len(st.journal.pending) > 0 || !st.data.due(st.options.compactCount) || !st.accepted() {
		st.mu.Unlock()
		return
	}
	c := st.data.compaction(st.options.blockSize)
	st.mu.Unlock()

	err = st.options.Backend.Replace(ctx, c.replace)

	st.mu.Lock()
	defer st.mu.Unlock()
	switch {
	case err == nil:
		st.data.compacted(c)
		if len(st.journal.pending) == 0 {
			st.data.reclaim()
		}
	case errors.Is(err, log.ErrTaken):
		st.journal.behind = true
	}
}
