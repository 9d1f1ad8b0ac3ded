//go:build !js || sdl

package predicate_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/table"
)

var (
	seeds = flag.Int("predicate.seeds", 300, "how many random data sets the predicates are tried on")
	first = flag.Uint64("predicate.seed", 0, "the first of them")
)

// world is the same random rows in tables and as plain Go values.
type world struct {
	*storetest.Generator
	schema *schema.Schema
	tables predicate.Tables
	plain  *storetest.Reference
	places map[string][]uint32 // row numbers, in the order of the plain rows
}

// newWorld fills tables at random, relations by chance dangling. Without declared
// indexes there are those only that relations need.
func newWorld(t testing.TB, s *schema.Schema, seed uint64, declared bool) *world {
	w := &world{Generator: storetest.NewGenerator(seed), schema: s, plain: storetest.NewReference(s, ""), places: map[string][]uint32{}}
	w.IDs = 3 + w.IntN(20)
	for _, m := range s.Models {
		w.tables = append(w.tables, table.New(m))
	}
	for _, m := range s.Models {
		for _, r := range m.Relations {
			w.tables.Of(m).AddIndex(r.Fields)
			w.tables.Of(r.Target).AddIndex(r.TargetFields)
		}
		for _, x := range m.Indexes {
			if declared {
				w.tables.Of(m).AddIndex(x.Fields[:1])
				w.tables.Of(m).AddOrdered(x.Fields)
			}
		}
		if declared {
			w.tables.Of(m).AddOrdered(m.Key)
		}
	}
	for _, m := range s.Models {
		w.fill(t, m)
	}
	return w
}

func (w *world) fill(t testing.TB, m *schema.Model) {
	e, tab := record.NewEncoder(m), w.tables.Of(m)
	for range w.IntN(30) {
		require.NoError(t, e.Read(w.Text(w.Row(m))))
		require.NoError(t, e.Complete())
		row, err := e.Row()
		require.NoError(t, err)
		if n, twice := tab.Find(tab.Key(nil, row)); !twice {
			tab.Insert(row, 1)
		} else if w.Chance(2) {
			tab.Update(n, row, 2)
		} else {
			tab.Delete(n)
		}
	}
	for n := range tab.End() {
		if tab.Has(n) {
			w.plain.Add(m.Name, record.GoValue(tab.Layout.AppendJSON(nil, tab.Row(n))).(storetest.Row))
			w.places[m.Name] = append(w.places[m.Name], n)
		}
	}
}

func TestRows_AgreesWithALookAtEveryRow(t *testing.T) {
	s := storetest.Schema(t, storetest.Library)
	matched, indexed := 0, 0
	for seed := *first; seed < *first+uint64(*seeds); seed++ {
		with, without := newWorld(t, s, seed, true), newWorld(t, s, seed, false)
		for range 40 {
			m := storetest.Pick(with.Generator, s.Models)
			text := with.Predicate(m, with.IntN(4))
			replay := fmt.Sprintf("%s %s\ngo test ./store/predicate -run Rows_Agrees -predicate.seed=%d -predicate.seeds=1", m.Name, text, seed)
			f, err := predicate.Parse(m, []byte(text))
			require.NoError(t, err, replay)

			want, scan := []uint32{}, []uint32{}
			for i, row := range with.plain.Rows(m.Name) {
				n := with.places[m.Name][i]
				if with.plain.Match(m, row, []byte(text)) {
					want = append(want, n)
				}
				if f.Match(with.tables, with.tables.Of(m).Row(n)) {
					scan = append(scan, n)
				}
			}
			require.Equal(t, want, scan, replay)
			require.Equal(t, want, append([]uint32{}, f.Rows(with.tables, math.MaxInt)...), "with indexes: "+replay)
			require.Equal(t, want, append([]uint32{}, f.Rows(without.tables, math.MaxInt)...), "without declared indexes: "+replay)
			most := with.IntN(len(want) + 2)
			begin := append([]uint32{}, f.Rows(with.tables, most)...)
			require.Equal(t, want[:min(most, len(want))], begin[:min(most, len(begin))], "the first of them: "+replay)
			matched += min(1, len(want))
			indexed += min(1, len(want)*len(m.Indexes))
		}
	}
	t.Logf("%d seeds: %d predicates matched something", *seeds, matched)
	require.Greater(t, matched, *seeds*8, "too few of the predicates matched anything")
	require.Greater(t, indexed, *seeds)
}

func TestRows_KnowsTheLawsOfLogic(t *testing.T) {
	s := storetest.Schema(t, storetest.Library)
	for seed := range uint64(60) {
		w := newWorld(t, s, seed, true)
		for range 20 {
			m := storetest.Pick(w.Generator, s.Models)
			p, q := w.Predicate(m, 2), w.Predicate(m, 2)
			rows := func(text string) []uint32 {
				f, err := predicate.Parse(m, []byte(text))
				require.NoError(t, err)
				return append([]uint32{}, f.Rows(w.tables, math.MaxInt)...)
			}
			whole := rows(`{"all":true}`)
			rest := slices.DeleteFunc(slices.Clone(whole), func(n uint32) bool { return slices.Contains(rows(p), n) })
			require.Equal(t, rest, rows(`{"not":`+p+`}`), p)
			require.Equal(t, rows(p), rows(`{"not":{"not":`+p+`}}`), p)
			require.Equal(t, rows(p), rows(`{"and":[`+p+`,{"all":true},`+p+`]}`), p)
			require.Equal(t, rows(`{"and":[`+p+`,`+q+`]}`), rows(`{"and":[`+q+`,`+p+`]}`), p+q)
			require.Equal(t, rows(`{"not":{"or":[`+p+`,`+q+`]}}`), rows(`{"and":[{"not":`+p+`},{"not":`+q+`}]}`), p+q)
			for _, r := range m.Relations {
				sub := w.Predicate(r.Target, 1)
				rel := func(quantifier, p string) string {
					return `{"relation":"` + r.Name + `","` + quantifier + `":` + p + `}`
				}
				require.Equal(t, rows(`{"not":`+rel("some", sub)+`}`), rows(rel("none", sub)), sub)
				require.Equal(t, rows(rel("every", sub)), rows(rel("none", `{"not":`+sub+`}`)), sub)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	s := storetest.Schema(f, storetest.Library)
	g := storetest.NewGenerator(1)
	m := s.Model("Author")
	for range 30 {
		f.Add(g.Predicate(m, 3))
	}
	w := newWorld(f, s, 5, true)
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := predicate.Parse(m, []byte(text))
		if err != nil {
			return
		}
		rows := filter.Rows(w.tables, math.MaxInt)
		for n := range w.tables.Of(m).End() {
			if w.tables.Of(m).Has(n) {
				_, found := slices.BinarySearch(rows, n)
				require.Equal(t, filter.Match(w.tables, w.tables.Of(m).Row(n)), found, "%s", text)
			}
		}
	})
}
