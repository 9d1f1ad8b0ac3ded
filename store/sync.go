package store

import (
	"context"
	"sync"
	"time"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/replication"
)

// syncLock is the lock of whoever syncs. Nothing but effort depends on it: a page or
// an answer that another store was faster with is not taken in.
const syncLock = "sync"

// Sync is the sync of a store with a server, until it is stopped. One store on a
// storage syncs at a time; when it ends, another one that wants to takes over. All
// of them write into one outbox.
type Sync struct {
	session *SyncSession
	st      *Store
	remote  Remote
	cancel  context.CancelFunc
	stopped chan struct{}

	mu      sync.Mutex
	inbox   []replication.Event
	wake    chan struct{} // capacity 1
	flight  uint64        // number of the call under way
	pulling bool
	abort   context.CancelFunc // of the call under way
	mute    context.CancelFunc // of the live channel
}

// Sync begins to sync with a server: what was changed is pushed, what others have
// changed is pulled, from now on and whenever there is a network. The first time in
// the life of a store, the records that are there are pushed too. It does not wait.
func (st *Store) Sync(remote Remote, o SyncOptions) (*Sync, error) {
	session, err := st.NewSyncSession(o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sync{session: session, st: st, remote: remote, cancel: cancel, stopped: make(chan struct{}), wake: make(chan struct{}, 1)}
	go s.run(ctx)
	return s, nil
}

// Stop ends the sync and returns when nothing of it runs any more. What is under way
// stays in the outbox. It is idempotent.
func (s *Sync) Stop() {
	s.cancel()
	<-s.stopped
}

// Pause makes no more calls until Resume.
func (s *Sync) Pause() { s.hear(replication.Event{Kind: replication.Pause}) }

// Resume makes calls again, after Pause, or once the app has a new token.
func (s *Sync) Resume() { s.hear(replication.Event{Kind: replication.Resume}) }

// Now pushes and pulls at once, whatever is waited for.
func (s *Sync) Now() { s.hear(replication.Event{Kind: replication.SyncNow}) }

// Poke says that the server has news.
func (s *Sync) Poke() { s.hear(replication.Event{Kind: replication.Poke}) }

// Network says whether there is a network, where the platform knows.
func (s *Sync) Network(there bool) {
	kind := replication.Online
	if !there {
		kind = replication.Offline
	}
	s.hear(replication.Event{Kind: kind})
}

// Status says how the sync goes.
func (s *Sync) Status() SyncStatus { return s.session.Status() }

// WhenSynced returns when the outbox is empty and a pull that began after the call
// has come to its end. In a store that is not the one which syncs it returns when
// the outbox is empty and everything was pulled once.
func (s *Sync) WhenSynced(ctx context.Context) error {
	s.mu.Lock()
	began := s.session.pulls() + 1
	if s.pulling {
		began++ // the one under way may know less
	}
	s.mu.Unlock()
	s.Now()
	for {
		s.st.mu.Lock()
		state, pending, failed := s.st.data.syncState(), s.st.data.unsent(), s.st.journal.failed
		news := s.st.untilSyncNews()
		s.st.mu.Unlock()
		switch {
		case failed != nil:
			return wrap("sync", failed)
		case pending > 0 || state == nil || !state.ready:
		case s.session.followed() || s.session.pulls() >= began:
			return nil
		}
		select {
		case <-news:
		case <-s.stopped:
			return wrap("sync", code.Fault(code.Closed, "", "", "the sync was stopped"))
		case <-ctx.Done():
			return wrap("sync", &code.Error{Code: code.Unavailable, Message: "stopped waiting", Err: ctx.Err()})
		}
	}
}

// Acknowledged returns when the server has taken the commit, or when there was
// nothing in it to be sent. When the server did not want it, or a conflict was
// decided against it, the error has the code Rejected, and its Details are the
// RejectedMutation.
func (st *Store) Acknowledged(ctx context.Context, c *Commit) error {
	if err := c.Wait(ctx); err != nil {
		return wrap("sync", err)
	}
	for {
		st.mu.Lock()
		pending, rejected, failed := st.outcome(c), st.rejectedOf(c), st.journal.failed
		news := st.untilSyncNews()
		st.mu.Unlock()
		switch {
		case rejected != nil:
			return wrap("sync", &code.Error{Code: code.Rejected, Field: rejected.Error.Field, Message: rejected.Error.Message, Details: *rejected})
		case !pending:
			return nil
		case failed != nil:
			return wrap("sync", failed)
		}
		select {
		case <-news:
		case <-ctx.Done():
			return wrap("sync", &code.Error{Code: code.UnknownOutcome, Message: "stopped waiting for the server", Err: ctx.Err()})
		}
	}
}

// outcome reports whether a mutation of the commit is still in the outbox. The
// caller holds mu.
func (st *Store) outcome(c *Commit) (pending bool) {
	t := st.data.outbox()
	if t == nil || len(c.mutations) == 0 {
		return false
	}
	for _, id := range c.mutations {
		if len(t.Match(nil, []int{outboxID}, quoted(id))) > 0 {
			return true
		}
	}
	for n := range t.End() {
		if !t.Has(n) {
			continue
		}
		origin := textOf(outboxLayout.Value(t.Row(n), 2))
		for _, id := range c.mutations {
			pending = pending || origin == id
		}
	}
	return pending
}

// rejectedOf returns the mutation of the commit that is in the rejected box, or nil.
// The caller holds mu.
func (st *Store) rejectedOf(c *Commit) *RejectedMutation {
	t := st.data.ownTable(rejectedLayout)
	if t == nil {
		return nil
	}
	for n := range t.End() {
		if !t.Has(n) {
			continue
		}
		row := t.Row(n)
		origin := textOf(rejectedLayout.Value(row, 1))
		for _, id := range c.mutations {
			if origin == id {
				m := readRejected(row, readOps(st.schema, rejectedLayout.Value(row, 3)))
				return &m
			}
		}
	}
	return nil
}

// hear puts an event into the inbox.
func (s *Sync) hear(e replication.Event) {
	s.mu.Lock()
	s.inbox = append(s.inbox, e)
	s.mu.Unlock()
	s.signal()
}

func (s *Sync) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run syncs until the context or the store ends.
func (s *Sync) run(ctx context.Context) {
	defer close(s.stopped)
	defer s.cancel()
	unlock, err := s.st.options.Backend.Lock(ctx, syncLock, false)
	if err == nil && unlock == nil {
		s.session.follows(true) // another store has it
		s.tellWaiting()
		unlock, err = s.st.options.Backend.Lock(ctx, syncLock, true)
		s.session.follows(false)
	}
	if err != nil || ctx.Err() != nil {
		if unlock != nil {
			unlock()
		}
		return
	}
	defer unlock()
	if !s.prepare(ctx) {
		return
	}
	s.begin(ctx)
}

// tellWaiting wakes those who wait in WhenSynced.
func (s *Sync) tellWaiting() {
	s.st.mu.Lock()
	defer s.st.mu.Unlock()
	s.st.syncNews()
}

// prepare prepares the store, and again with growing pauses while its storage fails.
func (s *Sync) prepare(ctx context.Context) bool {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := s.session.Prepare(ctx)
		if err == nil {
			return true
		}
		s.session.failed(err)
		if code.Of(err) == code.Closed || code.Of(err) == code.SchemaChanged {
			return false
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
}
