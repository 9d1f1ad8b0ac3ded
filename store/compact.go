package store

import (
	"context"
	"errors"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/table"
)

// compaction is one folding of the log into blocks. It is planned at one moment,
// at which only durable commits are in the tables; the blocks are written later, of
// the rows as they were then.
type compaction struct {
	data      *dataset
	blockSize int
	bytes     int // of the log that is folded
	count     int
	dead      int
	overdue   bool
	garbage   int // blocks of models that were deleted as a whole
	replace   log.Replace
	manifest  *log.Manifest
	jobs      []*job
	segments  map[string]*segment
}

// job is to write the segment of one table: blocks that stay as they are, and
// between them stretches of rows to be written anew.
type job struct {
	name   string
	layout *record.Layout
	parts  []part
}

// part is a block that stays, or rows to write; at is the first that is not written.
type part struct {
	stays *blockRange
	rows  table.Span
	end   uint32
	at    int
}

// due reports whether the log is long enough to be folded, or folding it gives back
// as much room.
func (d *dataset) due(count int) bool {
	return d.overdue || d.logBytes+d.dead >= compactBytes || d.logCount >= count
}

// compaction plans what storage needs to forget the log up to the head. Only durable
// commits may be in the tables. Blocks whose rows did not change stay, and so do
// those of models that are not in memory, of which the log may hold nothing.
func (d *dataset) compaction(blockSize int) *compaction {
	c := &compaction{data: d, blockSize: blockSize, bytes: d.logBytes, count: d.logCount, dead: d.dead, overdue: d.overdue, garbage: len(d.garbage),
		segments: map[string]*segment{}, manifest: &log.Manifest{
			Through: d.head, Nonce: d.nonce, NextBlock: d.manifest.NextBlock, Layouts: d.layouts}}
	d.overdue = false
	c.replace = log.Replace{Identity: d.identity, Generation: d.generation, Through: d.head, Drop: slices.Clone(d.garbage)}
	for _, a := range d.absent {
		c.manifest.Segments = append(c.manifest.Segments, a.segments...)
	}
	for _, t := range d.all() {
		if !t.Absent() {
			c.plan(t, d.segment(t.Model.Name))
		}
	}
	return c
}

// plan says which blocks of a table are written anew: those whose rows changed, and
// next to one that has become small another with which it makes one block. Rows
// behind the last block are written too.
func (c *compaction) plan(t *table.Table, old *segment) {
	anew := make([]bool, len(old.blocks))
	sizes := make([]int, len(old.blocks))
	start := uint32(0)
	for i, b := range old.blocks {
		last := i == len(old.blocks)-1
		grows := last && b.end < t.End() && b.info.Size < c.blockSize/2
		anew[i], sizes[i] = b.dirty || grows, b.info.Size
		if b.dirty {
			sizes[i] = t.Size(start, b.end)
		}
		start = b.end
	}
	for i := range anew {
		for _, next := range [...]int{i - 1, i + 1} {
			small := anew[i] && sizes[i] < c.blockSize/2 && next >= 0 && next < len(anew)
			if small && !anew[next] && sizes[i]+sizes[next] <= c.blockSize {
				anew[next] = true
			}
		}
	}
	c.jobs = append(c.jobs, c.job(t, old, anew))
}

func (c *compaction) job(t *table.Table, old *segment, anew []bool) *job {
	j := &job{name: t.Model.Name, layout: t.Layout}
	start := uint32(0)
	write := func(end uint32) {
		if rows := t.Span(start, end); rows.Len() > 0 {
			j.parts = append(j.parts, part{rows: rows, end: end})
		}
	}
	for i := range old.blocks {
		b := &old.blocks[i]
		if anew[i] {
			c.replace.Drop = append(c.replace.Drop, b.info.ID, log.KeysID(b.info.ID))
			continue
		}
		if i > 0 && anew[i-1] {
			write(old.blocks[i-1].end)
		}
		j.parts = append(j.parts, part{stays: &blockRange{info: b.info, end: b.end}})
		start = b.end
	}
	write(t.End())
	return j
}

// build writes the next block. It returns false when there was none to write.
func (c *compaction) build() bool {
	for len(c.jobs) > 0 {
		j := c.jobs[0]
		if c.segments[j.name] == nil {
			c.segments[j.name] = &segment{}
		}
		out := c.segments[j.name]
		for len(j.parts) > 0 {
			p := &j.parts[0]
			switch {
			case p.stays != nil:
				out.blocks = append(out.blocks, *p.stays)
			case p.at < p.rows.Len():
				c.write(j.layout, p, out)
				return true
			}
			j.parts = j.parts[1:]
		}
		if len(out.blocks) > 0 {
			s := log.Segment{Model: j.name}
			for _, b := range out.blocks {
				s.Blocks = append(s.Blocks, b.info)
			}
			c.manifest.Segments = append(c.manifest.Segments, s)
		}
		c.jobs = c.jobs[1:]
	}
	return false
}

