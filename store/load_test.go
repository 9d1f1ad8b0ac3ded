//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// watching is a Backend that knows which blocks were read.
type watching struct {
	log.Backend
	mu     sync.Mutex
	blocks map[uint64]int
}

func watchBlocks(b log.Backend) *watching { return &watching{Backend: b, blocks: map[uint64]int{}} }

func (w *watching) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	w.mu.Lock()
	for _, id := range ids {
		w.blocks[id]++
	}
	w.mu.Unlock()
	return w.Backend.Blocks(ctx, ids)
}

// models returns which models' blocks were read since it was last asked.
func (w *watching) models(t *testing.T) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	snapshot, err := w.Read(ctx, 0)
	require.NoError(t, err)
	m, err := log.ReadManifest(snapshot.Manifest)
	require.NoError(t, err)
	list := []string{}
	for _, s := range m.Segments {
		read := 0
		for _, b := range s.Blocks {
			require.LessOrEqual(t, w.blocks[b.ID], 1, "no block is read twice")
			read += w.blocks[b.ID]
		}
		if read > 0 && s.Model[0] != '@' { // that is the store's own
			require.Equal(t, len(s.Blocks), read)
			list = append(list, s.Model)
		}
	}
	w.blocks = map[uint64]int{}
	return list
}

// shelves returns a storage with blocks of several models and an entry behind them.
func shelves(t *testing.T) *memory.Backend {
	storage := memory.New()
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: storage.Handle()}, 1000, 300))
	for i := range 12 {
		a := create(t, st, "Author", store.Fields{"id": fmt.Sprint("a", i), "name": "Ada"})
		b := create(t, st, "Book", store.Fields{"id": fmt.Sprint("b", i), "title": "t", "author": a})
		create(t, st, "Chapter", store.Fields{"part": "1", "number": i, "book": b})
		create(t, st, "Floor", store.Fields{"id": fmt.Sprint("f", i), "level": i})
	}
	require.NoError(t, store.Fold(st))
	create(t, st, "Floor", store.Fields{"id": "last", "level": 99})
	_, err := st.DeleteKey(ctx, "Floor", "f3")
	require.NoError(t, err)
	require.NoError(t, st.Close())
	return storage
}

func TestLoad_OpeningReadsNoRowsAndAVerbThoseOfItsModels(t *testing.T) {
	b := watchBlocks(memory.New())
	open := func() *store.Store {
		b.Backend = shelves(t) // of its own for each verb: some write
		return storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: b, Preload: -1})
	}
	floors := []string{"f0", "f1", "f2", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "last"}
	for name, c := range map[string]struct {
		verb func(st *store.Store) error
		want []string
	}{
		"opening": {func(*store.Store) error { return nil }, []string{}},
		"a query of one model": {func(st *store.Store) error {
			require.Equal(t, floors, ids(t, st, "Floor"))
			return nil
		}, []string{"Floor"}},
		"a record by its key": {func(st *store.Store) error {
			r, err := st.Get(ctx, "Floor", "last")
			require.NotNil(t, r)
			return err
		}, []string{"Floor"}},
		"a count": {func(st *store.Store) error {
			n, err := st.Count(store.Query{Model: "Author", Limit: -1})
			require.Equal(t, 12, n)
			return err
		}, []string{"Author"}},
		"a predicate over a relation": {func(st *store.Store) error {
			n, err := st.Count(store.Query{Model: "Chapter", Limit: -1, Where: []byte(`{"relation":"book","some":{"field":"title","op":"eq","value":"t"}}`)})
			require.Equal(t, 12, n)
			return err
		}, []string{"Book", "Chapter"}},
		"a query with a relation": {func(st *store.Store) error {
			list, err := st.Query(ctx, "Author", store.Include("books"))
			require.Len(t, list[3].Included("books"), 1)
			return err
		}, []string{"Author", "Book"}},
		"a save": {func(st *store.Store) error {
			return puts(put("Chapter", `{"part":"2","number":1,"bookChaptersId":"b3"}`)).run(st)
		}, []string{"Book", "Chapter"}},
		"a transaction, verb by verb": {func(st *store.Store) error {
			return st.Transaction(ctx, func(tx *store.Tx) error {
				if r, err := tx.Get(ctx, "Floor", "last"); r == nil || err != nil {
					return fmt.Errorf("%v, %v", r, err)
				}
				n, err := tx.Count(store.Query{Model: "Author", Limit: -1})
				require.Equal(t, 12, n)
				return err
			})
		}, []string{"Author", "Floor"}},
		"a live query": {func(st *store.Store) error {
			l, err := st.Live("Floor")
			require.NoError(t, err)
			a, err := l.Answer()
			require.Equal(t, 12, a.Total)
			return err
		}, []string{"Floor"}},
		"a clear": {func(st *store.Store) error {
			require.NoError(t, st.Clear(ctx))
			require.Empty(t, ids(t, st, "Author"))
			return nil
		}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			st := open()
			require.NoError(t, c.verb(st))
			require.ElementsMatch(t, c.want, b.models(t))
			require.NoError(t, st.Close())
		})
	}
}

