//go:build !js || sdl

package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// peeked is what Peek answers, as a record; nil for none.
func peeked(t *testing.T, st *store.Store, m *schema.Model, key ...any) storetest.Row {
	text, err := json.Marshal(key)
	require.NoError(t, err)
	values, err := st.Peek(ctx, m.Name, text)
	require.NoError(t, err)
	if values == nil {
		return nil
	}
	return storetest.RowOf(m, values)
}

func keyOf(m *schema.Model, row storetest.Row) []any {
	var key []any
	for _, i := range m.Key {
		key = append(key, row[m.Fields[i].Name])
	}
	return key
}

// TestPeek_AgreesWithALoadedStore looks for records of random histories, in storage of
// small blocks with a log behind them, before and after their models are loaded.
func TestPeek_AgreesWithALoadedStore(t *testing.T) {
	found, missing := 0, 0
	for seed := *modelSeed; seed < *modelSeed+60; seed++ {
		storage, want := played(t, seed)
		open := func() *store.Store {
			return storetest.OpenWith(t, store.Options{Schema: want.Schema, Backend: storage.Handle(), Preload: -1})
		}
		st := open()
		all := storetest.OpenWith(t, store.Options{Schema: want.Schema, Backend: storage.Handle()})
		for _, loaded := range []bool{false, true} {
			for _, m := range want.Schema.Models {
				if loaded {
					require.NoError(t, st.Load(ctx, m.Name))
				}
				rows, err := storetest.Rows(all, store.Query{Model: m.Name, Limit: -1})
				require.NoError(t, err)
				for _, row := range rows {
					if !loaded && !st.Absent(m) { // enough of it was looked at for all of it to be read
						st = open()
					}
					require.Equal(t, row, peeked(t, st, m, keyOf(m, row)...), "%s, seed %d", m.Name, seed)
					found++
				}
				if len(m.Key) == 1 && (m.Fields[m.Key[0]].Type.Scalar == schema.ID || m.Fields[m.Key[0]].Type.Scalar == schema.String) {
					require.Nil(t, peeked(t, st, m, "nobody has this key"))
					missing++
				}
			}
		}
	}
	require.Greater(t, found, 500)
	require.Greater(t, missing, 50)
}

// filledFloors returns a storage with so many floors, folded into blocks of that size.
func filledFloors(t *testing.T, n, block int) *memory.Backend {
	storage := memory.New()
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: storage.Handle()}, 1<<20, block))
	var records []*store.Record
	for i := range n {
		r, err := st.New("Floor", store.Fields{"id": fmt.Sprint("f", i), "level": i})
		require.NoError(t, err)
		records = append(records, r)
	}
	_, err := st.SaveAll(ctx, records)
	require.NoError(t, err)
	require.NoError(t, store.Fold(st))
	require.NoError(t, st.Close())
	return storage
}

func TestPeek_ReadsTheBlockOfTheRecordAlone(t *testing.T) {
	const n = 2000
	b := watchBlocks(filledFloors(t, n, 1000))
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: b, Preload: -1})
	m := st.Schema().Model("Floor")
	for _, i := range []int{0, 1, n / 2, n - 1} {
		b.blocks = map[uint64]int{}
		require.Equal(t, storetest.Row{"id": fmt.Sprint("f", i), "level": float64(i)}, peeked(t, st, m, fmt.Sprint("f", i)))
		read := 0
		for id := range b.blocks {
			if !log.IsKeys(id) {
				read++
			}
		}
		require.LessOrEqual(t, read, 2, "that of the record, and the last, which is too small to have keys")
	}
	require.True(t, st.Absent(m))
	require.Nil(t, peeked(t, st, m, "f2000"))
	require.True(t, st.Absent(m))
}

func TestPeek_OfManyRecordsLoadsTheirModel(t *testing.T) {
	const n = 2000
	b := watchBlocks(filledFloors(t, n, 1000))
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: b, Preload: -1})
	m := st.Schema().Model("Floor")
	for i := range n {
		require.Equal(t, storetest.Row{"id": fmt.Sprint("f", i), "level": float64(i)}, peeked(t, st, m, fmt.Sprint("f", i)))
	}
	require.False(t, st.Absent(m))
	for id, times := range b.blocks {
		require.LessOrEqual(t, times, len(b.blocks), "block %d", id)
	}
}

// refolding is a Backend on which somebody else folds the log before the first blocks
// are read.
type refolding struct {
	log.Backend
	fold func()
}

func (f *refolding) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	if fold := f.fold; fold != nil && log.IsKeys(ids[0]) {
		f.fold = nil
		fold()
	}
	return f.Backend.Blocks(ctx, ids)
}