// write writes one block of the rows of a part, and its keys if it is of some size.
func (c *compaction) write(l *record.Layout, p *part, out *segment) {
	w := log.NewBlockWriter(c.manifest.NextBlock, l)
	keys := log.NewKeysWriter(c.manifest.NextBlock, l)
	for ; p.at < p.rows.Len(); p.at++ {
		row := p.rows.Row(p.at)
		if w.Rows > 0 && w.Size()+len(row) > c.blockSize {
			break
		}
		w.Add(row)
		keys.Add(row)
	}
	end := p.end
	if p.at < p.rows.Len() {
		end = p.rows.Number(p.at)
	}
	block := log.Block{ID: c.manifest.NextBlock, Data: w.Bytes()}
	c.manifest.NextBlock++
	c.replace.Put = append(c.replace.Put, block)
	if len(block.Data) > c.blockSize/2 && !own(l.Model) {
		c.replace.Put = append(c.replace.Put, log.Block{ID: log.KeysID(block.ID), Data: keys.Bytes()})
	}
	out.blocks = append(out.blocks, blockRange{end: end,
		info: log.BlockInfo{ID: block.ID, Rows: w.Rows, Size: len(block.Data)}})
}

// compacted takes over the new blocks. Rows that changed since the plan was made are
// in the log only.
func (d *dataset) compacted(c *compaction) {
	d.generation++
	d.manifest = c.manifest
	for name, s := range c.segments {
		s.recent = d.segment(name).since(c.manifest.Through)
		for _, r := range s.recent {
			s.touch(r.row)
		}
		d.segments[name] = s
	}
	d.garbage = d.garbage[c.garbage:]
	d.logBytes -= c.bytes
	d.logCount -= c.count
	d.dead -= c.dead
}

// tidy has the log folded when it is due: at once, or when Options.Idle has found
// time and no commit came meanwhile. A log that has grown very long waits no more.
func (st *Store) tidy(ctx context.Context) {
	st.mu.Lock()
	j, head := &st.journal, st.data.head
	due := st.data.due(st.compactCount()) && st.accepted()
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
	st.keepRoom()
}

func (st *Store) awaitIdle(head uint64) {
	st.options.Idle()
	st.mu.Lock()
	defer st.mu.Unlock()
	st.journal.waiting = false
	st.journal.idle = st.data.head == head
	st.journal.signal()
}

// foldLast has a store that was closed fold a log that has become long: who opens it next
// would have to read it.
func (st *Store) foldLast(ctx context.Context, end error) {
	if !errors.Is(end, code.Closed) {
		return
	}
	st.mu.Lock()
	long := st.data.logBytes+st.data.dead >= lastBytes && !st.journal.behind
	st.data.overdue = st.data.overdue || long
	st.mu.Unlock()
	if long {
		st.compact(ctx)
	}
}

// compactLock is the lock of whoever folds the log.
const compactLock = "compact"

// compact folds the log when it is due and nothing is pending, and nobody else is
// about it. Commits that come meanwhile are written between one block and the next.
// A failure leaves the log as it is; the next commit tries again.
func (st *Store) compact(ctx context.Context) {
	unlock, err := st.options.Backend.Lock(ctx, compactLock, false)
	if err != nil || unlock == nil {
		return
	}
	defer unlock()
	c := st.planned(ctx)
	if c == nil {
		return
	}
	for c.build() {
		if !st.breathe(ctx, c) {
			return // it is another log
		}
	}
	c.replace.Manifest = c.manifest.Bytes()
	err = st.options.Backend.Replace(ctx, c.replace)

	st.mu.Lock()
	defer st.mu.Unlock()
	switch {
	case err == nil:
		st.data.compacted(c)
		if len(st.journal.pending) == 0 {
			st.data.reclaim()
		}
		return
	case errors.Is(err, log.ErrTaken):
		st.journal.behind = true
	}
	st.data.overdue = st.data.overdue || c.overdue
}

// planned returns a plan, with all models in memory to which the log has done
// something; nil when it is not the time for one.
func (st *Store) planned(ctx context.Context) *compaction {
	for {
		st.mu.Lock()
		if len(st.journal.pending) > 0 || !st.data.due(st.compactCount()) || !st.accepted() {
			st.mu.Unlock()
			return nil
		}
		name := ""
		for n, a := range st.data.absent {
			if len(a.waiting) > 0 {
				name = n
			}
		}
		if name == "" {
			defer st.mu.Unlock()
			return st.data.compaction(st.options.blockSize)
		}
		st.mu.Unlock()
		_, complete, err := st.tryLoad(ctx, name)
		if err != nil || !complete {
			st.mu.Lock()
			st.journal.behind = st.journal.behind || err == nil
			st.mu.Unlock()
			return nil
		}
	}
}

// breathe lets others have the processor, and writes what they commit. It returns
// false when somebody else has folded the log or everything was read anew.
func (st *Store) breathe(ctx context.Context, c *compaction) bool {
	if st.options.Pause != nil {
		st.options.Pause()
	}
	for st.flush(ctx) {
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.data == c.data && st.data.generation == c.replace.Generation
}