func TestLoad_AnImpatientStoreSaysWhatItLacksAndHasDoneNothing(t *testing.T) {
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: shelves(t), Preload: -1, Impatient: true})
	version := store.Version(st)
	save := []store.Put{put("Chapter", `{"part":"2","number":1,"bookChaptersId":"b3"}`)}
	_, err := st.BeginSave(save)
	require.ErrorIs(t, err, store.ErrNotLoaded)
	require.Equal(t, []string{"Book", "Chapter"}, store.LackingOf(err).Models)
	require.Less(t, store.Version(st), version+3)
	tx := st.BeginTransaction()
	_, err = tx.FindKey("Floor", []byte(`["last"]`))
	require.ErrorIs(t, err, store.ErrNotLoaded)
	require.NoError(t, st.Load(ctx, store.LackingOf(err).Models...))
	rows, err := tx.FindKey("Floor", []byte(`["last"]`))
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.NoError(t, tx.Rollback())

	require.NoError(t, st.Load(ctx, "Book", "Chapter"))
	require.NoError(t, puts(save...).run(st))
	require.Len(t, ids(t, st, "Chapter"), 13)

	for _, m := range st.Stats().Models {
		loaded := m.Model == "Book" || m.Model == "Chapter" || m.Model == "Floor"
		if m.Rows > 0 {
			require.Equal(t, loaded, m.Loaded, m.Model)
		}
		if m.Model == "Author" {
			require.Equal(t, 12, m.Rows)
		}
	}
}

func TestLoad_FoldingLeavesBlocksAloneOfModelsThatAreNotInMemory(t *testing.T) {
	storage := shelves(t)
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: storage.Handle(), Preload: -1}, 1000, 300))
	before := read(t, storage)
	require.NoError(t, store.Fold(st))
	for _, m := range st.Stats().Models {
		if m.Rows > 0 {
			require.Equal(t, m.Model == "Floor", m.Loaded, "the log has done something to floors alone")
		}
	}
	after := read(t, storage)
	require.Empty(t, after.entries)
	changed := 0
	for _, block := range before.blocks {
		if !holds(after, block.ID) {
			changed++
		}
	}
	require.Positive(t, changed)
	require.Less(t, changed, len(before.blocks)/2)
	require.Len(t, ids(t, st, "Author"), 12)
}

func TestLoad_OfWhatStorageRefusesFailsTheVerbAndIsTriedAgain(t *testing.T) {
	storage := shelves(t)
	s := storetest.Schema(t, storetest.Library)
	met := 0
	for n := range 12 {
		b := &unwilling{Backend: storage.Handle(), left: n + 1} // behind the one of the store's own
		st, err := store.Open(ctx, store.Options{Schema: s, Backend: b, Preload: -1})
		require.NoError(t, err)
		for _, m := range []string{"Author", "Book", "Chapter", "Floor"} {
			list, err := st.Query(ctx, m)
			if err != nil {
				require.ErrorIs(t, err, store.ErrUnavailable)
				met++
				list, err = st.Query(ctx, m)
			}
			require.NoError(t, err)
			require.Len(t, list, 12)
		}
		problems, err := st.Check(ctx) // which reads everything again
		if err != nil {
			problems, err = st.Check(ctx)
		}
		require.NoError(t, err)
		require.Empty(t, problems)
		require.NoError(t, st.Close())
	}
	require.GreaterOrEqual(t, met, 4)
}

// unwilling is a Backend that fails once, when blocks are read for the nth time.
type unwilling struct {
	log.Backend
	mu   sync.Mutex
	left int
}

func (r *unwilling) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	r.mu.Lock()
	r.left--
	now := r.left == -1
	r.mu.Unlock()
	if now {
		return nil, &store.Error{Code: store.ErrUnavailable, Message: "by order of the test"}
	}
	return r.Backend.Blocks(ctx, ids)
}

func TestLoad_BehindTheOpeningUnlessTheStoreIsLarge(t *testing.T) {
	storage := shelves(t)
	s := storetest.Schema(t, storetest.Library)
	all := func(st *store.Store) (loaded, not int) {
		for _, m := range st.Stats().Models {
			if m.Loaded {
				loaded++
			} else {
				not++
			}
		}
		return loaded, not
	}
	large := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Preload: 10})
	small := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()})
	for _, not := all(small); not > 0; _, not = all(small) {
		runtime.Gosched() // the test ends with the others' time if it never comes
	}
	_, not := all(large)
	require.Equal(t, 4, not)
}
