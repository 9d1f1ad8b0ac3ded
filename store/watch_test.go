//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// hearing opens several stores that are told of each other's writes.
func hearing(t testing.TB, sdl string, n, entries int) []*store.Store {
	t.Helper()
	storage, s := memory.New(), storetest.Schema(t, sdl)
	list := make([]*store.Store, n)
	for i := range list {
		list[i] = storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle()}, entries, 400))
	}
	return list
}

func TestTabs_HearOfEachOthersCommitsWithoutWriting(t *testing.T) {
	for name, entries := range map[string]int{"log": 1000, "folded": 3} {
		t.Run(name, func(t *testing.T) {
			stores := hearing(t, counters, 3, entries)
			var mu sync.Mutex
			var told []string
			_, err := stores[2].Observe("Note", func(events []store.Event) {
				mu.Lock()
				defer mu.Unlock()
				for _, e := range events {
					require.Equal(t, store.OtherTab, e.Source)
					told = append(told, e.Record.ID())
				}
			})
			require.NoError(t, err)
			live, err := stores[2].Live("Note")
			require.NoError(t, err)
			_, err = live.Answer()
			require.NoError(t, err)
			var want []string
			for i := range 20 {
				create(t, stores[i%2], "Note", store.Fields{"id": fmt.Sprint(i)})
				want = append(want, fmt.Sprint(i))
			}
			require.NoError(t, store.Settle(stores[2]))
			require.Equal(t, want, ids(t, stores[2], "Note"))
			mu.Lock()
			require.Equal(t, want, told)
			mu.Unlock()
			a, _, err := live.Next()
			require.NoError(t, err)
			require.Equal(t, len(want), a.Total)
		})
	}
}

func TestTabs_ThatAreNotToldLookWhenTheyAreWoken(t *testing.T) {
	stores := tabs(t, counters, 2, 4)
	for i := range 10 {
		create(t, stores[0], "Note", store.Fields{"id": fmt.Sprint(i)})
		stores[1].Wake()
		require.NoError(t, store.Settle(stores[1]))
		require.Len(t, ids(t, stores[1], "Note"), i+1)
	}
}

// witness is a place beside the storage.
type witness struct {
	sync.Mutex
	identity string
	sequence uint64
}

func (w *witness) Seen() (string, uint64) {
	w.Lock()
	defer w.Unlock()
	return w.identity, w.sequence
}

func (w *witness) Confirm(context.Context) (string, uint64) { return w.Seen() }

func (w *witness) Saw(identity string, sequence uint64) {
	w.Lock()
	defer w.Unlock()
	if w.identity == "" || identity == w.identity && sequence > w.sequence {
		w.identity, w.sequence = identity, sequence
	}
}

func (w *witness) Lost(identity string, sequence uint64) {
	w.Lock()
	defer w.Unlock()
	w.identity, w.sequence = identity, sequence
}

// notices keeps what a store tells of itself.
type notices struct {
	sync.Mutex
	list []store.Notice
}

func (n *notices) tell(notice store.Notice) {
	n.Lock()
	defer n.Unlock()
	n.list = append(n.list, notice)
}

func (n *notices) types() []store.NoticeType {
	n.Lock()
	defer n.Unlock()
	list := []store.NoticeType{}
	for _, notice := range n.list {
		list = append(list, notice.Type)
	}
	return list
}

func TestReset_IsNoticedWhenAStoreIsOpened(t *testing.T) {
	s, w := storetest.Schema(t, counters), &witness{}
	open := func(b log.Backend) (*store.Store, *notices) {
		n := &notices{}
		st, err := store.Open(ctx, store.Options{Schema: s, Backend: b, Witness: w, Notice: n.tell})
		require.NoError(t, err)
		return st, n
	}
	storage := memory.New()
	st, n := open(storage.Handle())
	for i := range 5 {
		create(t, st, "Note", store.Fields{"id": fmt.Sprint(i)})
	}
	require.NoError(t, st.Close())
	require.Empty(t, n.types(), "the first time nothing can be missing")

	st, n = open(storage.Handle())
	require.NoError(t, st.Close())
	require.Empty(t, n.types(), "all is there")

	short := prefix(t, storage, 3)
	st, n = open(short.Handle())
	require.Equal(t, []store.NoticeType{store.NoticeReset}, n.types())
	require.Equal(t, []uint64{5, 3}, []uint64{n.list[0].Before, n.list[0].Now})
	require.True(t, n.list[0].Emptied, "a storage in memory that was copied is another one")
	create(t, st, "Note", store.Fields{"id": "later"})
	require.Equal(t, []string{"0", "1", "2", "later"}, ids(t, st, "Note"))
	require.NoError(t, st.Close())

	st, n = open(short.Handle())
	require.NoError(t, st.Close())
	require.Empty(t, n.types(), "a loss is told once")
}

// overtaken is a Backend to which somebody else writes just after it was read.
type overtaken struct {
	log.Backend
	write func()
}

func (b overtaken) Read(ctx context.Context, after uint64) (log.Snapshot, error) {
	snapshot, err := b.Backend.Read(ctx, after)
	b.write()
	return snapshot, err
}

