//go:build !js || sdl

package store_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/storetest"
)

// begin begins to sync, until the end of the test.
func begin(t testing.TB, st *store.Store, remote store.Remote, o store.SyncOptions) *store.Sync {
	t.Helper()
	s, err := st.Sync(remote, o)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}

func savePost(t testing.TB, st *store.Store, id string) *store.Commit {
	t.Helper()
	c, err := st.BeginSave([]store.Put{{Model: "Post", Row: []byte(`{"id":"` + id + `"}`)}})
	require.NoError(t, err)
	return c
}

func TestSync_OfSeveralTabsIsThatOfOneAndAnotherTakesOver(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	storage := memory.New()
	first := storetest.Open(t, syncBlog, storage.Handle())
	second := storetest.Open(t, syncBlog, storage.Handle())
	a := begin(t, first, l, store.SyncOptions{})
	require.NoError(t, a.WhenSynced(ctx))
	require.True(t, a.Status().Leader)
	b := begin(t, second, l, store.SyncOptions{})
	require.NoError(t, second.Acknowledged(ctx, savePost(t, second, "1")))
	require.Contains(t, serverRows(l.server), `Post "1"`)
	require.Equal(t, replication.Waiting, b.Status().Phase)

	a.Stop()
	require.NoError(t, first.Acknowledged(ctx, savePost(t, first, "2")))
	require.NoError(t, b.WhenSynced(ctx))
	require.True(t, b.Status().Leader)
	require.Equal(t, 0, b.Status().Pending)
	for id, n := range l.server.Applied {
		require.Equal(t, 1, n, id)
	}
}

func TestSync_ComesBackByItselfWhenTheLineDoes(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	fails := 3
	l.fail = func(push bool) error {
		if fails--; fails >= 0 {
			return errors.New("no network")
		}
		return nil
	}
	st := storetest.Open(t, syncBlog, memory.New())
	s := begin(t, st, l, store.SyncOptions{})
	c := savePost(t, st, "1")
	require.Eventually(t, func() bool { s.Now(); return s.Status().Pending == 0 && s.Status().Ready }, eventually, tick)
	require.NoError(t, st.Acknowledged(ctx, c))
}

func TestAcknowledged_SaysWhyTheServerDidNotWantIt(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	l.server.Refuse = func(sim.Op) string { return "not today" }
	st := storetest.Open(t, syncBlog, memory.New())
	require.NoError(t, begin(t, st, l, store.SyncOptions{}).WhenSynced(ctx))
	err := st.Acknowledged(ctx, savePost(t, st, "1"))
	require.ErrorIs(t, err, store.ErrRejected)
	require.ErrorContains(t, err, "not today")
	var e *store.Error
	require.ErrorAs(t, err, &e)
	require.IsType(t, store.RejectedMutation{}, e.Details)
}

func TestSync_AsksForATokenAndGoesOn(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	expired := true
	l.fail = func(bool) error {
		if expired {
			return &replication.Refusal{Status: 401, RetryAfter: -1}
		}
		return nil
	}
	st := storetest.Open(t, syncBlog, memory.New())
	s := begin(t, st, l, store.SyncOptions{Token: func(context.Context) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		expired = false
		return nil
	}})
	require.NoError(t, s.WhenSynced(ctx))
}

// shouting is a line whose server says at once what is new.
type shouting struct {
	*line
	news chan replication.News
}

