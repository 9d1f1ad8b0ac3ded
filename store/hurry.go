package store

import (
	"context"
	"slices"
)

// Hurry has everything that is pending handed to storage before the goroutines
// that it starts first wait, and so from then on with each commit, for a program
// that may end at any moment: a page that is being left. What is being written
// already is not waited for; an entry behind it counts only if that one comes in.
// Wake ends it.
func (st *Store) Hurry() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.journal.hurrying = true
	st.journal.signal()
	st.hurry()
}

// hurry writes what is pending behind what is being written. The caller holds mu.
func (st *Store) hurry() {
	j := &st.journal
	if j.flying == nil || j.behind {
		return
	}
	before, under := j.flying, len(j.flying.batch)
	for _, f := range j.hurried {
		before, under = f, under+len(f.batch)
	}
	batch, w := st.batch(j.pending[under:], before.layouts)
	if w == nil {
		return
	}
	f := st.flight(slices.Clip(batch), w, before.append.Sequence+1, before.nonce)
	j.hurried = append(j.hurried, f)
	go func() {
		f.err = st.append(context.Background(), f)
		close(f.done)
	}()
}
