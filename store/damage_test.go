//go:build !js || sdl

package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// filled returns a storage with blocks and entries.
func filled(t *testing.T) (*memory.Backend, *storetest.Reference) {
	t.Helper()
	storage, s := memory.New(), storetest.Schema(t, storetest.Library)
	open := func(entries int) *store.Store {
		return storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle(), Clock: func() int64 { return noon }}, entries, 300))
	}
	st := open(7)
	for i := range 18 {
		a := create(t, st, "Author", store.Fields{"id": fmt.Sprint("a", i), "name": "Ada", "tags": []string{"x"}})
		create(t, st, "Book", store.Fields{"id": fmt.Sprint("b", i), "title": "t", "author": a})
	}
	require.NoError(t, st.Close())
	st = open(1000) // what follows stays in the log
	create(t, st, "Author", store.Fields{"id": "last", "name": "Ada"})
	_, err := st.DeleteKey(ctx, "Author", "a3")
	require.NoError(t, err)
	want, err := storetest.NewReference(s, noonText).Read(st)
	require.NoError(t, err)
	require.NoError(t, st.Close())
	return storage, want
}

// stored is everything that a storage holds, to be damaged.
type stored struct {
	manifest []byte
	entries  []log.Entry
	blocks   []log.Block
}

func (s *stored) all() [][]byte {
	list := [][]byte{s.manifest}
	for _, e := range s.entries {
		list = append(list, e.Data)
	}
	for _, b := range s.blocks {
		list = append(list, b.Data)
	}
	return list
}

func read(t *testing.T, storage *memory.Backend) *stored {
	snapshot, err := storage.Read(ctx, 0)
	require.NoError(t, err)
	s := &stored{manifest: snapshot.Manifest, entries: snapshot.Entries}
	m, err := log.ReadManifest(snapshot.Manifest)
	require.NoError(t, err)
	for _, segment := range m.Segments {
		for _, info := range segment.Blocks {
			data, err := storage.Blocks(ctx, []uint64{info.ID})
			require.NoError(t, err)
			s.blocks = append(s.blocks, log.Block{ID: info.ID, Data: data[0]})
		}
	}
	return s
}

// storage returns a new storage that holds s.
func (s *stored) storage(t *testing.T) *memory.Backend {
	b := memory.New()
	require.NoError(t, b.Replace(ctx, log.Replace{Manifest: s.manifest, Put: s.blocks}))
	for _, e := range s.entries {
		require.NoError(t, b.Append(ctx, log.Append{Generation: 1, Sequence: e.Sequence, Data: e.Data}))
	}
	return b
}

const flips = 3000

func TestOpen_SaysThatDamagedBytesAreDamaged(t *testing.T) {
	storage, want := filled(t)
	whole := read(t, storage)
	require.Greater(t, len(whole.blocks), 8)
	require.NotEmpty(t, whole.entries)
	open := func(s *stored) error {
		st, err := store.Open(ctx, store.Options{Schema: want.Schema, Backend: s.storage(t)})
		if err != nil {
			return err
		}
		got, err := want.Read(st)
		require.NoError(t, err)
		require.Equal(t, want.String(), got.String(), "silently wrong")
		return st.Close()
	}
	require.NoError(t, open(whole))
	random := rand.New(rand.NewPCG(1, 1))
	for i := range flips {
		list := whole.all()
		bytes := list[random.IntN(len(list))]
		at, bit := random.IntN(len(bytes)), byte(1)<<random.IntN(8)
		bytes[at] ^= bit
		err := open(whole)
		require.Error(t, err, "flip %d", i)
		require.Contains(t, []store.Code{store.ErrCorrupt, store.ErrFormat}, codeOf(err))
		require.True(t, codeOf(err) == store.ErrCorrupt || at == 1, "only the version is another format")
		bytes[at] ^= bit
	}
	for what, damage := range map[string]func(s *stored){
		"a block lost":                   func(s *stored) { s.blocks = s.blocks[1:] },
		"an entry lost":                  func(s *stored) { s.entries = s.entries[1:] },
		"blocks swapped":                 func(s *stored) { s.blocks[0].Data, s.blocks[1].Data = s.blocks[1].Data, s.blocks[0].Data },
		"an entry in place of the other": func(s *stored) { s.entries[0].Data = s.entries[1].Data },
		"a block twice":                  func(s *stored) { s.blocks[0].Data = s.blocks[1].Data },
		"a block cut":                    func(s *stored) { s.blocks[0].Data = s.blocks[0].Data[:50] },
		"an entry cut":                   func(s *stored) { s.entries[0].Data = s.entries[0].Data[:20] },
		"an empty entry":                 func(s *stored) { s.entries[0].Data = nil },
		"an empty manifest":              func(s *stored) { s.manifest = nil },
		"an entry as block":              func(s *stored) { s.blocks[0].Data = s.entries[0].Data },
	} {
		t.Run(what, func(t *testing.T) {
			copied := &stored{whole.manifest, slices.Clone(whole.entries), slices.Clone(whole.blocks)}
			damage(copied)
			require.ErrorIs(t, open(copied), store.ErrCorrupt)
		})
	}
}

func TestFollow_OfDamagedBytesEndsTheStoreAndSaysSo(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, counters)
	st, err := store.Open(ctx, store.Options{Schema: s, Backend: storage.Handle()})
	require.NoError(t, err)
	create(t, st, "Note", store.Fields{"id": "1"})
	require.NoError(t, storage.Append(ctx, log.Append{Sequence: 2, Data: []byte("no entry at all")}))
	r, err := st.New("Note", store.Fields{"id": "2"})
	require.NoError(t, err)
	_, err = st.Save(ctx, r)
	require.ErrorIs(t, err, store.ErrCorrupt)
	_, err = st.Query(ctx, "Note")
	require.ErrorIs(t, err, store.ErrCorrupt, "what is in memory may be half of an entry")
	require.NoError(t, st.Close())
}
