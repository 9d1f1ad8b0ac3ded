package store

import (
	"context"
	"errors"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// journal is the way of commits to storage. One goroutine walks it.
type journal struct {
	pending []*Commit     // applied in memory, not known to be in storage, oldest first
	tasks   []task        // things to do when nothing is pending
	failed  error         // why no verb is taken any more
	waiting bool          // for time to fold the log
	idle    bool          // there is time, and nothing was written since it was asked for
	behind  bool          // others were seen to write
	wake    chan struct{} // capacity 1
	stopped chan struct{}
}

// task runs in the journal's goroutine, which holds no lock.
type task struct {
	run  func(context.Context) error
	done chan error // capacity 1
}

func (st *Store) startJournal() {
	st.journal.wake = make(chan struct{}, 1)
	st.journal.stopped = make(chan struct{})
	go st.walk()
}

func (j *journal) signal() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// fail makes every verb from now on fail with err, unless something failed before,
// and ends the live queries.
func (st *Store) fail(err error) {
	if st.journal.failed == nil {
		st.journal.failed = err
		st.journal.signal()
		st.lives.finish(err)
	}
}

// begin applies a change and sends it on its way. It never blocks. When it fails
// nothing was changed.
func (st *Store) begin(op string, run func(*tx) error) (*Commit, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.journal.failed; err != nil {
		return nil, wrap(op, err)
	}
	c := &Commit{run: run, done: make(chan struct{})}
	if err := st.apply(c); err != nil {
		return nil, wrap(op, err)
	}
	if c.empty() && len(st.journal.pending) == 0 {
		close(c.done) // nothing to store, and what it saw is stored
		return c, nil
	}
	st.journal.pending = append(st.journal.pending, c)
	st.journal.signal()
	return c, nil
}

// walk is the journal's goroutine: it flushes, does tasks, and compacts, whenever
// it is woken, until the store has failed and nothing is left.
func (st *Store) walk() {
	ctx := context.Background()
	defer close(st.journal.stopped)
	for range st.journal.wake {
		for st.flush(ctx) || st.work(ctx) {
		}
		st.tidy(ctx)
		st.mu.Lock()
		failed, left := st.journal.failed, len(st.journal.pending)+len(st.journal.tasks)
		st.mu.Unlock()
		if failed != nil && left == 0 {
			_ = st.options.Backend.Close()
			return
		}
		if left > 0 {
			st.journal.signal()
		}
	}
}

// flush writes what is pending as one entry. It returns false when there was
// nothing to do.
func (st *Store) flush(ctx context.Context) bool {
	st.mu.Lock()
	if st.journal.behind && len(st.journal.pending) > 0 {
		st.mu.Unlock()
		st.follow(ctx)
		return true
	}
	batch, w := st.batch()
	if len(batch) == 0 {
		st.mu.Unlock()
		return false
	}
	if w == nil {
		st.settle(batch, nil)
		return true
	}
	nonce := st.options.Random.number()
	data, layouts := w.Bytes(nonce, st.data.head+1)
	a := log.Append{Generation: st.data.generation, Sequence: st.data.head + 1, Data: data, Strict: st.options.Strict}
	st.mu.Unlock()

	err := st.options.Backend.Append(ctx, a)
	if errors.Is(err, code.UnknownOutcome) {
		err = st.resolve(ctx, a, nonce, err)
	}

	st.mu.Lock()
	switch {
	case err == nil:
		for _, c := range batch {
			st.data.touch(c.changes)
			st.data.hollow = st.data.hollow || c.cleared
		}
		st.data.advance(layouts, len(data))
		st.settle(batch, nil)
	case errors.Is(err, log.ErrTaken):
		st.journal.behind = true
		st.mu.Unlock()
	default:
		st.undo()
		st.settle(slices.Clone(st.journal.pending), err)
	}
	return true
}

// batch takes the oldest pending commits up to the size of an entry, and writes
// them down; the writer is nil when they changed nothing.
func (st *Store) batch() ([]*Commit, *log.EntryWriter) {
	taken, size, empty := 0, 0, true
	for _, c := range st.journal.pending {
		if size > maxEntry {
			break
		}
		for _, change := range c.changes {
			size += len(change.After())
		}
		empty = empty && c.empty()
		taken++
	}
	batch := slices.Clone(st.journal.pending[:taken])
	if empty {
		return batch, nil
	}
	w := log.NewEntryWriter(st.data.layouts, size)
	for _, c := range batch {
		st.write(w, c)
	}
	return batch, w
}

// write puts a commit into an entry.
func (st *Store) write(w *log.EntryWriter, c *Commit) {
	if c.empty() {
		return
	}
	if c.cleared {
		st.writeCleared(w, c)
		return
	}
	w.Commit(len(c.changes))
	for _, change := range c.changes {
		if row := change.After(); row != nil {
			w.Put(change.Table.Layout, row)
		} else {
			w.Delete(change.Table.Layout, change.Table.Key(nil, change.Before()))
		}
	}
}

// resolve finds out what became of an append that nobody knows the outcome of, by
// reading it back.
func (st *Store) resolve(ctx context.Context, a log.Append, nonce uint64, unknown error) error {
	snapshot, err := st.options.Backend.Read(ctx, a.Sequence-1)
	if err != nil {
		return unknown
	}
	for _, e := range snapshot.Entries {
		if e.Sequence == a.Sequence {
			if n, ok := log.Nonce(e.Data); ok && n == nonce {
				return nil
			}
			return log.ErrTaken
		}
	}
	if snapshot.Generation != a.Generation {
		m, err := log.ReadManifest(snapshot.Manifest)
		if err != nil || m.Through >= a.Sequence {
			return unknown // whose entry it was that others have folded cannot be told
		}
		return log.ErrTaken
	}
	return &code.Error{Code: code.Unavailable, Message: "storage failed; nothing was written", Err: unknown}
}

// work does the oldest task once nothing is pending. It returns false when there
// was nothing to do.
func (st *Store) work(ctx context.Context) bool {
	st.mu.Lock()
	if len(st.journal.tasks) == 0 {
		st.mu.Unlock()
		return false
	}
	t := st.journal.tasks[0]
	st.journal.tasks = st.journal.tasks[1:]
	st.mu.Unlock()
	t.done <- t.run(ctx)
	return true
}

// submit hands a task to the journal and waits for its end.
func (st *Store) submit(ctx context.Context, op string, run func(context.Context) error) error {
	t := task{run: run, done: make(chan error, 1)}
	st.mu.Lock()
	if err := st.journal.failed; err != nil {
		st.mu.Unlock()
		return wrap(op, err)
	}
	st.journal.tasks = append(st.journal.tasks, t)
	st.journal.signal()
	st.mu.Unlock()
	select {
	case err := <-t.done:
		if err != nil {
			return wrap(op, err)
		}
		return nil
	case <-ctx.Done():
		return &code.Error{Code: code.UnknownOutcome, Op: op, Message: "stopped waiting", Err: ctx.Err()}
	}
}
