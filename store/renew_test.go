//go:build !js || sdl

package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

func TestTabs_RowsStayWhereTheyAreWhenAnotherHasFoldedWhatIsKnown(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, counters)
	open := func() *store.Store {
		return storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storetest.Deaf{Backend: storage.Handle()}}, 1000, 400))
	}
	busy, idle := open(), open()
	find := func() store.Found {
		found, err := idle.Find(store.Query{Model: "Note", Limit: -1})
		require.NoError(t, err)
		return found
	}
	create(t, busy, "Counter", store.Fields{"id": "c", "n": 0})
	require.NoError(t, store.Fold(busy)) // for the first time, with which all is read anew
	require.NoError(t, store.Follow(idle))
	before := find()
	for i := range 60 {
		create(t, busy, "Note", store.Fields{"id": fmt.Sprint(i), "text": "0123456789"})
		if i%3 == 2 {
			_, err := busy.DeleteKey(ctx, "Note", fmt.Sprint(i-1))
			require.NoError(t, err)
		}
		require.NoError(t, store.Follow(idle))
		if i%7 == 6 { // of which the other does not know when it folds
			create(t, idle, "Note", store.Fields{"id": fmt.Sprint("own", i)})
			_, err := idle.DeleteKey(ctx, "Note", fmt.Sprint(i-4))
			require.NoError(t, err)
		}
		if i%3 == 0 {
			require.NoError(t, store.Fold(busy))
			require.NoError(t, store.Follow(idle))
			require.NoError(t, store.Follow(busy))
		}
		if i%7 != 6 {
			require.Equal(t, ids(t, busy, "Note"), ids(t, idle, "Note"))
		}
		problems, err := idle.Check(ctx)
		require.NoError(t, err)
		require.Empty(t, problems)
	}
	require.Greater(t, store.Generation(idle), uint64(18), "the other has folded the log, and it has heard of it")
	require.Equal(t, before.Epoch, find().Epoch, "row numbers have the meaning that they had")

	// It knows which blocks hold what: of what it folds itself only what changed is written.
	blocks := read(t, storage)
	require.NoError(t, busy.Close())
	require.Greater(t, len(blocks.blocks), 3)
	require.NoError(t, store.Follow(idle))
	create(t, idle, "Note", store.Fields{"id": "0", "text": "another"})
	require.NoError(t, store.Fold(idle))
	written := 0
	for _, b := range read(t, storage).blocks {
		if !holds(blocks, b.ID) {
			written++
		}
	}
	require.LessOrEqual(t, written, 2, "of %d", len(blocks.blocks))
}

func holds(s *stored, id uint64) bool {
	for _, b := range s.blocks {
		if b.ID == id {
			return true
		}
	}
	return false
}
