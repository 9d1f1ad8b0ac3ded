package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Load brings models into memory, those that are not there yet, as a verb does that
// needs them. Who loads them beforehand waits less later.
func (st *Store) Load(ctx context.Context, models ...string) error {
	for _, name := range models {
		if _, err := st.model("load", name); err != nil {
			return err
		}
		if err := st.provide(ctx, name); err != nil {
			return wrap("load", err)
		}
	}
	return nil
}

// provide brings a model into memory, unless it is there. When blocks are gone because
// somebody else has folded the log, the journal follows first.
func (st *Store) provide(ctx context.Context, name string) error {
	var incomplete uint64 // generation of the manifest that named a block which is not there
	for range maxReload {
		generation, complete, err := st.tryLoad(ctx, name)
		if err != nil || complete {
			return err
		}
		if incomplete == generation {
			return lost()
		}
		incomplete = generation
		err = st.submit(ctx, "load", func(ctx context.Context) error {
			st.follow(ctx)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return restless()
}

// tryLoad is provide for the journal itself: it returns false when a block was gone
// from the storage of that generation. The lock is not held while storage is read.
func (st *Store) tryLoad(ctx context.Context, name string) (generation uint64, complete bool, err error) {
	for {
		st.mu.Lock()
		d := st.data
		a := d.absent[name]
		if err := st.journal.failed; err != nil || a == nil {
			st.mu.Unlock()
			return 0, err == nil, err
		}
		if others := a.loading; others != nil {
			st.mu.Unlock()
			select {
			case <-others:
				continue
			case <-ctx.Done():
				return 0, false, &code.Error{Code: code.Unavailable, Message: "stopped waiting", Err: ctx.Err()}
			}
		}
		done, version := make(chan struct{}), st.version
		a.loading = done
		generation = d.generation
		st.mu.Unlock()

		part := d.part(a.model)
		complete, err = part.readSegments(ctx, st.options.Backend, a.segments, version)

		st.mu.Lock()
		a.loading = nil
		close(done)
		again := st.data != d || d.absent[name] != a // what was read is no longer all
		if err == nil && complete && !again {
			err = d.arrive(name, a, part, st.version)
		}
		st.mu.Unlock()
		if err != nil || !again {
			return generation, complete, err
		}
	}
}

// bring is tryLoad for a dataset that nobody else knows of yet.
func (d *dataset) bring(ctx context.Context, b Backend, name string, version uint32) (complete bool, err error) {
	a := d.absent[name]
	part := d.part(a.model)
	if complete, err = part.readSegments(ctx, b, a.segments, version); err != nil || !complete {
		return false, err
	}
	return true, d.arrive(name, a, part, version)
}

// part returns a dataset for the rows of one model; nil for one that the schema
// does not have.
func (d *dataset) part(m *schema.Model) *dataset {
	part := &dataset{schema: d.schema, kept: map[string]*table.Table{}, segments: map[string]*segment{},
		adapters: map[*record.Layout]*record.Adapter{}, unfit: map[fate]*code.Error{}}
	if m != nil {
		part.tables = make([]*table.Table, len(d.tables))
		part.tables[m.Index] = newTable(d.schema, m)
	}
	return part
}

// readSegments adopts the rows of blocks; false when a block was gone.
func (d *dataset) readSegments(ctx context.Context, b Backend, segments []log.Segment, version uint32) (bool, error) {
	r := newReading(ctx, b, segments)
	for len(r.coming) > 0 {
		part, blocks, err := r.next()
		if err != nil {
			return false, err
		}
		for i, data := range blocks {
			if data == nil {
				return false, nil
			}
			if err := d.readBlock(part[i], data, version); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// readBlock adopts the rows of a block.
func (d *dataset) readBlock(info log.BlockInfo, data []byte, version uint32) error {
	layout, rows, err := log.ReadBlock(info.ID, data)
	if err != nil {
		return err
	}
	if m := d.schema.Holder(layout.Model); m != nil && (len(d.tables) == 0 || d.tables[m.Index] == nil) {
		return code.Fault(code.Corrupt, layout.Model, "", "block "+strconv.FormatUint(info.ID, 10)+" is of another model than the manifest says")
	}
	t, adapted, err := d.adopt(layout, rows, info.ID, version)
	if err != nil {
		return err
	}
	seg := d.segment(t.Model.Name)
	seg.blocks = append(seg.blocks, blockRange{info: info, end: t.End(), dirty: adapted})
	return nil
}

// ask answers a question under the lock, and again when rows that it looked at had
// to be loaded first.
func (st *Store) ask(ctx context.Context, op string, question func() error) error {
	for {
		lacking, err := st.askOnce(question)
		if lacking == nil {
			return err
		}
		if err := st.supply(ctx, op, lacking); err != nil {
			return err
		}
	}
}

func (st *Store) askOnce(question func() error) (*Lacking, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	err := question()
	return st.data.missed(), err
}

// supply loads what a verb lacks; when the store must not wait, it refuses with it.
func (st *Store) supply(ctx context.Context, op string, l *Lacking) error {
	if st.options.Impatient {
		return wrap(op, l.err())
	}
	for _, name := range l.Models {
		if err := st.provide(ctx, name); err != nil {
			return wrap(op, err)
		}
	}
	return nil
}

// settleIn does what an opened store has left to do when there is time, as a page that
// begins asks for records first: it looks for what others wrote since it was read,
// which is done by now where there always is time, and preloads.
func (st *Store) settleIn() {
	idle := make(chan struct{})
	go func(wait func()) { // which does not hold the store
		if wait != nil {
			wait()
		}
		close(idle)
	}(st.options.Idle)
	select {
	case <-idle:
		if st.options.Idle != nil {
			st.Look()
		}
		st.preload()
	case <-st.journal.stopped:
	}
}

// preload brings all models into memory, one after the other, unless the store is
// larger than it may be.
func (st *Store) preload() {
	st.mu.Lock()
	var names []string
	sum, most := 0, st.options.Preload
	if most == 0 {
		most = PreloadBytes
	}
	for _, m := range st.schema.Models {
		if a := st.data.absent[m.Name]; a != nil {
			_, bytes, _ := a.stored()
			sum += bytes
			names = append(names, m.Name)
		}
	}
	st.mu.Unlock()
	if sum > most {
		return
	}
	for _, name := range names {
		if st.provide(context.Background(), name) != nil {
			return // who needs it will hear why
		}
	}
}
