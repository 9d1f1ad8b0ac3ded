package store

import (
	"context"
	"errors"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// undo takes all pending commits back, newest first.
func (st *Store) undo() {
	st.news++
	st.syncNews()
	for _, c := range slices.Backward(st.journal.pending) {
		for _, change := range slices.Backward(c.changes) {
			change.Table.Undo(change)
		}
		st.data.restore(c.vanished)
		st.lives.undone(c.changes)
		c.changes, c.vanished = nil, nil
	}
}

// follow takes in what others wrote: the entries since the head, or everything
// anew when they have compacted or what was there is lost, and runs the pending
// commits again on top. It returns false when it could do nothing.
func (st *Store) follow(ctx context.Context) bool {
	if err := st.gather(ctx); err != nil {
		st.mu.Lock()
		st.journal.behind = true
		st.undo()
		st.settle(slices.Clone(st.journal.pending), err)
		return true
	}
	st.mu.Lock()
	known, version, verify := *st.data, st.version, st.journal.verify
	st.journal.behind, st.journal.verify = false, false // what is heard from now on may not be in what is read
	st.mu.Unlock()
	n, err := st.catchUp(ctx, known, version, verify)

	st.mu.Lock()
	if err == nil && n.fresh == nil && len(st.needed()) > 0 {
		st.journal.behind, st.journal.verify = true, verify
		st.mu.Unlock()
		return st.follow(ctx) // somebody has come in between
	}
	if err != nil {
		st.journal.behind, st.journal.verify = true, verify
		idle := len(st.journal.pending) == 0
		calls := st.leave(err)
		st.undo()
		st.settle(slices.Clone(st.journal.pending), err, calls...)
		return !idle
	}
	st.version++ // undo notes that there is news
	st.undo()
	var calls []func() // that tell of it
	if n.fresh != nil {
		calls = st.replace(n.fresh)
	}
	if n.manifest != nil && !st.data.renew(n.generation, n.manifest) {
		st.journal.anew = true
		st.rerun(nil)
		return st.follow(ctx)
	}
	for _, e := range n.entries {
		more, err := st.data.next(e, st.version)
		if err != nil {
			st.fail(err) // the tables are between two entries
			st.settle(slices.Clone(st.journal.pending), err, calls...)
			return true
		}
		if !more {
			break
		}
		st.lives.changed(st.data.changes)
		calls = append(calls, st.deliver(st.observed(st.data.changes, st.data.source()))...)
	}
	if err := st.outdated(); err != nil {
		calls = append(calls, st.leave(err)...)
		st.settle(slices.Clone(st.journal.pending), err, calls...)
		return true
	}
	st.saw()
	st.rerun(calls)
	return true
}

// newer is what storage holds beyond what is known here.
type newer struct {
	entries    []log.Entry
	fresh      *dataset      // when what is known is no longer the beginning of it
	generation uint64        // when only the blocks are others
	manifest   *log.Manifest // the same
}

// catchUp reads the entries behind what is known; or everything, when that is no
// longer the beginning of what storage holds.
func (st *Store) catchUp(ctx context.Context, known dataset, version uint32, verify bool) (newer, error) {
	after := known.head
	if verify && after > known.manifest.Through {
		after-- // to see that the last one is still there
	}
	snapshot, err := st.read(ctx, after)
	if err != nil {
		return newer{}, err
	}
	entries := snapshot.Entries
	same := snapshot.Identity == known.identity && snapshot.Generation == known.generation
	if same && after < known.head {
		same = len(entries) > 0 && entries[0].Sequence == known.head && takenUnless(entries[0], known.nonce) == nil
		if same {
			entries = entries[1:]
		}
	}
	if same && verify {
		m, err := log.ReadManifest(snapshot.Manifest)
		same = err == nil && string(m.Bytes()) == string(known.manifest.Bytes())
	}
	st.mu.Lock()
	same = same && !st.journal.anew
	st.mu.Unlock()
	if same {
		return newer{entries: entries}, nil
	}
	if n, err := st.folded(ctx, snapshot, known); err != nil || n.manifest != nil {
		return n, err
	}
	fresh, err := st.load(ctx, version, st.gathered())
	if err == nil {
		st.mu.Lock()
		st.journal.anew = false
		st.mu.Unlock()
	}
	return newer{fresh: fresh}, err
}

// folded returns the entries behind what is known and the manifest, when somebody
// has folded no more of the log than is known; no manifest when it is otherwise.
func (st *Store) folded(ctx context.Context, snapshot log.Snapshot, known dataset) (n newer, err error) {
	st.mu.Lock()
	anew := st.journal.anew
	st.mu.Unlock()
	if anew || snapshot.Identity != known.identity || snapshot.Generation < known.generation || known.nonce == 0 {
		return n, nil
	}
	m, err := log.ReadManifest(snapshot.Manifest)
	if err != nil || m.Through > known.head {
		return n, err
	}
	entries, generation := snapshot.Entries, snapshot.Generation
	if m.Through < known.head {
		if snapshot, err = st.read(ctx, known.head-1); err != nil || snapshot.Generation != generation {
			return n, err
		}
		if entries = snapshot.Entries; len(entries) == 0 || entries[0].Sequence != known.head || takenUnless(entries[0], known.nonce) != nil {
			return n, nil
		}
		entries = entries[1:]
	} else if m.Nonce != known.nonce {
		return n, nil
	}
	return newer{entries: entries, generation: generation, manifest: m}, nil
}

// read reads the log, again and again where storage fails for a moment.
func (st *Store) read(ctx context.Context, after uint64) (snapshot log.Snapshot, err error) {
	start := st.options.Clock()
	for range storageTries {
		snapshot, err = st.options.Backend.Read(ctx, after)
		if !errors.Is(err, code.Unavailable) || st.options.Clock()-start > storagePatience {
			return snapshot, err
		}
	}
	return snapshot, err
}

// replace puts what was read anew in the place of what was there, and returns the
// calls that tell of it. Of records that storage has lost observers do not hear:
// nobody has deleted them. The caller holds mu.
func (st *Store) replace(fresh *dataset) (calls []func()) {
	old := st.data
	emptied := fresh.identity != old.identity
	lost := emptied || fresh.head < old.head
	if lost {
		calls = st.notify(Notice{Type: NoticeReset, Before: old.head, Now: fresh.head, Emptied: emptied})
	} else {
		calls = st.deliver(st.replacedBy(fresh.tables))
	}
	st.data = fresh
	if lost {
		st.lost()
	}
	st.epoch++
	st.lives.replaced()
	return calls
}

// leave gives the store up when others have written what its schema cannot hold, and
// returns the calls that tell of it. What was acknowledged is in storage.
func (st *Store) leave(err error) []func() {
	if !errors.Is(err, code.SchemaChanged) || st.journal.failed != nil {
		return nil
	}
	st.fail(err)
	return st.notify(Notice{Type: NoticeReload, Err: err})
}

// rerun applies the pending commits again; those that fail now end with their
// error. It is called with the lock held and releases it, makes the calls, and then
// those of the commits that ended.
func (st *Store) rerun(calls []func()) {
	var kept, failed []*Commit
	for _, c := range st.journal.pending {
		c.err = st.apply(c)
		if lacking := st.data.missed(); lacking != nil {
			c.err = lacking.err() // gather has not thought of it
		}
		if c.err == nil {
			kept = append(kept, c)
		} else {
			failed = append(failed, c)
		}
	}
	st.journal.pending = append(slices.Clone(failed), kept...)
	st.settle(failed, nil, calls...)
}
