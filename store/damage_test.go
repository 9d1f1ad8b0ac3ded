//go:build !js || sdl

package store_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
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
	st = open(1) // whatever is still in the log is folded
	require.NoError(t, store.Rest(st))
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

var damages = flag.Int("damage.flips", 2000/share, "how often stored bytes are damaged at random")

// damaging is what becomes of stored bytes. It returns nil when it changes nothing.
var damaging = map[string]func(r *rand.Rand, data []byte) []byte{
	"a bit flipped": func(r *rand.Rand, data []byte) []byte {
		data[r.IntN(len(data))] ^= 1 << r.IntN(8)
		return data
	},
	"a byte of the head overwritten": func(r *rand.Rand, data []byte) []byte {
		at, now := r.IntN(min(8, len(data))), byte(r.IntN(256))
		if data[at] == now {
			return nil
		}
		data[at] = now
		return data
	},
	"cut": func(r *rand.Rand, data []byte) []byte { return data[:r.IntN(len(data))] },
	"zeros from somewhere on": func(r *rand.Rand, data []byte) []byte {
		before := slices.Clone(data)
		clear(data[r.IntN(len(data)):])
		if slices.Equal(before, data) {
			return nil
		}
		return data
	},
	"bytes moved": func(r *rand.Rand, data []byte) []byte {
		before, at := slices.Clone(data), r.IntN(len(data))
		copy(data[at:], before[r.IntN(len(data)):])
		if slices.Equal(before, data) {
			return nil
		}
		return data
	},
	"bytes behind the end": func(r *rand.Rand, data []byte) []byte { return append(data, make([]byte, 1+r.IntN(9))...) },
}

// names are what messages call the values, in the order of all.
func (s *stored) names() []string {
	list := []string{"the manifest"}
	for _, e := range s.entries {
		list = append(list, fmt.Sprintf("log entry %d ", e.Sequence))
	}
	for _, b := range s.blocks {
		list = append(list, fmt.Sprintf("block %d ", b.ID))
	}
	return list
}

// with returns the same with other bytes in one place, by the order of all.
func (s *stored) with(at int, data []byte) *stored {
	c := &stored{s.manifest, slices.Clone(s.entries), slices.Clone(s.blocks)}
	switch blocks := at - 1 - len(s.entries); {
	case at == 0:
		c.manifest = data
	case blocks < 0:
		c.entries[at-1].Data = data
	default:
		c.blocks[blocks].Data = data
	}
	return c
}

// played returns the storage of a random history, of a random schema.
func played(t *testing.T, seed uint64) (*memory.Backend, *storetest.Reference) {
	g := gameOn(t, seed, storetest.Schema(t, storetest.NewGenerator(seed).SDL(mostModels)))
	g.replay = fmt.Sprintf("go test ./store -run '^%s$' -model.seed=%d", t.Name(), seed)
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: g.schema, Backend: g.storage.Handle(), Clock: func() int64 { return noon }}, 2+g.IntN(9), 200+g.IntN(400)))
	for range 40 {
		m := g.move()
		want := m.apply(g.want)
		c, err := m.begin(st)
		require.Equal(t, want, codeOf(err), "%v\n%s", err, g.replay)
		if err == nil {
			require.NoError(t, c.Wait(ctx))
		}
	}
	require.NoError(t, st.Close())
	return g.storage, g.want
}

