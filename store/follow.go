package store

import (
	"context"
	"slices"
)

// undo takes all pending commits back, newest first.
func (st *Store) undo() {
	st.news++
	for _, c := range slices.Backward(st.journal.pending) {
		for _, change := range slices.Backward(c.changes) {
			change.Table.Undo(change)
		}
		st.lives.undone(c.changes)
		c.changes = nil
	}
}

// follow takes in what others wrote: the entries since the head, or everything
// anew when they have compacted, and runs the pending commits again on top.
func (st *Store) follow(ctx context.Context) {
	st.mu.Lock()
	head, generation, version := st.data.head, st.data.generation, st.version
	st.mu.Unlock()
	snapshot, err := st.options.Backend.Read(ctx, head)
	var fresh *dataset
	if err == nil && snapshot.Generation != generation {
		fresh, err = load(ctx, st.options.Backend, st.schema, version)
	}

	st.mu.Lock()
	if err != nil {
		st.undo()
		st.settle(slices.Clone(st.journal.pending), err)
		return
	}
	st.journal.behind = false
	st.version++ // undo notes that there is news
	st.undo()
	var calls []func() // that tell observers
	if fresh != nil {
		calls = st.deliver(st.replacedBy(fresh.tables))
		st.data, snapshot.Entries = fresh, nil
		st.epoch++
		st.lives.replaced()
	}
	for _, e := range snapshot.Entries {
		if err := st.data.apply(e, st.version); err != nil {
			st.fail(err) // the tables are between two entries
			st.settle(slices.Clone(st.journal.pending), err, calls...)
			return
		}
		st.lives.changed(st.data.changes)
		calls = append(calls, st.deliver(st.observed(st.data.changes, OtherTab))...)
	}
	st.rerun(calls)
}

// rerun applies the pending commits again; those that fail now end with their
// error. It is called with the lock held and releases it, makes the calls, and then
// those of the commits that ended.
func (st *Store) rerun(calls []func()) {
	var kept, failed []*Commit
	for _, c := range st.journal.pending {
		if c.err = st.apply(c); c.err == nil {
			kept = append(kept, c)
		} else {
			failed = append(failed, c)
		}
	}
	st.journal.pending = append(slices.Clone(failed), kept...)
	st.settle(failed, nil, calls...)
}
