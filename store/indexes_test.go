//go:build !js || sdl

package store_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/access"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

var (
	indexesSeeds = flag.Int("indexes.seeds", plentySeeds, "how many random schemas, data and queries are tried")
	indexesSeed  = flag.Uint64("indexes.seed", 0, "the first of them")
)

// refusing is a Backend whose appends wait until they may, and are then refused if
// they shall be.
type refusing struct {
	log.Backend
	hold   sync.Mutex
	refuse bool
}

func (r *refusing) Append(ctx context.Context, a log.Append) error {
	r.hold.Lock()
	defer r.hold.Unlock()
	if r.refuse {
		return quota
	}
	return r.Backend.Append(ctx, a)
}

// Every query is answered by a look at all records too, by code that knows neither
// predicates nor orders of the engine: same records, same order.
func TestIndexes_NeverChangeAnAnswer(t *testing.T) {
	t.Parallel()
	before := access.Counts()
	found := 0
	for seed := *indexesSeed; seed < *indexesSeed+uint64(*indexesSeeds); seed++ {
		sdl := storetest.NewGenerator(seed).SDL(3)
		g := gameOn(t, seed, storetest.Schema(t, sdl))
		g.replay = fmt.Sprintf("%s\ngo test ./store -run '^%s$' -indexes.seed=%d -indexes.seeds=1", sdl, t.Name(), seed)
		g.IDs = 10 + g.IntN(150)
		storage := &refusing{Backend: g.storage}
		st, err := store.Open(context.Background(), store.Options{Schema: g.schema, Backend: storage, Clock: func() int64 { return noon }})
		require.NoError(t, err, g.replay)
		g.mirror(st)
		g.stores = []*store.Store{st}
		for range 2 + g.IntN(3) {
			g.fill(50, func(m move) { g.same(st, storage, m) })
			found += g.ask(st)
			for range 1 + g.IntN(3) {
				g.remember()
				g.same(st, storage, g.move())
				found += g.ask(st)
			}
		}
		g.end()
	}
	t.Logf("%d seeds: %d records found, by these ways", *indexesSeeds, found)
	require.Greater(t, found, *indexesSeeds*50, "too few of the queries found anything")
	for way, n := range access.Counts() {
		n -= before[way]
		t.Logf("%-10s %d", access.Way(way), n)
		require.Greater(t, n, *indexesSeeds/20, "hardly a query came to its rows by this way: %s", access.Way(way))
	}
}

// fill saves records of each model at once, twice fewer than that.
func (g *game) fill(most int, save func(move)) {
	for range 2 {
		for _, m := range g.schema.Models {
			var puts []store.Put
			for range g.IntN(most) {
				row := g.mended(m, g.Row(m))
				if !g.hangs(m, row) {
					puts = append(puts, store.Put{Model: m.Name, Row: g.Text(row)})
				}
			}
			save(g.save("fill", puts))
		}
	}
}

// hangs reports whether a reference of the row leads nowhere.
func (g *game) hangs(m *schema.Model, row map[string]string) bool {
	for _, r := range m.Relations {
		if r.Kind != schema.BelongsTo && r.Kind != schema.HasOne {
			continue
		}
		values := make([]any, len(r.Fields))
		for i, f := range r.Fields {
			values[i] = record.GoValue([]byte(row[m.Fields[f].Name]))
		}
		leads := slices.ContainsFunc(g.want.Rows(r.Target.Name), func(target storetest.Row) bool {
			for i, f := range r.TargetFields {
				if values[i] != target[r.Target.Fields[f].Name] {
					return false
				}
			}
			return true
		})
		if !leads && !slices.Contains(values, nil) {
			return true
		}
	}
	return false
}

// same makes a move in the store and in the reference, and asks while it is not yet
// in storage, which refuses it now and then.
func (g *game) same(st *store.Store, storage *refusing, m move) {
	want := g.want.Clone()
	code := m.apply(want)
	storage.hold.Lock()
	storage.refuse = g.Chance(5)
	c, err := m.begin(st)
	if err == nil {
		g.ask(st, want)
	}
	storage.hold.Unlock()
	require.Equal(g, code, codeOf(err), "%s: %v\n%s", m.kind, err, g.replay)
	if err != nil {
		return
	}
	err = c.Wait(context.Background())
	if err == nil {
		g.want = want // perhaps nothing changed, so that storage was not asked
		return
	}
	require.True(g, storage.refuse, "%v\n%s", err, g.replay)
	require.Equal(g, store.ErrQuota, codeOf(err), g.replay)
}

// ask compares the answers to some queries, and returns how many records they found.
func (g *game) ask(st *store.Store, want ...*storetest.Reference) (found int) {
	r := append(want, g.want)[0]
	for range 4 {
		m := storetest.Pick(g.Generator, g.schema.Models)
		q := g.Query(m, func(m *schema.Model) []storetest.Row { return r.Rows(m.Name) })
		rows, err := storetest.Rows(st, q)
		require.NoError(g, err, "%+v %s\n%s", q, q.Where, g.replay)
		require.Equal(g, r.Query(q), rows, "%+v %s\n%s", q, q.Where, g.replay)
		q.Page, q.Limit = 0, -1
		n, err := st.Count(q)
		require.NoError(g, err)
		require.Len(g, r.Query(q), n, "%+v %s\n%s", q, q.Where, g.replay)
		found += len(rows)
	}
	return found
}

// A hash index of a field with few values is no reason to leave the order of the keys alone.
func TestIndexes_TheFirstFieldOfAKeyIsSoughtInTheOrderOfKeys(t *testing.T) {
	st := storetest.Open(t, `type Line @model(timestamps: null) {
		order: ID! @primaryKey(sortKeyFields: ["item"])
		item: Int!
		status: String! @index
	}`, memory.New())
	var records []*store.Record
	for i := range 2000 {
		r, err := st.New("Line", store.Fields{"order": fmt.Sprint(i % 50), "item": i, "status": [...]string{"open", "sent"}[i/50%2]})
		require.NoError(t, err)
		records = append(records, r)
	}
	_, err := st.SaveAll(ctx, records)
	require.NoError(t, err)
	before := access.Counts()
	for range 3 {
		n, err := st.Count(store.Query{Model: "Line", Limit: -1, Where: []byte(`{"and":[{"field":"order","op":"eq","value":"4"},{"field":"status","op":"eq","value":"open"}]}`)})
		require.NoError(t, err)
		require.Equal(t, 20, n)
	}
	require.Greater(t, access.Counts()[access.Range], before[access.Range])
}
