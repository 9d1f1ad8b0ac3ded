//go:build !js || sdl

package store_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
)

const benchmarkSDL = `
enum Status { ACTIVE INACTIVE }
type Post @model { id: ID! title: String! rating: Int status: Status comments: [Comment] @hasMany }
type Comment @model { id: ID! content: String author: String post: Post @belongsTo }
`

// benchmarkStore returns a store with posts and ten comments to each.
func benchmarkStore(b *testing.B, posts int) (*store.Store, []store.Put) {
	b.Helper()
	s, err := schema.Parse(benchmarkSDL)
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(context.Background(), store.Options{Schema: s, Backend: memory.New(),
		Clock: func() int64 { return 0 }, Random: func(p []byte) { p[0]++ }})
	if err != nil {
		b.Fatal(err)
	}
	var puts []store.Put
	for i := range posts {
		n := strconv.Itoa(i)
		puts = append(puts, store.Put{Model: "Post", Row: []byte(`{"id":"post-` + n +
			`","title":"a title of some forty characters or so ` + n + `","rating":` + strconv.Itoa(i%10) + `,"status":"ACTIVE","createdAt":null,"updatedAt":null}`)})
		for c := range 10 {
			puts = append(puts, store.Put{Model: "Comment", Row: []byte(`{"id":"comment-` + n + "-" + strconv.Itoa(c) +
				`","content":"a comment of about one hundred and twenty characters, as people write them when they have little time, or much","author":"author-` +
				strconv.Itoa((i*7+c)%100) + `","postCommentsId":"post-` + n + `","createdAt":null,"updatedAt":null}`)})
		}
	}
	return st, puts
}

func save(b *testing.B, st *store.Store, puts []store.Put) {
	b.Helper()
	for len(puts) > 0 {
		n := min(5000, len(puts))
		c, err := st.BeginSave(puts[:n])
		if err == nil {
			err = c.Wait(context.Background())
		}
		if err != nil {
			b.Fatal(err)
		}
		puts = puts[n:]
	}
}

func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		st, puts := benchmarkStore(b, 1000)
		save(b, st, puts)
		_ = st.Close()
	}
}

func BenchmarkQuery(b *testing.B) {
	st, puts := benchmarkStore(b, 10_000)
	save(b, st, puts)
	find := func(b *testing.B, q store.Query, want int) {
		for b.Loop() {
			found, err := st.Find(q)
			if err != nil || len(found.Refs) != want {
				b.Fatal(len(found.Refs), err)
			}
		}
	}
	where := func(p predicate.Predicate) []byte {
		text, err := p.JSON()
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	b.Run("scan of 10,000 with sort and limit", func(b *testing.B) {
		find(b, store.Query{Model: "Post", Limit: 50, Sort: []store.Sort{{Field: "rating", Descending: true}, {Field: "title"}},
			Where: where(predicate.And(predicate.Where("rating").Gt(5), predicate.Where("status").Eq("ACTIVE"), predicate.Where("title").Contains("99")))}, 50)
	})
	b.Run("comments of a post", func(b *testing.B) {
		find(b, store.Query{Model: "Comment", Limit: -1, Where: where(predicate.Where("post.id").Eq("post-77"))}, 10)
	})
	b.Run("posts with a comment by somebody", func(b *testing.B) {
		find(b, store.Query{Model: "Post", Limit: -1, Where: where(predicate.Where("comments.author").Eq("author-7"))}, 1000)
	})
	b.Run("all of 100,000 sorted", func(b *testing.B) {
		find(b, store.Query{Model: "Comment", Limit: -1, Sort: []store.Sort{{Field: "author"}}}, 100_000)
	})
}
