//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

func TestFold_BlocksStayAsTheyAreWhereNothingChanged(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, counters)
	open := func() *store.Store {
		return storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle()}, 1, 500))
	}
	st := open()
	for i := range 100 {
		create(t, st, "Note", store.Fields{"id": fmt.Sprint(i), "text": "0123456789"})
	}
	require.NoError(t, store.Rest(st))
	before := read(t, storage)
	require.Less(t, len(before.blocks), 30, "a block that is not full takes in what follows")
	for _, reopen := range []bool{false, true} {
		if reopen {
			require.NoError(t, st.Close())
			st = open()
		}
		create(t, st, "Note", store.Fields{"id": "50", "text": fmt.Sprint("changed", reopen)})
		require.NoError(t, store.Rest(st))
		after := read(t, storage)
		require.Empty(t, after.entries)
		fresh := 0
		for _, b := range after.blocks {
			if !slices.ContainsFunc(before.blocks, func(o log.Block) bool { return o.ID == b.ID }) {
				fresh++
			}
		}
		require.Equal(t, 1, fresh, "one of %d blocks was written", len(after.blocks))
		before = after
	}
	require.Len(t, ids(t, st, "Note"), 100)
}

func TestClear_TakesLittleRoomAndGivesAllBack(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, counters)
	open := func() *store.Store {
		return storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle()}, 2, 500))
	}
	st := open()
	stranger := storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storetest.Deaf{Backend: storage.Handle()}}, 2, 500))
	require.NoError(t, store.Follow(stranger)) // and not later
	for i := range 10 {
		var list []store.Put
		for k := range 100 {
			list = append(list, put("Note", fmt.Sprintf(`{"id":"%d-%d"}`, i, k)))
		}
		require.NoError(t, puts(list...).run(st))
	}
	require.NoError(t, st.Close())
	old, entry := read(t, storage), storage.Handle()
	require.NotEmpty(t, old.blocks)

	require.Empty(t, ids(t, stranger, "Note"), "it has not heard of them")
	require.NoError(t, stranger.Clear(ctx))
	now := read(t, storage)
	require.Len(t, now.blocks, 1, "the schema")
	require.Empty(t, now.entries)
	for _, b := range old.blocks {
		if b.ID == now.blocks[0].ID {
			continue
		}
		data, err := entry.Blocks(ctx, []uint64{b.ID})
		require.NoError(t, err)
		require.Nil(t, data[0])
	}

	m := &meter{Backend: storage.Handle()}
	again := storetest.OpenWith(t, store.Options{Schema: s, Backend: m})
	for i := range 100 {
		create(t, again, "Note", store.Fields{"id": fmt.Sprint(i)})
	}
	require.NoError(t, again.Clear(ctx))
	require.Less(t, m.last, 100, "the entry does not grow with what is removed")
}

// meter is a Backend that knows how long the last entry was.
type meter struct {
	log.Backend
	last int
}

func (m *meter) Append(ctx context.Context, a log.Append) error {
	m.last = len(a.Data)
	return m.Backend.Append(ctx, a)
}

func TestClose_FoldsALongLogForWhoOpensNext(t *testing.T) {
	s := storetest.Schema(t, counters)
	for _, c := range []struct {
		records int
		folded  bool
	}{{5, false}, {100, true}} {
		storage := memory.New()
		never := make(chan struct{})
		t.Cleanup(func() { close(never) })
		st := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Idle: func() { <-never }})
		for i := range c.records {
			create(t, st, "Note", store.Fields{"id": fmt.Sprint(i), "text": strings.Repeat("0123456789", 5_000)})
		}
		require.Len(t, read(t, storage).entries, c.records)
		require.NoError(t, st.Close())
		require.Equal(t, c.folded, len(read(t, storage).entries) == 0)
		require.Len(t, ids(t, storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()}), "Note"), c.records)
	}
}
