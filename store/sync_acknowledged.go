package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/table"
)

// Acknowledged returns when the server has taken the commit, or when there was
// nothing in it to be sent. When the server did not want it, or a conflict was
// decided against it, the error has the code Rejected, and its Details are the
// RejectedMutation. Code UnknownOutcome says that the context has ended, or that the
// change was forgotten here before the server answered: the store was cleared, or
// the browser lost what it held.
func (st *Store) Acknowledged(ctx context.Context, c *Commit) error {
	if err := c.Wait(ctx); err != nil {
		return wrap("sync", err)
	}
	st.mu.Lock()
	w := st.awaited()
	for _, origin := range c.mutations {
		w.list = append(w.list, st.data.originated(origin))
	}
	st.mu.Unlock()
	return st.acknowledged(ctx, w)
}

// originated returns what leads to the mutation of that origin, in the outbox or not.
func (d *dataset) originated(origin string) *mutation {
	if m := d.mutation(origin); m != nil {
		return m
	}
	t := d.outbox()
	for n := uint32(0); t != nil && n < t.End(); n++ { // it has another id by now
		if t.Has(n) {
			if m := readMutationHead(t.Row(n)); m.origin == origin {
				return m
			}
		}
	}
	return &mutation{origin: origin}
}

// RecordID names a record.
type RecordID struct {
	Model string
	ID    []byte // JSON text of the key, an array when it is a composite one
}

// AcknowledgedOf is Acknowledged for the youngest change of each of some records, in
// whichever tab it was made, if it is under way; without records for all changes that
// are. In a store that does not sync there are none.
func (st *Store) AcknowledgedOf(ctx context.Context, records ...RecordID) (err error) {
	st.mu.Lock()
	if n := len(st.journal.pending); n > 0 {
		last := st.journal.pending[n-1]
		st.mu.Unlock()
		_ = last.Wait(ctx) // what fails is under way no more, and who made it hears of that
		st.mu.Lock()
	}
	w := st.awaited()
	t := st.data.outbox()
	for i := 0; t != nil && err == nil && i < len(records); i++ {
		var m *mutation
		if m, err = st.youngest(&records[i]); m != nil {
			w.list = append(w.list, m)
		}
	}
	for n := uint32(0); t != nil && len(records) == 0 && n < t.End(); n++ {
		if t.Has(n) {
			w.list = append(w.list, readMutationHead(t.Row(n)))
		}
	}
	st.mu.Unlock()
	if err != nil {
		return wrap("sync", err)
	}
	return st.acknowledged(ctx, w)
}

// youngest returns the last mutation of a record; nil when none is under way.
func (st *Store) youngest(r *RecordID) (*mutation, error) {
	m, err := st.model("sync", r.Model)
	if err != nil {
		return nil, err
	}
	key, err := parseID(m, r.ID)
	if err != nil {
		return nil, err
	}
	k, _ := st.data.knows(m, key)
	if row, there := st.data.queued(k.last); there {
		return readMutationHead(st.data.outbox().Row(row)), nil
	}
	return nil, nil
}

// awaited are mutations that somebody waits for. They keep number and origin.
type awaited struct {
	list   []*mutation
	client string // of the store when it was last looked at
	losses int    // by then
}

// awaited begins to wait. The caller holds mu.
func (st *Store) awaited() (w awaited) {
	w.losses = st.losses
	if s := st.data.syncState(); s != nil {
		w.client = s.client
	}
	return w
}

// acknowledged returns when the server has answered all of them, or one is rejected.
func (st *Store) acknowledged(ctx context.Context, w awaited) error {
	return st.untilSync(ctx, nil, func() (bool, error) {
		answered, now := w.leave(st.data.outbox()), st.awaited()
		forgotten := now.losses != w.losses || now.client != w.client
		w.losses, w.client = now.losses, now.client // what is still there was not forgotten
		if len(answered) > 0 {
			if list := st.data.rejected(answered); len(list) > 0 {
				why := &list[0].Error
				return false, &code.Error{Code: code.Rejected, Field: why.Field, Message: why.Message, Details: list[0]}
			}
			if forgotten {
				return false, code.Fault(code.UnknownOutcome, "", "", "the change was forgotten before the server answered")
			}
		}
		return len(w.list) == 0, nil
	})
}

// leave takes those out that are in the outbox no more, and returns their origins.
func (w *awaited) leave(outbox *table.Table) map[string]bool {
	var answered map[string]bool
	left := w.list[:0]
	for _, m := range w.list {
		n, ok := uint32(0), outbox != nil
		if ok {
			n, ok = outbox.Find(strconv.AppendInt(nil, int64(m.seq), 10))
		}
		if ok && textOf(outboxLayout.Value(outbox.Row(n), 2)) == m.origin {
			left = append(left, m)
			continue
		}
		if answered == nil {
			answered = map[string]bool{}
		}
		answered[m.origin] = true
	}
	w.list = left
	return answered
}
