package store

import (
	"context"
	"errors"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
)

// journal is the way of commits to storage. One goroutine walks it.
type journal struct {
	pending  []*Commit     // applied in memory, not known to be in storage, oldest first
	tasks    []task        // things to do when nothing is pending
	failed   error         // why no verb is taken any more
	waiting  bool          // for time to fold the log
	idle     bool          // there is time, and nothing was written since it was asked for
	anew     bool          // what others wrote must be read from the beginning
	behind   bool          // others were seen to write
	look     bool          // whether others have written is to be looked up
	verify   bool          // what was taken in before may have been lost since
	full     bool          // the last entry found no room
	reserve  reserve       // room for commits that make the store smaller
	flying   *flight       // being written
	hurried  []*flight     // being written behind that one, each behind the one before
	hurrying bool          // nobody knows how long there is time
	wake     chan struct{} // capacity 1
	stopped  chan struct{}
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
		st.syncNews()
	}
}

// begin applies a change and sends it on its way. It waits for nothing but models
// that have to be loaded. When it fails nothing was changed.
func (st *Store) begin(ctx context.Context, op string, run func(*tx) error) (c *Commit, err error) {
	err = st.ask(ctx, op, func() (err error) {
		c, err = st.admit(op, run)
		return err
	})
	return c, err
}

func (st *Store) admit(op string, run func(*tx) error) (*Commit, error) {
	if err := st.journal.failed; err != nil {
		return nil, wrap(op, err)
	}
	c := &Commit{run: run, done: make(chan struct{})}
	if err := st.apply(c); err != nil || st.data.asked() {
		return nil, wrap(op, err)
	}
	if c.empty() && len(st.journal.pending) == 0 {
		close(c.done) // nothing to store, and what it saw is stored
		return c, nil
	}
	st.journal.pending = append(st.journal.pending, c)
	st.journal.signal()
	if st.journal.hurrying {
		st.hurry()
	}
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
			st.foldLast(ctx, failed)
			_ = st.options.Backend.Close()
			return
		}
		if left > 0 {
			st.journal.signal()
		}
	}
}

// flush takes in what others have written, and then writes what is pending as one
// entry. It returns false when there was nothing to do, or nothing could be done.
func (st *Store) flush(ctx context.Context) bool {
	st.lookAround(ctx)
	st.mu.Lock()
	if st.journal.behind {
		st.mu.Unlock()
		return st.follow(ctx)
	}
	batch, w := st.batch(st.journal.pending, st.data.layouts)
	if len(batch) == 0 {
		st.mu.Unlock()
		return false
	}
	if w == nil {
		st.settle(batch, nil)
		return true
	}
	f := st.flight(batch, w, st.data.head+1, 0)
	st.journal.flying = f
	st.mu.Unlock()

	err := st.append(ctx, f)

	st.mu.Lock()
	next := st.journal.hurried
	st.journal.flying, st.journal.hurried = nil, nil
	st.mu.Unlock()
	for _, f := range next {
		<-f.done
	}
	st.mu.Lock()
	st.ended(f, err, next)
	return true
}

// ended ends the commits of an entry that is in, or failed, and those of the next
// ones that were written in a hurry. It is called with the lock held and releases it.
func (st *Store) ended(f *flight, err error, next []*flight) {
	switch {
	case err == nil:
		st.landed(f)
		batch := f.batch
		for _, f := range next {
			if f.err != nil {
				break // it is written again, and those behind it too
			}
			st.landed(f)
			batch = append(batch, f.batch...)
		}
		st.journal.full = false
		st.settle(batch, nil)
	case errors.Is(err, log.ErrTaken):
		st.journal.behind = true
		st.mu.Unlock()
	default:
		st.undo()
		var calls []func()
		if errors.Is(err, code.Quota) && !st.journal.full {
			st.journal.full = true
			calls = st.notify(Notice{Type: NoticeQuota, Err: err})
		}
		st.settle(slices.Clone(st.journal.pending), err, calls...)
	}
}

// batch takes the oldest of the commits up to the size of an entry, and writes them
// down; the writer is nil when they changed nothing. known are the layouts that the
// log has named.
func (st *Store) batch(pending []*Commit, known []*record.Layout) ([]*Commit, *log.EntryWriter) {
	taken, size, empty := 0, 0, true
	for _, c := range pending {
		if size > maxEntry {
			break
		}
		for _, change := range c.changes {
			size += len(change.After())
		}
		empty = empty && c.empty()
		taken++
	}
	batch := slices.Clone(pending[:taken])
	if empty {
		return batch, nil
	}
	w := log.NewEntryWriter(known, size)
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
