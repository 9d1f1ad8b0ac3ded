package store

import (
	"context"
	"runtime"
)

// Small makes a store fold its log after a few entries, into blocks of few bytes.
func Small(o Options, entries, block int) Options {
	o.compactCount, o.blockSize = entries, block
	return o
}

// Follow makes the store take in what others have written.
func Follow(st *Store) error {
	return st.submit(context.Background(), "follow", func(ctx context.Context) error {
		st.follow(ctx)
		return nil
	})
}

// Settle returns when the store has taken in what it was told of, or woken for, and
// has told of that.
func Settle(st *Store) error {
	return st.submit(context.Background(), "settle", func(context.Context) error { return nil })
}

// Rest returns when the store has nothing to fold either, as long as nobody writes.
func Rest(st *Store) error {
	for {
		if err := Settle(st); err != nil {
			return err
		}
		st.mu.Lock()
		due := st.data.due(st.compactCount()) && st.accepted()
		st.mu.Unlock()
		if !due {
			return nil
		}
		runtime.Gosched()
	}
}

// Head returns the number of the last log entry that the store has taken in.
func Head(st *Store) uint64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.data.head
}

// Conflicts reports whether a transaction has met a conflict with others.
func Conflicts(t *Tx) bool {
	t.st.mu.Lock()
	defer t.st.mu.Unlock()
	return t.conflict != nil
}

// Version returns how many changes have been made to the tables so far, those
// included that were taken back.
func Version(st *Store) uint32 {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.version
}

// FindTreeOf is FindTree with another bound than MaxIncluded.
func FindTreeOf(st *Store, q Query, most int) (*Tree, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.tree(q, most)
}

// Generation returns how often the log was folded, as far as the store knows.
func Generation(st *Store) uint64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.data.generation
}

// Fold makes the store fold its log whatever its length.
func Fold(st *Store) error {
	return st.submit(context.Background(), "fold", func(ctx context.Context) error {
		st.mu.Lock()
		st.data.overdue = true
		st.mu.Unlock()
		st.compact(ctx)
		return nil
	})
}
