package store

import (
	"context"
	"errors"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
)

// flight is an entry on its way to storage.
type flight struct {
	batch   []*Commit
	append  log.Append
	nonce   uint64
	layouts []*record.Layout // that the log knows when the entry is in
	frees   bool             // each of the commits makes the store smaller
	err     error            // of one written in a hurry, once done is closed
	done    chan struct{}
}

// flight makes the entry of some commits ready. after is the nonce of the entry
// that must come in before this one, 0 when it is in already. The caller holds mu.
func (st *Store) flight(batch []*Commit, w *log.EntryWriter, sequence, after uint64) *flight {
	f := &flight{batch: batch, nonce: st.options.Random.number(), done: make(chan struct{})}
	var data []byte
	data, f.layouts = w.Bytes(f.nonce, after, sequence)
	f.frees = !slices.ContainsFunc(batch, func(c *Commit) bool { return !c.frees })
	strict := slices.ContainsFunc(batch, st.strict)
	f.append = log.Append{Identity: st.data.identity, Generation: st.data.generation, Sequence: sequence, Data: data, Strict: strict}
	return f
}

// append writes an entry. Where storage failed and nothing was written it tries
// again: a connection that broke is there again by then.
func (st *Store) append(ctx context.Context, f *flight) (err error) {
	start := st.options.Clock()
	for range storageTries {
		err = st.put(ctx, f)
		if errors.Is(err, code.UnknownOutcome) {
			err = st.resolve(ctx, f, err)
		}
		if !errors.Is(err, code.Unavailable) || st.options.Clock()-start > storagePatience {
			return err
		}
	}
	return err
}

// resolve finds out what became of an append that nobody knows the outcome of, by
// reading it back.
func (st *Store) resolve(ctx context.Context, f *flight, unknown error) error {
	snapshot, err := st.options.Backend.Read(ctx, f.append.Sequence-1)
	if err != nil {
		return unknown
	}
	for _, e := range snapshot.Entries {
		if e.Sequence == f.append.Sequence {
			return takenUnless(e, f.nonce)
		}
	}
	if snapshot.Generation != f.append.Generation {
		m, err := log.ReadManifest(snapshot.Manifest)
		switch {
		case err != nil || m.Through > f.append.Sequence:
			return unknown // whose entry it was that others have folded cannot be told
		case m.Through == f.append.Sequence && m.Nonce == f.nonce:
			return nil
		}
		return log.ErrTaken
	}
	return &code.Error{Code: code.Unavailable, Message: "storage failed; nothing was written", Err: unknown}
}

// takenUnless returns nil when the entry has that nonce.
func takenUnless(e log.Entry, nonce uint64) error {
	if n, _ := log.Head(e.Data); n == nonce {
		return nil
	}
	return log.ErrTaken
}

// landed notes that an entry is in. The caller holds mu.
func (st *Store) landed(f *flight) {
	for _, c := range f.batch {
		st.data.touch(st.data.head+1, c.changes)
		st.data.overdue = st.data.overdue || c.cleared
		for _, a := range c.vanished {
			st.data.discard(a)
		}
	}
	st.data.nonce = f.nonce
	st.data.advance(f.layouts, len(f.append.Data))
	st.saw()
}
