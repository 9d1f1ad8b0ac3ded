package storetest

import (
	"context"
	"time"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// tabTests are about what connections know of each other.
var tabTests = []backendTest{
	{"Identity_IsOneForAllConnectionsAndForEver", func(s *storage) {
		one, other := s.handle(), s.handle()
		identity := s.read(one).Identity
		require.Positive(s.T, len(identity))
		s.append(one, 0, 1, []byte("a"))
		s.replace(one, log.Replace{Manifest: []byte("m"), Through: 1})
		require.Equal(s.T, identity, s.read(other).Identity)
		require.Equal(s.T, identity, s.read(s.handle()).Identity)
	}},
	{"Identity_OfAnotherStorageIsTakenByNoWrite", func(s *storage) {
		b := s.handle()
		identity := s.read(b).Identity
		require.ErrorIs(s.T, b.Append(s.ctx, log.Append{Identity: "another", Sequence: 1}), log.ErrTaken)
		require.ErrorIs(s.T, b.Replace(s.ctx, log.Replace{Identity: "another", Manifest: []byte("m")}), log.ErrTaken)
		require.NoError(s.T, b.Append(s.ctx, log.Append{Identity: identity, Sequence: 1, Data: []byte("a")}))
		require.NoError(s.T, b.Replace(s.ctx, log.Replace{Identity: identity, Manifest: []byte("m")}))
		snapshot := s.read(b)
		require.Equal(s.T, uint64(1), snapshot.Generation)
		require.Equal(s.T, 1, len(snapshot.Entries))
	}},
	{"Position_TellsHowFarOthersAre", func(s *storage) {
		one, other := s.handle(), s.handle()
		identity := s.read(one).Identity
		at := func(generation, sequence uint64) {
			s.Helper()
			p, err := other.Position(s.ctx)
			require.NoError(s.T, err)
			require.Equal(s.T, log.Position{Identity: identity, Generation: generation, Sequence: sequence}, p)
		}
		at(0, 0)
		s.append(one, 0, 1, []byte("a"))
		s.append(one, 0, 2, []byte("b"))
		at(0, 2)
		s.replace(one, log.Replace{Manifest: []byte("m"), Through: 1})
		at(1, 2)
		s.replace(one, log.Replace{Generation: 1, Manifest: []byte("m"), Through: 2})
		at(2, 0)
	}},
	{"Watch_TellsOfOthersAndNotOfOneself", func(s *storage) {
		one, other := s.handle(), s.handle()
		mine, theirs := newWatcher(), newWatcher()
		one.Watch(mine)
		other.Watch(theirs)
		s.read(one) // as every store does first
		s.read(other)
		s.append(one, 0, 1, []byte("a"))
		theirs.hears(s, 0, 1)
		s.replace(one, log.Replace{Manifest: []byte("m"), Through: 1})
		theirs.hears(s, 1, 0)
		s.append(other, 1, 2, []byte("b"))
		mine.hears(s, 1, 2)
	}},
	{"Lock_HasOneHolderAndThenTheNext", func(s *storage) {
		one, other := s.handle(), s.handle()
		unlock := s.lock(one, "work", false)
		require.NotNil(s.T, unlock)
		require.Nil(s.T, s.lock(other, "work", false))
		elsewhere := s.lock(other, "other work", false)
		require.NotNil(s.T, elsewhere)
		elsewhere()
		next := make(chan func())
		go func() { next <- s.lock(other, "work", true) }()
		unlock()
		second := <-next
		require.NotNil(s.T, second)
		require.Nil(s.T, s.lock(one, "work", false))
		second()
		require.NotNil(s.T, s.lock(one, "work", true))
	}},
	{"Lock_OfAConnectionThatIsClosedIsFree", func(s *storage) {
		one, other := s.open(), s.handle()
		require.NotNil(s.T, s.lock(one, "work", false))
		next := make(chan func())
		go func() { next <- s.lock(other, "work", true) }()
		require.NoError(s.T, one.Close())
		require.NotNil(s.T, <-next)
		_, err := one.Lock(s.ctx, "work", false)
		require.ErrorIs(s.T, err, code.Closed)
	}},
	{"Lock_HonoursItsContext", func(s *storage) {
		one, other := s.handle(), s.handle()
		unlock := s.lock(one, "work", false)
		ctx, cancel := context.WithCancel(s.ctx)
		ended := make(chan error)
		go func() {
			_, err := other.Lock(ctx, "work", true)
			ended <- err
		}()
		cancel()
		require.ErrorIs(s.T, <-ended, code.Unavailable)
		unlock()
		require.NotNil(s.T, s.lock(one, "work", true))
	}},
}

func (s *storage) lock(b log.Backend, name string, wait bool) func() {
	unlock, err := b.Lock(s.ctx, name, wait)
	require.NoError(s.T, err)
	return unlock
}

// watcher keeps what it is told.
type watcher struct{ told chan log.Position }

func newWatcher() *watcher { return &watcher{make(chan log.Position, 100)} }

func (w *watcher) Written(p log.Position) { w.told <- p }
func (w *watcher) Lost(error)             {}
func (w *watcher) Restored()              {}
func (w *watcher) Ended(error)            {}

// hears waits until the watcher is told of that position.
func (w *watcher) hears(s *storage, generation, sequence uint64) {
	s.Helper()
	late := time.After(patience)
	for {
		select {
		case p := <-w.told:
			if p.Generation == generation && p.Sequence == sequence {
				return
			}
		case <-late:
			s.Fatalf("never told of entry %d in generation %d", sequence, generation)
		}
	}
}