func TestReset_IsNotWhatOthersWroteWhileAStoreIsOpened(t *testing.T) {
	s, w, storage, n := storetest.Schema(t, counters), &witness{}, memory.New(), &notices{}
	other := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Witness: w})
	create(t, other, "Note", store.Fields{"id": "0"})
	writes := 0
	b := overtaken{storage.Handle(), func() {
		if writes++; writes < 3 {
			create(t, other, "Note", store.Fields{"id": fmt.Sprint(writes)})
		}
	}}
	st := storetest.OpenWith(t, store.Options{Schema: s, Backend: b, Witness: w, Notice: n.tell})
	require.NoError(t, store.Follow(st))
	require.Positive(t, writes)
	require.Empty(t, n.types())
}

func TestReset_OfAStorageThatIsNoMoreIsNotNoted(t *testing.T) {
	s, w := storetest.Schema(t, counters), &witness{}
	old := storetest.OpenWith(t, store.Options{Schema: s, Backend: memory.New(), Witness: w})
	create(t, old, "Note", store.Fields{"id": "0"})
	w.Lost("", 0) // removed on purpose
	fresh := memory.New()
	storetest.OpenWith(t, store.Options{Schema: s, Backend: fresh.Handle(), Witness: w})
	create(t, old, "Note", store.Fields{"id": "1"}) // its last words come late
	n := &notices{}
	storetest.OpenWith(t, store.Options{Schema: s, Backend: fresh.Handle(), Witness: w, Notice: n.tell})
	require.Empty(t, n.types())
}

// prefix returns a storage with the first entries of a log.
func prefix(t *testing.T, b *memory.Backend, n int) *memory.Backend {
	t.Helper()
	snapshot, err := b.Handle().Read(ctx, 0)
	require.NoError(t, err)
	require.Zero(t, snapshot.Generation)
	short := memory.New()
	for _, e := range snapshot.Entries[:n] {
		require.NoError(t, short.Append(ctx, log.Append{Sequence: e.Sequence, Data: e.Data}))
	}
	return short
}

// swapped is a Backend that comes to have another storage beneath.
type swapped struct {
	log.Backend
	watcher log.Watcher
}

func (s *swapped) Watch(w log.Watcher) { s.watcher = w }

// A storage that was emptied while the store was open is followed, and told of, but
// nobody hears of deletions; what was not yet written is written there.
func TestReset_WhileAStoreIsOpenIsNoDeletion(t *testing.T) {
	for name, kept := range map[string]int{"emptied": 0, "rolled back": 2} {
		t.Run(name, func(t *testing.T) {
			storage, n := memory.New(), &notices{}
			b := &swapped{Backend: storage}
			st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, counters), Backend: b, Notice: n.tell})
			for i := range 4 {
				create(t, st, "Note", store.Fields{"id": fmt.Sprint(i)})
			}
			deleted := 0
			_, err := st.Observe("", func(events []store.Event) {
				for _, e := range events {
					if e.Op == store.Deleted {
						deleted++
					}
				}
			})
			require.NoError(t, err)
			b.watcher.Lost(store.ErrUnavailable)
			b.Backend = prefix(t, storage, kept)
			b.watcher.Restored()
			create(t, st, "Note", store.Fields{"id": "later"})
			want := []string{"0", "1", "2", "3"}[:kept]
			require.Equal(t, []store.NoticeType{store.NoticeReconnecting, store.NoticeReconnected, store.NoticeReset}, n.types())
			require.Equal(t, uint64(4), n.list[2].Before)
			require.Equal(t, append(want, "later"), ids(t, st, "Note"))
			require.Zero(t, deleted)
		})
	}
}

func TestEnded_StorageEndsTheStoreWithItsReason(t *testing.T) {
	n := &notices{}
	b := &swapped{Backend: memory.New()}
	st, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, counters), Backend: b, Notice: n.tell})
	require.NoError(t, err)
	live, err := st.Live("Note")
	require.NoError(t, err)
	b.watcher.Ended(&store.Error{Code: store.ErrFormat, Message: "a newer version changed it"})
	_, err = live.Answer()
	require.ErrorIs(t, err, store.ErrFormat)
	_, err = st.Query(ctx, "Note")
	require.ErrorIs(t, err, store.ErrFormat)
	require.NoError(t, st.Close())
	require.Equal(t, []store.NoticeType{store.NoticeReload}, n.types())
}

func TestQuota_IsToldOnceUntilThereIsRoomAgain(t *testing.T) {
	n := &notices{}
	g := newGate(memory.New())
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, counters), Backend: g, Notice: n.tell})
	save := func(failure error) {
		c, err := st.BeginSave([]store.Put{put("Note", `{}`)})
		require.NoError(t, err)
		g.let(failure)
		require.ErrorIs(t, c.Wait(ctx), failure)
	}
	for range 3 {
		save(quota)
	}
	save(nil)
	save(quota)
	require.Equal(t, []store.NoticeType{store.NoticeQuota, store.NoticeQuota}, n.types())
}
