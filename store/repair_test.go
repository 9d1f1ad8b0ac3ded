//go:build !js || sdl

package store_test

import (
	"flag"
	"fmt"
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

var repairFlips = flag.Int("repair.flips", 2000, "how many damaged bytes are repaired")

// repaired repairs a storage, and once more, which must change nothing, opens it and
// returns what it holds. It is checked.
func repaired(t *testing.T, storage *memory.Backend, want *storetest.Reference) (*storetest.Reference, store.RepairReport) {
	t.Helper()
	o := func() store.Options {
		return store.Small(store.Options{Schema: want.Schema, Backend: storage.Handle(), Clock: func() int64 { return noon }}, 1000, 300)
	}
	report, err := store.Repair(ctx, o())
	require.NoError(t, err)
	before, err := storage.Survey(ctx)
	require.NoError(t, err)
	again, err := store.Repair(ctx, o())
	require.NoError(t, err)
	require.False(t, again.Repaired, "%+v", again)
	after, err := storage.Survey(ctx)
	require.NoError(t, err)
	require.Equal(t, before, after, "a second repair changes nothing")
	st, err := store.Open(ctx, o())
	require.NoError(t, err)
	problems, err := st.Check(ctx)
	require.NoError(t, err)
	require.Empty(t, problems)
	got, err := want.Read(st)
	require.NoError(t, err)
	for _, m := range report.Models {
		require.Equal(t, len(got.Rows(m.Model)), m.Kept)
	}
	require.NoError(t, st.Close())
	return got, report
}

func TestRepair_OfAWholeStoreChangesNothing(t *testing.T) {
	storage, want := filled(t)
	got, report := repaired(t, storage, want)
	require.Equal(t, want.String(), got.String())
	require.False(t, report.Repaired)
	require.False(t, report.Uncertain)
	require.Empty(t, report.Aside)
	aside, err := storage.Aside(ctx)
	require.NoError(t, err)
	require.Empty(t, aside)

	empty := memory.New()
	_, report = repaired(t, empty, want)
	require.False(t, report.Repaired)
}

// history is the states that a record had, by its key.
type history map[string][]string

// pastOf plays a storage entry by entry and notes all states that records had.
func pastOf(t *testing.T, whole *stored, want *storetest.Reference) history {
	h := history{}
	for n := range len(whole.entries) + 1 {
		part := &stored{whole.manifest, whole.entries[:n], whole.blocks}
		st, err := store.Open(ctx, store.Options{Schema: want.Schema, Backend: part.storage(t)})
		require.NoError(t, err)
		now, err := want.Read(st)
		require.NoError(t, err)
		for _, m := range want.Schema.Models {
			for _, row := range now.Rows(m.Name) {
				key := m.Name
				for _, k := range m.Key {
					key += fmt.Sprint(" ", row[m.Fields[k].Name])
				}
				h[key] = append(h[key], fmt.Sprint(row))
			}
		}
		require.NoError(t, st.Close())
	}
	return h
}

// none of the records were invented.
func (h history) none(t *testing.T, got *storetest.Reference) {
	t.Helper()
	for _, m := range got.Schema.Models {
		for _, row := range got.Rows(m.Name) {
			key := m.Name
			for _, k := range m.Key {
				key += fmt.Sprint(" ", row[m.Fields[k].Name])
			}
			require.Contains(t, h[key], fmt.Sprint(row), "a state that the record never had")
		}
	}
}

// rowsOf are the keys of the records of a block.
func rowsOf(t *testing.T, b log.Block) (model string, keys []string) {
	layout, rows, err := log.ReadBlock(b.ID, b.Data)
	require.NoError(t, err)
	for len(rows) > 0 {
		n := int(rows[0]) | int(rows[1])<<8 | int(rows[2])<<16
		key, _ := layout.AppendKey(nil, rows[:n], layout.Key)
		keys = append(keys, string(key))
		rows = rows[n:]
	}
	return layout.Model, keys
}

func TestRepair_OfAnyDamagedByteKeepsAllThatIsWhole(t *testing.T) {
	t.Parallel()
	storage, want := filled(t)
	whole := read(t, storage)
	require.Greater(t, len(whole.blocks), 8)
	require.Len(t, whole.entries, 2)
	h := pastOf(t, whole, want)
	random := rand.New(rand.NewPCG(5, 5))
	hit := map[string]int{}
	for i := range *repairFlips {
		list := whole.all()
		which := random.IntN(len(list))
		if i%4 == 0 {
			which = random.IntN(1 + len(whole.entries)) // there are many more blocks
		}
		data := list[which]
		at, bit := random.IntN(len(data)), byte(1)<<random.IntN(8)
		data[at] ^= bit
		damaged := whole.storage(t)
		got, report := repaired(t, damaged, want)
		data[at] ^= bit
		require.True(t, report.Repaired, "flip %d", i)
		h.none(t, got)
		if at < 2 {
			require.Empty(t, report.Aside, "flip %d: kind and version are not the content", i)
			require.Equal(t, want.String(), got.String())
			hit["head"]++
			continue
		}
		require.NotEmpty(t, report.Aside)
		aside, err := damaged.Aside(ctx)
		require.NoError(t, err)
		bad := slices.Clone(data)
		bad[at] ^= bit
		require.True(t, slices.ContainsFunc(aside, func(p log.Piece) bool { return string(p.Data) == string(bad) }), "nothing is destroyed")
		switch {
		case which == 0:
			require.Equal(t, want.String(), sorted(got, want).String(), "flip %d: the manifest says nothing that is not said elsewhere", i)
			hit["manifest"]++
		case which <= len(whole.entries):
			require.True(t, report.Uncertain)
			hit["entry"]++
		default:
			block := whole.blocks[which-1-len(whole.entries)]
			model, keys := rowsOf(t, block)
			for _, m := range report.Models {
				require.Equal(t, m.Model == model, m.Lost > 0)
				if m.Model == model {
					require.Equal(t, len(keys), m.Lost)
				}
			}
			missing := 0
			for _, row := range want.Rows(model) {
				if !contains(got.Rows(model), row["id"]) {
					missing++
				}
			}
			require.LessOrEqual(t, missing, len(keys), "what was in other blocks is there")
			hit["block"]++
		}
	}
	t.Log(hit)
	for _, what := range []string{"head", "manifest", "entry", "block"} {
		require.GreaterOrEqual(t, hit[what], *repairFlips/100, what)
	}
}

func contains(rows []storetest.Row, id any) bool {
	return slices.ContainsFunc(rows, func(r storetest.Row) bool { return r["id"] == id })
}

// sorted is got with its records in the order of want, as far as want has them: the
// order of blocks goes with the manifest.
func sorted(got, want *storetest.Reference) *storetest.Reference {
	out := storetest.NewReference(got.Schema, got.Now)
	for _, m := range got.Schema.Models {
		rows := slices.Clone(got.Rows(m.Name))
		slices.SortStableFunc(rows, func(a, b storetest.Row) int {
			at := func(r storetest.Row) int {
				return slices.IndexFunc(want.Rows(m.Name), func(w storetest.Row) bool { return w["id"] == r["id"] })
			}
			return at(a) - at(b)
		})
		for _, r := range rows {
			out.Add(m.Name, r)
		}
	}
	return out
}

func TestRepair_FindsBlocksThatNoManifestNames(t *testing.T) {
	for name, damage := range map[string]func(s *stored){
		"zeros":   func(s *stored) { s.manifest = make([]byte, len(s.manifest)) },
		"nothing": func(s *stored) { s.manifest = nil },
		"cut":     func(s *stored) { s.manifest = s.manifest[:len(s.manifest)/2] },
	} {
		t.Run(name, func(t *testing.T) {
			storage, want := filled(t)
			s := read(t, storage)
			damage(s)
			got, report := repaired(t, s.storage(t), want)
			require.Equal(t, want.String(), sorted(got, want).String())
			require.True(t, report.Uncertain)
			require.Len(t, report.Aside, 1)
			require.Contains(t, report.Aside[0].Name, "manifest of generation 1")
		})
	}
}

// A manifest that is gone takes the names of layouts along. What was deleted since is
// known by its keys then, unless records of two models had them.
func TestRepair_KnowsDeletionsByTheirKeysWhenNobodyNamesTheirModel(t *testing.T) {
	const sdl = `type Owner @model(timestamps: null) { id: ID! } type Thing @model(timestamps: null) { id: ID! }`
	for name, c := range map[string]struct{ other, left string }{
		"keys of one model":  {"a", `{"id":"u"}`},
		"keys of two models": {"t", `{"id":"t"}{"id":"u"}`},
	} {
		t.Run(name, func(t *testing.T) {
			storage, s := memory.New(), storetest.Schema(t, sdl)
			st := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()})
			create(t, st, "Owner", store.Fields{"id": c.other})
			for _, id := range []string{"t", "u"} {
				create(t, st, "Thing", store.Fields{"id": id})
			}
			require.NoError(t, store.Fold(st))
			_, err := st.DeleteKey(ctx, "Thing", "t")
			require.NoError(t, err)
			require.NoError(t, st.Close())
			held := read(t, storage)
			held.manifest = make([]byte, len(held.manifest))
			damaged := held.storage(t)
			report, err := store.Repair(ctx, store.Options{Schema: s, Backend: damaged.Handle()})
			require.NoError(t, err)
			require.True(t, report.Uncertain)
			again := storetest.OpenWith(t, store.Options{Schema: s, Backend: damaged.Handle()})
			require.Equal(t, c.left, strings.Join(texts(t, again, "Thing"), ""))
			require.Equal(t, []string{c.other}, ids(t, again, "Owner"))
		})
	}
}

