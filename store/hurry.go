package store

import (
	"context"
	"slices"
)

// Hurry has everything that is pending handed to storage before the goroutines
// that it starts first wait, for a program that may end at any moment: a page that
// is being left. What is being written already is not waited for; the entry behind
// it counts only if that one comes in.
func (st *Store) Hurry() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.journal.signal()
	before := st.journal.flying
	if before == nil || st.journal.hurried != nil || st.journal.behind {
		return
	}
	batch, w := st.batch(st.journal.pending[len(before.batch):], before.layouts)
	if w == nil {
		return
	}
	f := st.flight(slices.Clip(batch), w, before.append.Sequence+1, before.nonce)
	st.journal.hurried = f
	go func() {
		f.err = st.append(context.Background(), f)
		close(f.done)
	}()
}
