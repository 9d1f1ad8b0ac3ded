//go:build !js || sdl

package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

const (
	spaceRecords = 200
	spaceUpdates = 20_000
	spaceText    = 400 // bytes
)

// spaceLog are the bytes of a log that is to be folded: 256 entries of one record.
const spaceLog = 256 * (spaceText + 200)

// bytesIn returns the bytes in a storage, those that nothing names too.
func bytesIn(t *testing.T, storage *memory.Backend) (blocks, entries int) {
	t.Helper()
	survey, err := storage.Survey(ctx)
	require.NoError(t, err)
	list, err := storage.Blocks(ctx, survey.Blocks)
	require.NoError(t, err)
	for _, block := range list {
		blocks += len(block)
	}
	for _, e := range survey.Entries {
		entries += len(e.Data)
	}
	return blocks, entries
}

// tidied returns when the log is folded, if that was due.
func tidied(t *testing.T, st *store.Store) {
	t.Helper()
	for range 2 { // it is done behind the first at the latest
		require.NoError(t, store.Follow(st))
	}
}

// However often the same records are changed, storage holds them about once and a
// log of bounded length; and next to nothing when they are deleted.
func TestSpace_StaysBoundedHoweverOftenRecordsChange(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, counters)
	st := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()})
	text := func(i int) string { return strings.Repeat(fmt.Sprintf("%08d", i), spaceText/8) }
	var mostBlocks, mostLog, mostTold int
	for i := range spaceUpdates {
		create(t, st, "Note", store.Fields{"id": fmt.Sprint(i * 7 % spaceRecords), "text": text(i)})
		told := st.Stats()
		mostTold = max(mostTold, told.BlockBytes+told.LogBytes)
		if i%50 == 0 {
			blocks, entries := bytesIn(t, storage)
			mostBlocks, mostLog = max(mostBlocks, blocks), max(mostLog, entries)
		}
	}
	tidied(t, st)
	live := 0
	for _, m := range st.Stats().Models {
		live += m.Bytes
	}
	require.Greater(t, live, spaceRecords*spaceText)
	blocks, entries := bytesIn(t, storage)
	t.Logf("%d updates of %d records of %d bytes: at most %d in blocks, %d in the log, %d by stats; %d and %d at the end",
		spaceUpdates, spaceRecords, live/spaceRecords, mostBlocks, mostLog, mostTold, blocks, entries)
	require.LessOrEqual(t, mostBlocks, 4*live)
	require.LessOrEqual(t, mostLog, 2*spaceLog, "an entry or two come in while the log is folded")
	require.LessOrEqual(t, mostTold, 4*live+2*spaceLog)

	for round := range 2 { // as many deletes as have the log folded
		for i := range spaceRecords {
			if round > 0 {
				create(t, st, "Note", store.Fields{"id": fmt.Sprint(i)})
			}
			_, err := st.DeleteKey(ctx, "Note", fmt.Sprint(i))
			require.NoError(t, err)
		}
	}
	tidied(t, st)
	blocks, entries = bytesIn(t, storage)
	t.Logf("when all are deleted one by one %d in blocks, %d in the log", blocks, entries)
	require.Less(t, blocks+entries, spaceLog)
	require.NoError(t, st.Clear(ctx))
	blocks, entries = bytesIn(t, storage)
	t.Logf("when all are deleted %d in blocks, %d in the log", blocks, entries)
	require.Less(t, blocks+entries, 2000, "the schema")
}

// Much that is deleted at once comes back at once, though that is a short entry.
func TestSpace_OfManyBytesDeletedAtOnceComesBack(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, counters)
	st := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()})
	const records, length = 600, 10_000 // more than a log may have
	for i := range records {
		create(t, st, "Note", store.Fields{"id": fmt.Sprint(i), "text": strings.Repeat("x", length)})
	}
	tidied(t, st)
	_, err := st.DeleteWhere(ctx, "Note", predicate.All())
	require.NoError(t, err)
	tidied(t, st)
	blocks, entries := bytesIn(t, storage)
	t.Logf("of %d bytes %d in blocks and %d in the log are left", records*length, blocks, entries)
	require.Less(t, blocks+entries, 2000, "the schema")
}
