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

// versions are one app's schema as it changes.
var versions = []string{
	`type Post @model(timestamps: null) { id: ID! title: String! stars: Int at: Point }
	 type Point { x: Int }
	 type Draft @model(timestamps: null) { id: ID! text: String }`,
	`type Post @model(timestamps: null) { id: ID! lang: String! @default(value: "en") title: String! at: Point notes: [Note] @hasMany }
	 type Point { x: Int y: Int }
	 type Note @model(timestamps: null) { id: ID! text: String }`,
	`type Post @model(timestamps: null) { id: ID! title: String! @index stars: Float lang: String }
	 type Draft @model(timestamps: null) { id: ID! text: String words: Int }`,
}

// version opens the storage with one version of the schema.
func version(t *testing.T, storage *memory.Backend, n, entries int) *store.Store {
	t.Helper()
	return storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, versions[n]), Backend: storage.Handle()}, entries, 200))
}

func TestOpen_ReadsWhatOlderVersionsOfTheSchemaWrote(t *testing.T) {
	for _, entries := range []int{1, 2, 5, 1000} { // folded at once, now and then, never
		t.Run(fmt.Sprint("folded after ", entries), func(t *testing.T) {
			storage := memory.New()
			st := version(t, storage, 0, entries)
			for i := range 3 {
				create(t, st, "Post", store.Fields{"id": fmt.Sprint(i), "title": "t", "stars": i, "at": map[string]any{"x": i}})
				create(t, st, "Draft", store.Fields{"id": fmt.Sprint(i), "text": "d"})
			}
			require.NoError(t, st.Close())

			st = version(t, storage, 1, entries)
			require.Equal(t, `{"id":"1","lang":"en","title":"t","at":{"x":1,"y":null}}`, texts(t, st, "Post")[1])
			p, err := st.Get(ctx, "Post", "0")
			require.NoError(t, err)
			p, err = p.With(store.Fields{"lang": "de", "at": map[string]any{"y": 5}})
			require.NoError(t, err)
			p, err = st.Save(ctx, p)
			require.NoError(t, err)
			create(t, st, "Note", store.Fields{"id": "n", "postNotesId": p.ID()})
			_, err = st.DeleteKey(ctx, "Post", "2")
			require.NoError(t, err)
			require.NoError(t, st.Close())

			st = version(t, storage, 2, entries)
			require.Equal(t, `{"id":"0","title":"t","stars":null,"lang":"de"}`, texts(t, st, "Post")[0])
			require.Equal(t, []string{"0", "1"}, ids(t, st, "Post"))
			require.Equal(t, []string{"0", "1", "2"}, ids(t, st, "Draft"), "records of a model that was left out are kept")
			_, err = st.DeleteKey(ctx, "Draft", "1")
			require.NoError(t, err)
			require.NoError(t, st.Close())

			st = version(t, storage, 1, entries)
			require.Equal(t, []string{"n"}, ids(t, st, "Note"))
			require.NoError(t, st.Clear(ctx))
			require.NoError(t, st.Close())
			for n := range versions {
				st = version(t, storage, n, entries)
				for _, m := range st.Schema().Models {
					require.Empty(t, ids(t, st, m.Name), "clear removes what the schema does not have, too")
				}
				require.NoError(t, st.Close())
			}
		})
	}
}

func TestOpen_RefusesASchemaThatStoredRecordsDoNotFit(t *testing.T) {
	storage := memory.New()
	st := version(t, storage, 0, 1000)
	create(t, st, "Post", store.Fields{"id": "1", "title": "t"})
	require.NoError(t, st.Close())
	for want, sdl := range map[string]string{
		"open Post.body: is required now, and stored records have no value for it: make it optional or give it a @default": `type Post @model { id: ID! body: String! }`,
		"open Post.title: stored records do not fit the new type: Post.title: must be an integer, got \"t\"":               `type Post @model { id: ID! title: Int }`,
		"open Post: the primary key of stored records is another one; keep the old key, or give the model a new name":      `type Post @model { id: ID! title: String! @primaryKey }`,
	} {
		_, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, sdl), Backend: storage.Handle()})
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, store.ErrSchemaChanged)
	}
	require.Equal(t, []string{"1"}, ids(t, version(t, storage, 0, 1000), "Post"), "and storage stays as it was")
}

// filled returns a storage with blocks and entries.
func filled(t *testing.T) (*memory.Backend, *storetest.Reference) {
	t.Helper()
	storage, s := memory.New(), storetest.Schema(t, storetest.Library)
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle(), Clock: func() int64 { return noon }}, 7, 300))
	for i := range 18 {
		a := create(t, st, "Author", store.Fields{"id": fmt.Sprint("a", i), "name": "Ada", "tags": []string{"x"}})
		create(t, st, "Book", store.Fields{"id": fmt.Sprint("b", i), "title": "t", "author": a})
	}
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

func TestFold_BlocksStayAsTheyAreWhereNothingChanged(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, counters)
	open := func() *store.Store {
		return storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle()}, 1, 500))
	}
	st := open()
	for i := range 100 {
		create(t, st, "Note", store.Fields{"id": fmt.Sprint(i), "text": "0123456789"})
	}
	require.NoError(t, store.Follow(st))
	before := read(t, storage)
	for _, reopen := range []bool{false, true} {
		if reopen {
			require.NoError(t, st.Close())
			st = open()
		}
		create(t, st, "Note", store.Fields{"id": "50", "text": fmt.Sprint("changed", reopen)})
		require.NoError(t, store.Follow(st))
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
