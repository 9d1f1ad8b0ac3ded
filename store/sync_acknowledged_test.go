//go:build !js || sdl

package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

func post(id string) store.RecordID { return store.RecordID{Model: "Post", ID: []byte(`"` + id + `"`)} }

// waiter is a context that tells when somebody begins to wait for its end.
type waiter struct {
	context.Context
	waits chan struct{}
}

func (w waiter) Done() <-chan struct{} {
	select {
	case w.waits <- struct{}{}:
	default:
	}
	return w.Context.Done()
}

// waiting runs what waits so many times in a goroutine, and returns where that ends
// when it waits for the last time.
func waiting(times int, wait func(ctx context.Context) error) <-chan error {
	w := waiter{ctx, make(chan struct{}, times)}
	done := make(chan error, 1)
	go func() { done <- wait(w) }()
	for range times {
		<-w.waits
	}
	return done
}

func acknowledgedOf(st *store.Store, records ...store.RecordID) <-chan error {
	return waiting(1, func(ctx context.Context) error { return st.AcknowledgedOf(ctx, records...) })
}

func TestAcknowledged_OfARecordWaitsForTheServerHoweverOftenItIsEdited(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Strict)}
	a, b := newClient(t, l, store.SyncOptions{}), newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Post", store.Fields{"id": "1", "title": "0"})
	done, all := acknowledgedOf(a.Store, post("1")), acknowledgedOf(a.Store)
	stopped, stop := context.WithCancel(ctx)
	stop()
	require.ErrorIs(t, a.AcknowledgedOf(stopped, post("1")), store.ErrUnknownOutcome)
	a.edit(t, "Post", "1", store.Fields{"title": "1"}) // becomes one with it, under another id
	a.sync(t)
	require.NoError(t, <-done)
	require.NoError(t, <-all)

	b.sync(t)
	b.edit(t, "Post", "1", store.Fields{"body": "theirs"})
	b.sync(t)
	a.edit(t, "Post", "1", store.Fields{"title": "2"})
	create(t, a.Store, "Post", store.Fields{"id": "behind"})
	edited := acknowledgedOf(a.Store, post("1"))
	require.NoError(t, a.AcknowledgedOf(ctx, post("nowhere")))
	a.sync(t) // meets a conflict, and goes out again under another id
	require.NoError(t, <-edited)
	require.Contains(t, a.types(), store.SyncConflict)
	require.JSONEq(t, `{"id":"1","title":"2","body":"theirs","blogPostsId":null}`, serverRows(l.server)[`Post "1"`])
	require.NoError(t, a.AcknowledgedOf(ctx, post("1"), post("behind")))
	require.ErrorIs(t, a.AcknowledgedOf(ctx, store.RecordID{Model: "Nothing", ID: []byte(`"1"`)}), store.ErrInvalid)
}

func TestAcknowledged_OfARecordSaysWhatBecameOfIt(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	l.server.Refuse = func(o sim.Op) string {
		if string(o.ID) == `"bad"` {
			return "not today"
		}
		return ""
	}
	storage := memory.New()
	first := storetest.Open(t, syncBlog, storage.Handle())
	second := storetest.Open(t, syncBlog, storage.Handle())
	s := begin(t, first, l, store.SyncOptions{})
	require.NoError(t, s.WhenSynced(ctx))
	s.Pause()
	for _, id := range []string{"good", "bad"} {
		require.NoError(t, savePost(t, second, id).Wait(ctx))
	}
	good, bad, all := acknowledgedOf(second, post("good")), acknowledgedOf(second, post("bad")), acknowledgedOf(second)
	s.Resume()
	require.NoError(t, <-good)
	for _, done := range []<-chan error{bad, all} {
		err := <-done
		require.ErrorIs(t, err, store.ErrRejected)
		var e *store.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "not today", e.Details.(store.RejectedMutation).Error.Message)
	}
}

func TestAcknowledged_OfWhatIsForgottenSaysThatNobodyKnows(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	l.fail = func(bool) error { return errors.New("no network") }
	a := newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Post", store.Fields{"id": "1"})
	c := savePost(t, a.Store, "2")
	require.NoError(t, c.Wait(ctx))
	done := acknowledgedOf(a.Store, post("1"))
	commit := waiting(2, func(ctx context.Context) error { return a.Acknowledged(ctx, c) })
	require.NoError(t, a.Clear(ctx, store.WithUnsent()))
	require.ErrorIs(t, <-done, store.ErrUnknownOutcome)
	require.ErrorIs(t, <-commit, store.ErrUnknownOutcome)

	create(t, a.Store, "Post", store.Fields{"id": "3"})
	done = acknowledgedOf(a.Store, post("3"))
	require.NoError(t, a.Close())
	require.ErrorIs(t, <-done, store.ErrClosed)
}

func TestAcknowledged_OfWhatTheBrowserLostSaysThatNobodyKnows(t *testing.T) {
	storage := memory.New()
	b := &swapped{Backend: storage}
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, syncBlog), Backend: b})
	session, err := st.NewSyncSession(store.SyncOptions{})
	require.NoError(t, err)
	require.NoError(t, session.Prepare(ctx))
	create(t, st, "Post", store.Fields{"id": "kept"})
	kept := position(t, storage)
	create(t, st, "Post", store.Fields{"id": "lost"})
	lost := acknowledgedOf(st, post("lost"))
	b.watcher.Lost(store.ErrUnavailable)
	b.Backend = prefix(t, storage, kept)
	b.watcher.Restored()
	require.ErrorIs(t, <-lost, store.ErrUnknownOutcome)

	c := &client{Store: st, SyncSession: session, line: &line{server: sim.NewServer(sim.Merge)}}
	require.NoError(t, c.Prepare(ctx))
	c.sync(t)
	require.Equal(t, []string{"kept"}, ids(t, st, "Post"))
	require.NoError(t, st.AcknowledgedOf(ctx, post("kept")))
}

// position is how many entries a log has.
func position(t *testing.T, b *memory.Backend) int {
	t.Helper()
	snapshot, err := b.Handle().Read(ctx, 0)
	require.NoError(t, err)
	return len(snapshot.Entries)
}