func TestRepair_PutsBlocksBackThatLayInEachOthersPlace(t *testing.T) {
	storage, want := filled(t)
	s := read(t, storage)
	s.blocks[0].Data, s.blocks[3].Data = s.blocks[3].Data, s.blocks[0].Data
	got, report := repaired(t, s.storage(t), want)
	require.Equal(t, want.String(), got.String())
	for _, m := range report.Models {
		require.Zero(t, m.Lost)
	}
}

func TestRepair_WhatCannotBeWithoutALostRecordGoesAndIsSetAside(t *testing.T) {
	const sdl = `
		type Shelf @model(timestamps: null) { id: ID! books: [Book] @hasMany(onDelete: RESTRICT) notes: [Note] @hasMany }
		type Book @model(timestamps: null) { id: ID! shelf: Shelf! @belongsTo pages: [Page] @hasMany(onDelete: RESTRICT) }
		type Page @model(timestamps: null) { id: ID! book: Book! @belongsTo }
		type Note @model(timestamps: null) { id: ID! shelf: Shelf @belongsTo }`
	storage, s := memory.New(), storetest.Schema(t, sdl)
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle()}, 1, 60))
	for i := range 4 {
		shelf := create(t, st, "Shelf", store.Fields{"id": fmt.Sprint("s", i, strings.Repeat("x", 50))})
		book := create(t, st, "Book", store.Fields{"id": fmt.Sprint("b", i), "shelf": shelf})
		create(t, st, "Page", store.Fields{"id": fmt.Sprint("p", i), "book": book})
		create(t, st, "Note", store.Fields{"id": fmt.Sprint("n", i), "shelf": shelf})
	}
	require.NoError(t, store.Follow(st))
	require.NoError(t, st.Close())
	whole := read(t, storage)
	at := slices.IndexFunc(whole.blocks, func(b log.Block) bool {
		model, keys := rowsOf(t, b)
		return model == "Shelf" && len(keys) == 1
	})
	whole.blocks[at].Data[len(whole.blocks[at].Data)-2] ^= 1
	want := storetest.NewReference(s, noonText)
	damaged := whole.storage(t)
	got, report := repaired(t, damaged, want)
	require.Equal(t, []store.RepairedModel{{Model: "Shelf", Kept: 3, Lost: 1}, {Model: "Book", Kept: 3, Removed: 1},
		{Model: "Page", Kept: 3, Removed: 1}, {Model: "Note", Kept: 4, Dangling: 1}}, report.Models)
	require.Len(t, got.Rows("Note"), 4)
	require.Len(t, report.Aside, 3)
	aside, err := damaged.Aside(ctx)
	require.NoError(t, err)
	require.Len(t, aside, 3)
	for _, p := range aside {
		if strings.HasPrefix(p.Name, "records of Book") {
			model, keys := rowsOf(t, log.Block{ID: 0, Data: p.Data})
			require.Equal(t, "Book", model)
			require.Len(t, keys, 1)
			return
		}
	}
	require.Fail(t, "the book was not set aside")
}

