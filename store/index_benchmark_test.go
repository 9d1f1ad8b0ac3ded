//go:build !js || sdl

package store_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

const indexSDL = `
type Item @model(timestamps: null) {
  id: ID!
  box: String! @index(sortKeyFields: ["at"])
  at: Int!
  name: String! @index
  size: Int @index
  note: String
}
type Step @model(timestamps: null) {
  run: String! @primaryKey(sortKeyFields: ["number"])
  number: Int!
  text: String
}
`

const indexRows = 100_000

// indexStore returns an empty store, and rows for it in an order of chance.
func indexStore(b *testing.B) (*store.Store, []store.Put) {
	b.Helper()
	st := storetest.Open(b, indexSDL, memory.New())
	r := rand.New(rand.NewPCG(1, 2))
	var puts []store.Put
	for _, i := range r.Perm(indexRows) {
		n := strconv.Itoa(i)
		puts = append(puts,
			store.Put{Model: "Item", Row: []byte(`{"id":"item-` + n + `","box":"box-` + strconv.Itoa(i%100) + `","at":` + strconv.Itoa(i/100) +
				`,"name":"the thing with number ` + n + `","size":` + strconv.Itoa(r.IntN(1_000_000)) + `,"note":"a few words about it that nobody will ever look for"}`)},
			store.Put{Model: "Step", Row: []byte(`{"run":"run-` + strconv.Itoa(i%1000) + `","number":` + strconv.Itoa(i/1000) + `,"text":"what was done in it"}`)})
	}
	return st, puts
}

// BenchmarkIndex asks a store of 100,000 records of each model, which has ordered
// indexes over what is asked.
func BenchmarkIndex(b *testing.B) {
	st, puts := indexStore(b)
	savePuts(b, st, puts)
	text := func(list ...predicate.Predicate) []byte {
		text, err := predicate.And(list...).JSON()
		require.NoError(b, err)
		return text
	}
	w := predicate.Where
	up, down := func(f string) []store.Sort { return []store.Sort{{Field: f}} }, func(f string) []store.Sort { return []store.Sort{{Field: f, Descending: true}} }
	for _, c := range []struct {
		name string
		q    store.Query
	}{
		{"range-1-in-100", store.Query{Model: "Item", Limit: -1, Where: text(w("size").Gt(500_000), w("size").Lt(510_000))}},
		{"range-half", store.Query{Model: "Item", Limit: -1, Where: text(w("size").Lt(500_000))}},
		{"prefix-1-in-1000", store.Query{Model: "Item", Limit: -1, Where: text(w("name").BeginsWith("the thing with number 123"))}},
		{"50-largest", store.Query{Model: "Item", Limit: 50, Sort: down("size")}},
		{"page-20-of-smallest", store.Query{Model: "Item", Page: 20, Limit: 50, Sort: up("size")}},
		{"50-largest-that-match", store.Query{Model: "Item", Limit: 50, Sort: down("size"), Where: text(w("note").Contains("ever"), w("at").Lt(500))}},
		{"50-largest-none-matches", store.Query{Model: "Item", Limit: 50, Sort: down("size"), Where: text(w("note").Contains("never"))}},
		{"sort", store.Query{Model: "Item", Limit: -1, Sort: up("size")}},
		{"sort-by-text", store.Query{Model: "Item", Limit: -1, Sort: down("name")}},
		{"sort-without-index", store.Query{Model: "Item", Limit: -1, Sort: up("at")}},
		{"equal-and-range", store.Query{Model: "Item", Limit: -1, Where: text(w("box").Eq("box-7"), w("at").Between(100, 120))}},
		{"equal-10-newest", store.Query{Model: "Item", Limit: 10, Sort: down("at"), Where: text(w("box").Eq("box-7"))}},
		{"in-and-range", store.Query{Model: "Item", Limit: -1, Where: text(w("box").In("box-7", "box-8", "box-9"), w("at").Ge(990))}},
		{"key-prefix", store.Query{Model: "Step", Limit: -1, Where: text(w("run").Eq("run-7"))}},
		{"key-prefix-and-range-descending", store.Query{Model: "Step", Limit: 5, Sort: down("number"), Where: text(w("run").Eq("run-7"), w("number").Lt(50))}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := st.Find(c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("save-and-50-largest", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			savePuts(b, st, []store.Put{{Model: "Item", Row: []byte(`{"id":"item-7","box":"box-7","at":0,"name":"x","size":` + strconv.Itoa(i*7919%1_000_000) + `}`)}})
			if _, err := st.Find(store.Query{Model: "Item", Limit: 50, Sort: down("size")}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("import-without-asking", func(b *testing.B) { // indexes are given up, and cost nothing
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			st, puts := indexStore(b)
			for _, field := range []string{"box", "name", "size"} {
				_, err := st.Find(store.Query{Model: "Item", Limit: 1, Sort: []store.Sort{{Field: field}}})
				require.NoError(b, err)
			}
			b.StartTimer()
			savePuts(b, st, puts)
			b.StopTimer()
			require.NoError(b, st.Close())
			b.StartTimer()
		}
	})
}