func TestPeek_WhileOthersFoldTheLogFindsTheRecord(t *testing.T) {
	storage := filledFloors(t, 300, 1000)
	f := &refolding{Backend: storage.Handle()}
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: f, Preload: -1})
	other := storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: storage.Handle()}, 1<<20, 500))
	f.fold = func() {
		_, err := other.DeleteKey(ctx, "Floor", "f7")
		require.NoError(t, err)
		create(t, other, "Floor", store.Fields{"id": "f8", "level": -8})
		require.NoError(t, store.Fold(other))
	}
	m := st.Schema().Model("Floor")
	require.Equal(t, storetest.Row{"id": "f8", "level": float64(-8)}, peeked(t, st, m, "f8"))
	require.Nil(t, peeked(t, st, m, "f7"))
}

func TestPeek_WithoutKeysOrWithDamagedOnesFindsTheRecord(t *testing.T) {
	storage := filledFloors(t, 300, 1000)
	for name, damage := range map[string]func(data []byte) []byte{
		"none":     func([]byte) []byte { return nil },
		"cut off":  func(data []byte) []byte { return data[:len(data)-3] },
		"one byte": func(data []byte) []byte { data[len(data)-1]++; return data },
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, storage)
			for _, b := range slices.Clone(s.blocks) {
				keys, err := storage.Blocks(ctx, []uint64{log.KeysID(b.ID)})
				require.NoError(t, err)
				if keys[0] == nil {
					continue
				}
				if data := damage(slices.Clone(keys[0])); data != nil {
					s.blocks = append(s.blocks, log.Block{ID: log.KeysID(b.ID), Data: data})
				}
			}
			st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: s.storage(t), Preload: -1})
			require.Equal(t, storetest.Row{"id": "f8", "level": float64(8)}, peeked(t, st, st.Schema().Model("Floor"), "f8"))
		})
	}
}

func TestCheck_FindsKeysThatAreNotThoseOfTheirBlock(t *testing.T) {
	s := read(t, filledFloors(t, 300, 1000))
	i := slices.IndexFunc(s.blocks, func(b log.Block) bool {
		l, _, err := log.ReadBlock(b.ID, b.Data)
		return err == nil && l.Model == "Floor"
	})
	l, _, err := log.ReadBlock(s.blocks[i].ID, s.blocks[i].Data)
	require.NoError(t, err)
	s.blocks = append(s.blocks, log.Block{ID: log.KeysID(s.blocks[i].ID), Data: log.NewKeysWriter(s.blocks[i].ID, l).Bytes()})
	st, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: s.storage(t)})
	require.NoError(t, err)
	defer st.Close()
	problems, err := st.Check(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{fmt.Sprintf("the keys of block %d are not those of its rows", s.blocks[i].ID)}, problems)
}

func TestRepair_DropsTheKeysOfBlocksThatItDrops(t *testing.T) {
	storage := filledFloors(t, 300, 1000)
	survey, err := storage.Survey(ctx)
	require.NoError(t, err)
	s := read(t, storage)
	for _, id := range survey.Blocks {
		if log.IsKeys(id) {
			keys, err := storage.Blocks(ctx, []uint64{id})
			require.NoError(t, err)
			s.blocks = append(s.blocks, log.Block{ID: id, Data: keys[0]})
		}
	}
	broken := s.blocks[1]
	broken.Data = broken.Data[:len(broken.Data)/2]
	s.blocks[1] = broken
	s.manifest = s.manifest[:len(s.manifest)-1]
	b := s.storage(t)
	report, err := store.Repair(ctx, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: b})
	require.NoError(t, err)
	require.True(t, report.Repaired)
	survey, err = b.Handle().Survey(ctx)
	require.NoError(t, err)
	require.NotContains(t, survey.Blocks, broken.ID)
	require.NotContains(t, survey.Blocks, log.KeysID(broken.ID))
	kept := 0
	for _, id := range survey.Blocks {
		if log.IsKeys(id) {
			require.Contains(t, survey.Blocks, id-log.KeysID(0))
			kept++
		}
	}
	require.Positive(t, kept)
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: b.Handle(), Preload: -1})
	require.NotEmpty(t, ids(t, st, "Floor"))
}

func TestPeek_RefusesWhatIsNoKey(t *testing.T) {
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: filledFloors(t, 10, 1000).Handle(), Preload: -1})
	for _, text := range []string{`7`, `[]`, `[null]`, `["a","b"]`, `{`, ``} {
		_, err := st.Peek(ctx, "Floor", []byte(text))
		require.ErrorIs(t, err, store.ErrInvalid, text)
	}
	_, err := st.Peek(ctx, "Flor", []byte(`["a"]`))
	require.ErrorIs(t, err, store.ErrInvalid)
}
