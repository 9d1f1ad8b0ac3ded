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
	ahead   *early             // the page after that of the call under way; nil for none
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
	if s.pulling || s.ahead != nil {
		began++ // the one under way may know less
	}
	s.mu.Unlock()
	s.Now()
	return s.st.untilSync(ctx, s.stopped, func() (bool, error) {
		state := s.st.data.syncState()
		if s.st.data.unsent() > 0 || state == nil || !state.ready {
			return false, nil
		}
		return s.session.followed() || s.session.pulls() >= began, nil
	})
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
