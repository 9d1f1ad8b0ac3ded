//go:build !js || sdl

package store_test

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
)

// Several tabs write, one after the other syncs, and all of them fold the log.
func TestSync_OfTabsThatFoldTheLogLosesNothing(t *testing.T) {
	for seed := range int64(20) {
		random := rand.New(rand.NewSource(seed))
		l := &line{server: sim.NewServer(sim.Merge)}
		var list []*client
		for _, st := range tabs(t, syncBlog, 3, 5) {
			session, err := st.NewSyncSession(store.SyncOptions{})
			require.NoError(t, err)
			list = append(list, &client{Store: st, SyncSession: session, line: l})
		}
		require.NoError(t, list[0].Prepare(ctx))
		for _, c := range list {
			require.NoError(t, store.Follow(c.Store))
		}
		saved := map[string]bool{}
		for i := range 120 {
			c := list[random.Intn(len(list))]
			switch random.Intn(6) {
			case 0:
				c.push(t)
			case 1:
				_ = pullOnce(c)
			case 2:
				require.NoError(t, store.Follow(c.Store))
			default:
				id := fmt.Sprint(random.Intn(30))
				_, err := c.BeginSave([]store.Put{{Model: "Post", Row: fmt.Appendf(nil, `{"id":%q,"title":"%d"}`, id, i)}})
				require.NoError(t, err)
				saved[fmt.Sprintf("Post %q", id)] = true
			}
		}
		for _, c := range list {
			require.NoError(t, store.Follow(c.Store))
			c.sync(t)
		}
		for _, c := range list {
			require.NoError(t, store.Follow(c.Store))
			require.Zero(t, c.Pending())
			require.Len(t, ids(t, c.Store, "Post"), len(saved))
			problems, err := c.Check(ctx)
			require.NoError(t, err)
			require.Empty(t, problems)
		}
		require.Len(t, l.server.Rows(), len(saved))
		for _, c := range list[1:] {
			require.Equal(t, texts(t, list[0].Store, "Post"), texts(t, c.Store, "Post"))
		}
	}
}

func TestObserve_OfAnotherTabSaysWhatTheServerHasChanged(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	l.server.Refuse = func(o sim.Op) string {
		if string(o.ID) == `"bad"` {
			return "no"
		}
		return ""
	}
	other := newClient(t, l, store.SyncOptions{})
	list := tabs(t, syncBlog, 2, 1000)
	session, err := list[0].NewSyncSession(store.SyncOptions{})
	require.NoError(t, err)
	a := &client{Store: list[0], SyncSession: session, line: l}
	require.NoError(t, a.Prepare(ctx))
	require.NoError(t, store.Follow(list[1]))
	var heard []string
	_, err = list[1].Observe("Post", func(events []store.Event) {
		for _, e := range events {
			heard = append(heard, fmt.Sprint(e.Source, " ", e.Op, " ", e.Record.ID()))
		}
	})
	require.NoError(t, err)
	hears := func(want ...string) {
		t.Helper()
		require.NoError(t, store.Follow(list[1]))
		require.Equal(t, want, heard)
		heard = nil
	}
	create(t, a.Store, "Post", store.Fields{"id": "mine"})
	create(t, a.Store, "Post", store.Fields{"id": "bad"})
	hears("OTHER_TAB INSERT mine", "OTHER_TAB INSERT bad")
	create(t, other.Store, "Post", store.Fields{"id": "theirs"})
	other.sync(t)
	a.sync(t)
	hears("SYNC DELETE bad", "SYNC INSERT theirs")
	a.edit(t, "Post", "theirs", store.Fields{"title": "mine"})
	hears("OTHER_TAB UPDATE theirs")
	other.edit(t, "Post", "theirs", store.Fields{"body": "theirs"})
	other.sync(t)
	a.sync(t)
	hears("SYNC UPDATE theirs")
	require.NoError(t, a.Clear(ctx, store.WithUnsent()))
	hears("OTHER_TAB DELETE mine", "OTHER_TAB DELETE theirs")
}
