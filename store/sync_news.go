package store

import (
	"context"

	"github.com/granarydb/granary/store/code"
)

// syncNews tells those who wait that something is different about sync. The caller
// holds mu.
func (st *Store) syncNews() {
	if st.synced != nil {
		close(st.synced)
		st.synced = nil
	}
}

// untilSyncNews returns what is closed when something is different about sync. The
// caller holds mu.
func (st *Store) untilSyncNews() <-chan struct{} {
	if st.synced == nil {
		st.synced = make(chan struct{})
	}
	return st.synced
}

// untilSync returns when something holds, or cannot any more; it looks, with the lock
// held, whenever something is different about sync. The sync that it needs, if any,
// ends with a channel.
func (st *Store) untilSync(ctx context.Context, ended <-chan struct{}, holds func() (bool, error)) error {
	for {
		st.mu.Lock()
		yes, err := holds()
		if !yes && err == nil {
			err = st.journal.failed
		}
		news := st.untilSyncNews()
		st.mu.Unlock()
		if err != nil {
			return wrap("sync", err)
		}
		if yes {
			return nil
		}
		select {
		case <-news:
		case <-ended:
			return wrap("sync", code.Fault(code.Closed, "", "", "the sync was stopped"))
		case <-ctx.Done():
			return wrap("sync", &code.Error{Code: code.UnknownOutcome, Message: "stopped waiting for the server", Err: ctx.Err()})
		}
	}
}
