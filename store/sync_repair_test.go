//go:build !js || sdl

package store_test

import (
	"math/rand"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// Whatever of a store that syncs is damaged: when it was repaired it syncs again, has
// all that the server has, and deletes nothing there.
func TestRepair_OfAStoreThatSyncsPullsWhatWasLostAndDeletesNothing(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	storage := memory.New()
	options := func(b store.Backend) store.Options {
		return store.Small(store.Options{Schema: storetest.Schema(t, syncBlog), Backend: b}, 12, 300)
	}
	st, err := store.Open(ctx, options(storage.Handle()))
	require.NoError(t, err)
	session, err := st.NewSyncSession(store.SyncOptions{})
	require.NoError(t, err)
	require.NoError(t, session.Prepare(ctx))
	a := &client{Store: st, SyncSession: session, line: l}
	for i := range 20 {
		blog := create(t, st, "Blog", store.Fields{"id": "b" + strconv.Itoa(i)})
		create(t, st, "Post", store.Fields{"id": "p" + strconv.Itoa(i), "blog": blog})
	}
	a.sync(t)
	for i := range 6 {
		a.edit(t, "Post", "p"+strconv.Itoa(i), store.Fields{"title": "pending"})
		create(t, st, "Draft", store.Fields{"id": "d" + strconv.Itoa(i)})
	}
	require.NoError(t, st.Close())
	whole := read(t, storage)
	before := len(l.server.Rows())
	random := rand.New(rand.NewSource(1))
	for flip := range 300 / share {
		list := whole.all()
		data := list[random.Intn(len(list))]
		at, bit := random.Intn(len(data)), byte(1)<<random.Intn(8)
		data[at] ^= bit
		damaged := whole.storage(t)
		data[at] ^= bit
		_, err := store.Repair(ctx, options(damaged.Handle()))
		require.NoError(t, err)

		st := storetest.OpenWith(t, options(damaged.Handle()))
		session, err := st.NewSyncSession(store.SyncOptions{})
		require.NoError(t, err)
		require.NoError(t, session.Prepare(ctx))
		again := &client{Store: st, SyncSession: session, line: l}
		again.sync(t)
		again.sync(t)
		problems, err := st.Check(ctx)
		require.NoError(t, err)
		require.Empty(t, problems, "flip %d", flip)
		rows := l.server.Rows()
		require.GreaterOrEqual(t, len(rows), before, "flip %d", flip)
		require.Len(t, rows, len(ids(t, st, "Blog"))+len(ids(t, st, "Post"))+len(ids(t, st, "Draft")), "flip %d", flip)
		require.NoError(t, st.Close())
	}
}
