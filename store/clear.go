package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/table"
)

// Clear removes every record of every model, those included that the schema does
// not have, as one commit. What others wrote before it is removed too. In a store
// that syncs it is no deletion: nothing is sent, and what the server has is pulled
// again. While there are changes that the server has not taken, rejected ones
// included, it fails with ErrUnsent, unless they may be lost.
func (st *Store) Clear(ctx context.Context, options ...ClearOption) error {
	o := clearOptions{}
	for _, option := range options {
		option(&o)
	}
	c, err := st.begin(ctx, "clear", func(x *tx) error {
		if n := st.data.unsent() + st.data.rejectedCount(); n > 0 && !o.unsent {
			return code.Fault(code.Unsent, "", "", strconv.Itoa(n)+
				" changes were not taken by the server and would be lost: sync first, or allow it")
		}
		x.wiped = true
		x.clear()
		return nil
	})
	if err == nil {
		err = c.Wait(ctx)
	}
	if err != nil {
		return wrap("clear", err)
	}
	// Give back the room in storage before anything else is written. The records
	// are gone even if that fails now.
	_ = st.submit(ctx, "clear", func(ctx context.Context) error {
		st.compact(ctx)
		return nil
	})
	return nil
}

// ClearOption changes how a store is cleared.
type ClearOption func(*clearOptions)

type clearOptions struct{ unsent bool }

// WithUnsent clears a store even when changes are lost that no server has.
func WithUnsent() ClearOption { return func(o *clearOptions) { o.unsent = true } }

// clear deletes all rows. In the log that is one short operation a model, so that
// there is room for it when there is room for nothing else.
func (x *tx) clear() {
	if x.st.data.syncState() != nil && !x.wiped && x.wantAll() {
		return // the server must hear which records go
	}
	x.cleared = true
	x.vanished = map[string]*absent{}
	for name := range x.st.data.absent {
		x.vanished[name] = x.st.data.vanish(name)
	}
	for _, t := range x.st.data.all() {
		for n := range t.End() {
			if !own(t.Layout.Model) && t.Has(n) {
				x.delete(t, n)
			}
		}
	}
}

// wantAll asks for the rows of all models, and reports whether some are not in memory.
func (x *tx) wantAll() bool {
	for _, t := range x.st.tables() {
		t.Ask()
	}
	return x.st.data.asked()
}

// writeCleared puts a commit into an entry that deleted everything first.
func (st *Store) writeCleared(w *log.EntryWriter, c *Commit) {
	layouts, puts := st.data.known(c.vanished), 0
	if c.wiped {
		for _, l := range [...]*record.Layout{serverLayout, outboxLayout, rejectedLayout} {
			if st.data.ownTable(l) != nil {
				layouts = append(layouts, l)
			}
		}
	}
	gone := func(change table.Change) bool {
		return change.After() == nil && own(change.Table.Layout.Model) && !c.wiped
	}
	for _, change := range c.changes {
		if change.After() != nil || gone(change) {
			puts++
		}
	}
	w.Commit(len(layouts) + puts)
	for _, l := range layouts {
		w.DeleteAll(l)
	}
	for _, change := range c.changes {
		if row := change.After(); row != nil {
			w.Put(change.Table.Layout, row)
		} else if gone(change) {
			w.Delete(change.Table.Layout, change.Table.Key(nil, change.Before()))
		}
	}
}
