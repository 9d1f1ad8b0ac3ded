package store

import (
	"context"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/table"
)

// Commit is a change that is in memory and on its way to storage.
type Commit struct {
	run        func(*tx) error // makes the change; run again when others' commits come in between
	changes    []table.Change
	cleared    bool               // the change is the deletion of everything
	vanished   map[string]*absent // models that were not in memory when everything was deleted
	about      []int              // groups of models that it may look at when it runs again
	durability Durability
	frees      bool // it makes the store smaller
	version    uint32
	saved      []place
	rows       []record.Row // that a delete was asked for
	done       chan struct{}
	told       *told    // what observers are to hear
	made       []string // ids of mutations, the same whenever it runs
	mutations  []string // under which the change is in the outbox
	wiped      bool     // what sync knows is forgotten too
	err        error
	then       []func(error)
}

// empty reports whether the commit leaves nothing to store.
func (c *Commit) empty() bool { return len(c.changes) == 0 && !c.cleared }

// Ref names one state of one record: a row number, good for as long as the epoch
// of the store stays the same, and the version of the row.
type Ref struct{ Row, Version uint32 }

// place is where a record is: the position of its model, and its row number.
type place struct{ model, row uint32 }

// Rows are the rows that a delete was asked for. It is valid once the commit is
// done.
func (c *Commit) Rows() []record.Row { return c.rows }

// Saved refers to the present state of the records that a save left behind, in the
// order given, once the commit is done. A record that is gone has version 0, which
// no row has.
func (st *Store) Saved(c *Commit) Found {
	st.mu.Lock()
	defer st.mu.Unlock()
	f := Found{Epoch: st.epoch, Version: c.version, Refs: make([]Ref, len(c.saved))}
	for i, s := range c.saved {
		if t := st.data.tables[s.model]; t.Has(s.row) {
			f.Refs[i] = Ref{s.row, t.Version(s.row)}
		}
	}
	return f
}

// Wait returns when the commit is in storage or undone, with the reason; or with
// the context's error, and then the commit goes on.
func (c *Commit) Wait(ctx context.Context) error {
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return &code.Error{Code: code.UnknownOutcome, Message: "stopped waiting for the commit", Err: ctx.Err()}
	}
}

// Then calls f once the commit is done, from the goroutine that finds out; at once
// when it is done already.
func (st *Store) Then(c *Commit, f func(error)) {
	st.mu.Lock()
	select {
	case <-c.done:
		st.mu.Unlock()
		f(c.err)
	default:
		c.then = append(c.then, f)
		st.mu.Unlock()
	}
}

// settle ends the oldest pending commits with err: it tells the observers, after
// the calls that come before that, and then those who wait. It is called with the
// lock held and releases it.
func (st *Store) settle(batch []*Commit, err error, calls ...func()) {
	st.journal.pending = slices.Delete(st.journal.pending, 0, len(batch))
	for _, c := range batch {
		if err != nil {
			c.err = err
		}
		if c.err == nil {
			calls = append(calls, st.deliver(c.told)...)
		}
		c.changes, c.run, c.told, c.vanished = nil, nil, nil, nil
	}
	st.mu.Unlock()
	for _, call := range calls {
		call()
	}

	st.mu.Lock()
	calls = nil
	for _, c := range batch {
		close(c.done)
		for _, f := range c.then {
			calls = append(calls, func() { f(c.err) })
		}
	}
	st.mu.Unlock()
	for _, call := range calls {
		call()
	}
}
