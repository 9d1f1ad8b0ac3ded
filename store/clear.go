package store

import (
	"context"

	"github.com/granarydb/granary/store/log"
)

// Clear removes every record of every model, those included that the schema does
// not have, as one commit. What others wrote before it is removed too.
func (st *Store) Clear(ctx context.Context) error {
	c, err := st.begin(ctx, "clear", func(x *tx) error {
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

// clear deletes all rows. In the log that is one short operation a model, so that
// there is room for it when there is room for nothing else.
func (x *tx) clear() {
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

// writeCleared puts a commit into an entry that deleted everything first.
func (st *Store) writeCleared(w *log.EntryWriter, c *Commit) {
	layouts, puts := st.data.known(c.vanished), 0
	for _, change := range c.changes {
		if change.After() != nil {
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
		}
	}
}
