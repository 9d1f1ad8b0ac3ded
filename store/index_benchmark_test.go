//go:build !js || sdl

package store_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
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
	s, err := schema.Parse(indexSDL)
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(context.Background(), store.Options{Schema: s, Backend: memory.New(),
		Random: func(p []byte) { p[0]++ }})
	if err != nil {
		b.Fatal(err)
	}
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

func BenchmarkIndex(b *testing.B) {
	st, puts := indexStore(b)
	save(b, st, puts)
	text := func(list ...predicate.Predicate) []byte {
		text, err := predicate.And(list...).JSON()
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	w := predicate.Where
	up, down := func(f string) []store.Sort { return []store.Sort{{Field: f}} }, func(f string) []store.Sort { return []store.Sort{{Field: f, Descending: true}} }
	for _, c := range []struct {
		name string
		q    store.Query
	}{
		{"range of 1 in 100", store.Query{Model: "Item", Limit: -1, Where: text(w("size").Gt(500_000), w("size").Lt(510_000))}},
		{"range of half", store.Query{Model: "Item", Limit: -1, Where: text(w("size").Lt(500_000))}},
		{"prefix of 1 in 1000", store.Query{Model: "Item", Limit: -1, Where: text(w("name").BeginsWith("the thing with number 123"))}},
		{"the 50 largest", store.Query{Model: "Item", Limit: 50, Sort: down("size")}},
		{"page 20 of the smallest", store.Query{Model: "Item", Page: 20, Limit: 50, Sort: up("size")}},
		{"the 50 largest that match", store.Query{Model: "Item", Limit: 50, Sort: down("size"), Where: text(w("note").Contains("ever"), w("at").Lt(500))}},
		{"the 50 largest, none of which matches", store.Query{Model: "Item", Limit: 50, Sort: down("size"), Where: text(w("note").Contains("never"))}},
		{"all sorted", store.Query{Model: "Item", Limit: -1, Sort: up("size")}},
		{"all sorted by a text", store.Query{Model: "Item", Limit: -1, Sort: down("name")}},
		{"all sorted without an index", store.Query{Model: "Item", Limit: -1, Sort: up("at")}},
		{"one box and a range", store.Query{Model: "Item", Limit: -1, Where: text(w("box").Eq("box-7"), w("at").Between(100, 120))}},
		{"the 10 newest of one box", store.Query{Model: "Item", Limit: 10, Sort: down("at"), Where: text(w("box").Eq("box-7"))}},
		{"three boxes and a range", store.Query{Model: "Item", Limit: -1, Where: text(w("box").In("box-7", "box-8", "box-9"), w("at").Ge(990))}},
		{"begin of a primary key", store.Query{Model: "Step", Limit: -1, Where: text(w("run").Eq("run-7"))}},
		{"begin of a primary key and a range, last first", store.Query{Model: "Step", Limit: 5, Sort: down("number"), Where: text(w("run").Eq("run-7"), w("number").Lt(50))}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := st.Find(c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("a save and the 50 largest", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			save(b, st, []store.Put{{Model: "Item", Row: []byte(`{"id":"item-7","box":"box-7","at":0,"name":"x","size":` + strconv.Itoa(i*7919%1_000_000) + `}`)}})
			if _, err := st.Find(store.Query{Model: "Item", Limit: 50, Sort: down("size")}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Nobody asks in between: the indexes are given up and cost nothing.
func BenchmarkIndex_Import(b *testing.B) {
	for b.Loop() {
		st, puts := indexStore(b)
		for _, field := range []string{"box", "name", "size"} {
			if _, err := st.Find(store.Query{Model: "Item", Limit: 1, Sort: []store.Sort{{Field: field}}}); err != nil {
				b.Fatal(err)
			}
		}
		save(b, st, puts)
		_ = st.Close()
	}
}
