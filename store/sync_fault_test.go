//go:build !js || sdl

package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/fault"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// A store that syncs meets every fault at each of its calls of storage. Then the
// program starts again and syncs: what was acknowledged is on the server, once, and
// nothing is half.
func TestSync_AtEveryFaultOfStorageLosesNothing(t *testing.T) {
	met := map[fault.Fault]int{}
	for _, f := range fault.All {
		for call := 1; ; call++ {
			storage := memory.New()
			b := fault.New(storage.Handle(), fault.Plan{call: f})
			l := &line{server: sim.NewServer(sim.Strict)}
			l.server.Refuse = func(o sim.Op) string {
				if string(o.Data["title"]) == `"bad"` {
					return "bad"
				}
				return ""
			}
			other := newClient(t, l, store.SyncOptions{})
			create(t, other.Store, "Post", store.Fields{"id": "other", "title": "theirs"})
			other.sync(t)
			require.NoError(t, other.Close())

			acked := syncLife(t, b, l)
			if b.Calls() < call {
				break
			}
			met[f] += b.Met()
			name := fmt.Sprintf("%s at call %d", f, call)
			st := storetest.Open(t, syncBlog, storage.Handle())
			session, err := st.NewSyncSession(store.SyncOptions{})
			require.NoError(t, err, name)
			require.NoError(t, session.Prepare(ctx), name)
			c := &client{Store: st, SyncSession: session, line: l}
			c.sync(t)
			problems, err := st.Check(ctx)
			require.NoError(t, err, name)
			require.Empty(t, problems, name)
			rows := serverRows(l.server)
			for _, id := range acked {
				require.Contains(t, rows, `Post "`+id+`"`, name)
			}
			for id, n := range l.server.Applied {
				require.Equal(t, 1, n, "%s: %s", name, id)
			}
			require.Contains(t, ids(t, st, "Post"), "other", name)
			require.Len(t, rows, len(ids(t, st, "Post"))+len(ids(t, st, "Blog")), name)
			require.NoError(t, st.Close())
		}
	}
	for _, f := range fault.All {
		require.Greater(t, met[f], 5, f)
	}
}

// syncLife opens a store, changes something and syncs, as far as that goes, and
// returns the posts whose saves were acknowledged.
func syncLife(t *testing.T, b *fault.Backend, l *line) (acked []string) {
	t.Helper()
	st, err := store.Open(ctx, store.Small(store.Options{Schema: storetest.Schema(t, syncBlog), Backend: b}, 6, 400))
	if err != nil {
		return nil
	}
	defer func() { _ = st.Close() }()
	session, err := st.NewSyncSession(store.SyncOptions{})
	require.NoError(t, err)
	c := &client{Store: st, SyncSession: session, line: l}
	try := func(id, row string) {
		commit, err := st.BeginSave([]store.Put{{Model: "Post", Row: []byte(row)}})
		if err == nil && commit.Wait(ctx) == nil {
			acked = append(acked, id)
		}
	}
	try("before", `{"id":"before","title":"0"}`)
	if session.Prepare(ctx) != nil {
		return acked
	}
	_, _ = st.BeginSave([]store.Put{{Model: "Blog", Row: []byte(`{"id":"b"}`)}})
	try("one", `{"id":"one","title":"1","blogPostsId":"b"}`)
	try("two", `{"id":"two","title":"2"}`)
	c.push(t)
	_, _ = st.BeginSave([]store.Put{{Model: "Post", Row: []byte(`{"id":"rejected","title":"bad"}`)}})
	try("one", `{"id":"one","title":"3"}`)
	_ = pullOnce(c)
	c.push(t)
	_ = pullOnce(c)
	try("three", `{"id":"three","title":"3"}`)
	return acked
}
