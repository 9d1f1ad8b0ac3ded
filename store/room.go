package store

import (
	"context"
	"errors"

	"github.com/granarydb/granary/store/code"
)

// Every commit is an append, that of a delete too, so a storage that is full to the
// last byte would take no delete either. Therefore some room is kept aside, a share
// of what is stored. When a commit that makes the store smaller finds no other, that
// room is given back to storage; until it is there again, commits that make the store
// larger are refused.
const (
	reserveShare = 10       // a tenth: browsers take more than they were given
	reserveLeast = 1 << 20  // bytes stored, below which nothing is kept aside
	reserveMost  = 16 << 20 // bytes
	spentCount   = 16       // entries after which the log is folded, while the reserve is spent
)

// reserve is the room kept aside.
type reserve struct {
	bytes  int  // kept, or wanted while it is spent
	spent  bool // storage got it back
	making bool
}

// keepRoom has the reserve grow with what is stored.
func (st *Store) keepRoom() {
	st.mu.Lock()
	defer st.mu.Unlock()
	r := &st.journal.reserve
	stored := st.data.logBytes + st.data.manifest.Size()
	want := min(stored/reserveShare, reserveMost)
	if stored < reserveLeast || want < r.bytes+r.bytes/2 || r.spent || r.making || st.journal.failed != nil {
		return
	}
	r.making = true
	go func() {
		_, err := st.options.Backend.Reserve(context.Background(), want)
		st.mu.Lock()
		defer st.mu.Unlock()
		r.making = false
		if err == nil || errors.Is(err, code.Quota) {
			r.bytes = want // or there will not be room a moment later either
		}
	}()
}

// put hands an entry to storage, with the reserve if it has to be.
func (st *Store) put(ctx context.Context, f *flight) error {
	st.mu.Lock()
	spent, want := st.journal.reserve.spent, st.journal.reserve.bytes
	st.mu.Unlock()
	if spent && !f.frees {
		if _, err := st.options.Backend.Reserve(ctx, want); errors.Is(err, code.Quota) {
			return err
		}
		st.spent(false)
	}
	err := st.options.Backend.Append(ctx, f.append)
	if !f.frees || !errors.Is(err, code.Quota) {
		return err
	}
	if kept, without := st.options.Backend.Reserve(ctx, 0); without != nil || kept == 0 {
		return err
	}
	st.spent(true)
	return st.options.Backend.Append(ctx, f.append)
}

func (st *Store) spent(spent bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.journal.reserve.spent = spent
}

// frees reports whether the change deletes records and leaves no more bytes than
// there were.
func (x *tx) frees() bool {
	grown, deletes := 0, x.cleared
	for _, c := range x.changes {
		after := c.After()
		grown += len(after) - len(c.Before())
		deletes = deletes || after == nil
	}
	return deletes && (x.cleared || grown <= 0)
}

// compactCount is how many entries the log has before it is folded.
func (st *Store) compactCount() int {
	if st.journal.reserve.spent {
		return min(st.options.compactCount, spentCount)
	}
	return st.options.compactCount
}
