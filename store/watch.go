package store

import (
	"context"
	"errors"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// watcher is the Backend's way to tell the store.
type watcher struct{ st *Store }

// Written has the store follow, unless it knows already.
func (w watcher) Written(p log.Position) {
	st := w.st
	st.mu.Lock()
	defer st.mu.Unlock()
	d := st.data
	if p.Generation > d.generation || p.Generation == d.generation && p.Sequence > d.head || p.Identity != d.identity {
		st.journal.behind = true
		st.journal.signal()
	}
}

// Lost tells that calls of storage wait for a new connection.
func (w watcher) Lost(cause error) { w.st.tell(Notice{Type: NoticeReconnecting, Err: cause}) }

// Restored has the store look for what has changed meanwhile, and for what was lost.
func (w watcher) Restored() {
	w.st.tell(Notice{Type: NoticeReconnected}) // and then of what it finds
	w.st.mu.Lock()
	defer w.st.mu.Unlock()
	w.st.journal.look, w.st.journal.verify = true, true
	w.st.journal.signal()
}

// Ended ends the store.
func (w watcher) Ended(cause error) {
	w.st.mu.Lock()
	w.st.fail(cause)
	w.st.mu.Unlock()
	n := Notice{Type: NoticeRemoved, Err: cause}
	if errors.Is(cause, code.Format) {
		n.Type = NoticeReload
	}
	w.st.tell(n)
}

// Ended returns why the store takes no verbs any more, nil as long as it does.
func (st *Store) Ended() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.journal.failed
}

// Look has the store look soon whether others have written, for when it may not have
// been told. It does not wait.
func (st *Store) Look() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.journal.look = true
	st.journal.signal()
}

// Wake is Look for a program that slept, or was about to end and goes on after all.
func (st *Store) Wake() {
	st.mu.Lock()
	st.journal.hurrying = false
	st.mu.Unlock()
	st.Look()
}

// lookAround finds out whether others have written, if that is wanted. An answer
// that cannot be had is asked for again at the next Wake.
func (st *Store) lookAround(ctx context.Context) {
	st.mu.Lock()
	wanted := st.journal.look && !st.journal.behind && st.journal.failed == nil
	st.journal.look = false
	st.mu.Unlock()
	if !wanted {
		return
	}
	p, err := st.options.Backend.Position(ctx)
	st.mu.Lock()
	defer st.mu.Unlock()
	d := st.data
	last := max(p.Sequence, d.manifest.Through)
	switch {
	case err != nil:
	case p.Identity != d.identity || p.Generation < d.generation || p.Generation == d.generation && last < d.head:
		st.journal.behind, st.journal.verify = true, true
	case p.Generation > d.generation || last > d.head || st.journal.verify:
		st.journal.behind = true
	}
}