// In a young store the entries name the layouts of their rows. One that is gone takes
// names along that later entries go by.
func TestRepair_FindsOutWhatIsWrittenUnderNamesThatWereLost(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, storetest.Library)
	st := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Clock: func() int64 { return noon }})
	want := storetest.NewReference(s, noonText)
	var made []string // by entry: model and id
	make := func(model string, fields store.Fields) {
		create(t, st, model, fields)
		made = append(made, model+" "+fields["id"].(string))
	}
	for i := range 3 {
		make("Author", store.Fields{"id": fmt.Sprint("a", i), "name": "Ada"})
		make("Book", store.Fields{"id": fmt.Sprint("b", i), "title": "t", "genre": "POEM"})
		make("Club", store.Fields{"id": fmt.Sprint("c", i), "name": "n"})
		make("Floor", store.Fields{"id": fmt.Sprint("f", i), "level": i})
	}
	require.NoError(t, st.Close())
	snapshot, err := storage.Read(ctx, 0)
	require.NoError(t, err)
	require.Len(t, snapshot.Entries, len(made), "the store was not folded")
	for i := range made {
		for _, damage := range []string{"zeros", "flip", "gone"} {
			damaged := memory.New()
			for n, e := range snapshot.Entries {
				data := slices.Clone(e.Data)
				switch {
				case n != i:
				case damage == "gone":
					continue
				case damage == "flip":
					data[50] ^= 1 // in the row; what names the layouts is behind it
				default:
					clear(data)
				}
				require.NoError(t, damaged.Append(ctx, log.Append{Sequence: e.Sequence, Data: data}))
			}
			if i == len(made)-1 && damage == "gone" {
				continue // nobody can know that it was there
			}
			got, report := repaired(t, damaged, want)
			require.True(t, report.Uncertain)
			for n, record := range made {
				model, id, _ := strings.Cut(record, " ")
				if made[i] == "Club c0" && model == "Club" && damage != "flip" {
					require.Empty(t, got.Rows("Desk"))
					continue // a row of a Club can also be one of a Desk: better none than a wrong one
				}
				require.Equal(t, n != i, contains(got.Rows(model), id), "%s of entry %d when %d is lost: %s", record, n, i, damage)
			}
		}
	}
}