// TestDamage_IsFoundAndNamedWhateverItIs damages one stored value of random
// histories in random ways. Nothing is shown then that was not stored, the error
// names the value, and a repair leaves a store of states that records once had.
func TestDamage_IsFoundAndNamedWhateverItIs(t *testing.T) {
	const (
		each       = 100 // of one history
		repairEach = 4
	)
	ways := slices.Sorted(maps.Keys(damaging))
	met := map[string]int{}
	for n, seed := 0, *modelSeed; n < *damages; seed++ {
		storage, want := played(t, seed)
		whole := read(t, storage)
		if whole.manifest == nil {
			continue
		}
		past := pastOf(t, whole, want)
		random := rand.New(rand.NewPCG(seed, 2))
		for range each {
			at, way := random.IntN(len(whole.all())), ways[random.IntN(len(ways))]
			data := damaging[way](random, slices.Clone(whole.all()[at]))
			if data == nil {
				continue
			}
			n++
			name := whole.names()[at]
			err := shows(t, whole.with(at, data), want)
			require.Error(t, err, "%s: %s, and opens (seed %d)", name, way, seed)
			newer := len(data) > 1 && data[1] > log.Version
			require.True(t, codeOf(err) == store.ErrCorrupt || newer && codeOf(err) == store.ErrFormat, "%s: %s: %v (seed %d)", name, way, err, seed)
			require.Contains(t, err.Error(), name, "%s (seed %d)", way, seed)
			met[way]++
			met[strings.Fields(name)[0]]++
			if n%repairEach == 0 && codeOf(err) == store.ErrCorrupt {
				got, report := repaired(t, whole.with(at, data).storage(t), want)
				require.True(t, report.Repaired, "%s: %s (seed %d)", name, way, seed)
				if !slices.ContainsFunc(report.Models, func(m store.RepairedModel) bool { return m.Removed > 0 }) {
					past.none(t, got) // or references to what was removed may be null now
				}
				met["repaired"]++
			}
		}
	}
	t.Logf("%v", met)
	for _, what := range append(ways, "the", "log", "block", "repaired") {
		require.GreaterOrEqual(t, met[what], *damages/25, what)
	}
}

// shows opens a storage and returns the error by which it or its records cannot be
// had. What is shown must be what is wanted.
func shows(t *testing.T, s *stored, want *storetest.Reference) error {
	st, err := store.Open(ctx, store.Options{Schema: want.Schema, Backend: s.storage(t)})
	if err != nil {
		return err
	}
	defer st.Close()
	got, err := want.Read(st)
	if err == nil {
		require.Equal(t, want.String(), got.String(), "silently wrong")
	}
	return err
}

// TestDamage_WithARightChecksumStopsNothing damages values and makes their checksums
// right again, as no accident does. Anything may be shown then, but nothing panics,
// and a store that opens can be read, checked and written.
func TestDamage_WithARightChecksumStopsNothing(t *testing.T) {
	const each = 200
	ways := slices.Sorted(maps.Keys(damaging))
	opened := 0
	for n, seed := 0, *modelSeed; n < *damages; seed++ {
		storage, want := played(t, seed)
		whole := read(t, storage)
		if whole.manifest == nil {
			continue
		}
		random := rand.New(rand.NewPCG(seed, 3))
		for range each {
			at, way := random.IntN(len(whole.all())), ways[random.IntN(len(ways))]
			data := damaging[way](random, slices.Clone(whole.all()[at]))
			if len(data) < 6 {
				continue
			}
			binary.LittleEndian.PutUint32(data[2:], crc32.Checksum(data[6:], crc32.MakeTable(crc32.Castagnoli)))
			n++
			st, err := store.Open(ctx, store.Small(store.Options{Schema: want.Schema, Backend: whole.with(at, data).storage(t)}, 2, 300))
			if err != nil {
				require.Contains(t, []store.Code{store.ErrCorrupt, store.ErrFormat, store.ErrSchemaChanged}, codeOf(err), "%v (seed %d)", err, seed)
				continue
			}
			if _, err = want.Read(st); err == nil {
				opened++
				_, err = st.Check(ctx) // reads more: models that the schema does not have
			}
			if err != nil {
				require.Contains(t, []store.Code{store.ErrCorrupt, store.ErrFormat, store.ErrSchemaChanged}, codeOf(err), "%v (seed %d)", err, seed)
			}
			require.NoError(t, st.Clear(ctx), "seed %d", seed)
			require.NoError(t, st.Close())
		}
	}
	t.Logf("%d of %d open", opened, *damages)
	require.Greater(t, opened, *damages/20)
}

func TestLoad_SaysThatDamagedBytesAreDamaged(t *testing.T) {
	storage, want := filled(t)
	whole := read(t, storage)
	require.Greater(t, len(whole.blocks), 8)
	require.NotEmpty(t, whole.entries)
	open := func(s *stored) error { return shows(t, s, want) }
	require.NoError(t, open(whole))
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