func (s *shouting) Live(ctx context.Context, _ []byte, tell func(replication.News)) error {
	tell(replication.News{Open: true})
	for {
		select {
		case n := <-s.news:
			tell(n)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func TestSync_HearsOfNewsThroughTheLiveChannel(t *testing.T) {
	for _, poke := range []bool{true, false} {
		l := &shouting{&line{server: sim.NewServer(sim.Merge)}, make(chan replication.News)}
		st := storetest.Open(t, syncBlog, memory.New())
		s := begin(t, st, l, store.SyncOptions{})
		heard := make(chan store.Event, 10)
		_, err := st.Observe("Post", func(list []store.Event) { heard <- list[0] })
		require.NoError(t, err)
		require.NoError(t, s.WhenSynced(ctx))
		other := newClient(t, l.line, store.SyncOptions{})
		create(t, other.Store, "Post", store.Fields{"id": "1"})
		other.sync(t)
		if poke {
			l.news <- replication.News{}
		} else {
			l.news <- replication.News{Page: []byte(`{"changes":[{"model":"Post","id":"1","version":"1","data":{"title":null}}],"checkpoint":"1","more":false}`)}
		}
		e := <-heard
		require.Equal(t, store.Synced, e.Source)
		require.Equal(t, "1", e.Record.ID())
	}
}

func TestSync_EndsWithTheStore(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	st := storetest.Open(t, syncBlog, memory.New())
	s := begin(t, st, l, store.SyncOptions{})
	require.NoError(t, s.WhenSynced(ctx))
	require.NoError(t, st.Close())
	require.ErrorIs(t, s.WhenSynced(ctx), store.ErrClosed)
	s.Stop()
}

func TestSync_OfModelsGoesTheWayThatTheSchemaSaysUnlessTheAppDoes(t *testing.T) {
	const sdl = `
type Post @model(sync: push) { id: ID! tags: [Tag] @manyToMany(relationName: "PostTags") readers: [Reader] @manyToMany(relationName: "Reading") }
type Tag @model(sync: pull) { id: ID! posts: [Post] @manyToMany(relationName: "PostTags") }
type Reader @model(sync: off) { id: ID! posts: [Post] @manyToMany(relationName: "Reading") }
type Note @model(sync: full) { id: ID! }
`
	st := storetest.Open(t, sdl, memory.New())
	modes := func(models map[string]store.SyncModel) map[string]store.Mode {
		session, err := st.NewSyncSession(store.SyncOptions{Models: models})
		require.NoError(t, err)
		out := map[string]store.Mode{}
		for _, m := range session.Status().Models {
			out[m.Model] = m.Mode
		}
		return out
	}
	require.Equal(t, map[string]store.Mode{"Post": store.PushOnly, "Tag": store.PullOnly, "Reader": store.Off, "Note": store.Full,
		"PostTags": store.Full, "Reading": store.Off}, modes(nil))
	require.Equal(t, map[string]store.Mode{"Post": store.PushOnly, "Tag": store.PushOnly, "Reader": store.Full, "Note": store.Off,
		"PostTags": store.PushOnly, "Reading": store.PullOnly}, modes(map[string]store.SyncModel{
		"Post": {Priority: 1}, "Tag": {Mode: store.PushOnly}, "Reader": {Mode: store.Full}, "Note": {Mode: store.Off}, "Reading": {Mode: store.PullOnly},
	}))

	l := &line{server: sim.NewServer(sim.Merge)}
	for _, id := range []string{"1", "2"} {
		create(t, st, "Note", store.Fields{"id": id})
		create(t, st, "Tag", store.Fields{"id": id})
	}
	c := &client{Store: st, line: l}
	var err error
	c.SyncSession, err = st.NewSyncSession(store.SyncOptions{})
	require.NoError(t, err)
	require.NoError(t, c.Prepare(ctx))
	c.sync(t)
	require.ElementsMatch(t, []string{`Note "1"`, `Note "2"`}, slices.Collect(maps.Keys(serverRows(l.server))))
}

func TestSync_OfModelsGoesTheWayThatItsModeSays(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	o := store.SyncOptions{Models: map[string]store.SyncModel{"Draft": {Mode: store.Off}, "Post": {Mode: store.PushOnly}, "Blog": {Mode: store.PullOnly}}}
	a, b := newClient(t, l, o), newClient(t, l, store.SyncOptions{})
	for _, model := range []string{"Draft", "Post", "Blog"} {
		create(t, a.Store, model, store.Fields{"id": "a"})
		create(t, b.Store, model, store.Fields{"id": "b"})
	}
	b.sync(t)
	a.sync(t)
	b.sync(t)
	require.Equal(t, []string{"a"}, ids(t, a.Store, "Draft"))
	require.Equal(t, []string{"a"}, ids(t, a.Store, "Post"))
	require.Equal(t, []string{"a", "b"}, ids(t, a.Store, "Blog"))
	require.Equal(t, []string{"b"}, ids(t, b.Store, "Draft"))
	require.Equal(t, []string{"b", "a"}, ids(t, b.Store, "Post"))
	require.Equal(t, []string{"b"}, ids(t, b.Store, "Blog"))
	require.ErrorIs(t, func() error {
		_, err := a.NewSyncSession(store.SyncOptions{Models: map[string]store.SyncModel{"Pots": {}}})
		return err
	}(), store.ErrInvalid)
}

const (
	eventually = 60 * time.Second
	tick       = 5 * time.Millisecond
)
