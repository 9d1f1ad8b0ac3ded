//go:build !js || sdl

package store_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

// newPost is a put of a post that is another one for each i; the puts share their text.
func newPost() func(i int) store.Put {
	put := storetest.BlogPuts(storetest.NewBlog(1).Posts)[0]
	at := bytes.IndexByte(put.Row, '"') + 1
	return func(i int) store.Put {
		copy(put.Row[at:], fmt.Sprintf("%08x", i))
		return put
	}
}

// finish returns when a commit that began is done.
func finish(b *testing.B, c *store.Commit, err error) {
	b.Helper()
	if err == nil {
		err = c.Wait(context.Background())
	}
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCommit stores records in memory: a post, 1,000 posts in commits that begin
// together and in one, and 10,000 records of all models as an import. Bytes are those
// of the records' text.
func BenchmarkCommit(b *testing.B) {
	b.Run("one", func(b *testing.B) {
		st, post := storetest.Open(b, storetest.Blog, memory.New()), newPost()
		b.SetBytes(int64(len(post(0).Row)))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c, err := st.BeginSave([]store.Put{post(i)})
			finish(b, c, err)
		}
	})
	b.Run("1000-together", func(b *testing.B) {
		st, post := storetest.Open(b, storetest.Blog, memory.New()), newPost()
		commits := make([]*store.Commit, 1000)
		b.SetBytes(int64(len(commits) * len(post(0).Row)))
		b.ReportAllocs()
		for n := 0; b.Loop(); n += len(commits) {
			for i := range commits {
				var err error
				if commits[i], err = st.BeginSave([]store.Put{post(n + i)}); err != nil {
					b.Fatal(err)
				}
			}
			for _, c := range commits {
				finish(b, c, nil)
			}
		}
	})
	b.Run("1000-in-one", func(b *testing.B) {
		puts := storetest.BlogPuts(storetest.NewBlog(1000).Posts)
		emptyEach(b, sizeOf(puts), func(st *store.Store) {
			c, err := st.BeginSave(puts)
			finish(b, c, err)
		})
	})
	b.Run("import-10000", func(b *testing.B) {
		const n = 10_000
		var text bytes.Buffer
		st := storetest.Open(b, storetest.Blog, memory.New())
		storetest.SaveBlog(b, st, storetest.NewBlog(n/13 + 1).All()[:n])
		_, err := st.Export(ctx, &text, store.ExportOptions{})
		require.NoError(b, err)
		emptyEach(b, text.Len(), func(st *store.Store) {
			report, err := st.Import(ctx, bytes.NewReader(text.Bytes()), store.ImportOptions{})
			if err != nil || report.Inserted != n {
				b.Fatal(report, err)
			}
		})
	})
}

// savePuts saves some thousand records a commit.
func savePuts(b *testing.B, st *store.Store, puts []store.Put) {
	b.Helper()
	for len(puts) > 0 {
		n := min(5000, len(puts))
		c, err := st.BeginSave(puts[:n])
		finish(b, c, err)
		puts = puts[n:]
	}
}

func sizeOf(puts []store.Put) (n int) {
	for _, p := range puts {
		n += len(p.Row)
	}
	return n
}

// emptyEach times work with an empty store, another one each time.
func emptyEach(b *testing.B, bytes int, work func(st *store.Store)) {
	s := storetest.Schema(b, storetest.Blog)
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		st, err := store.Open(ctx, store.Options{Schema: s, Backend: memory.New(), Random: storetest.Random})
		require.NoError(b, err)
		b.StartTimer()
		work(st)
		b.StopTimer()
		require.NoError(b, st.Close())
		b.StartTimer()
	}
}

// BenchmarkQuery asks a store of 10,000 posts and 100,000 comments.
func BenchmarkQuery(b *testing.B) {
	st, d := storetest.OpenBlog(b, 10_000)
	where := func(p predicate.Predicate) []byte {
		text, err := p.JSON()
		require.NoError(b, err)
		return text
	}
	w := predicate.Where
	post, author := d.Comments[0].Values[1], d.Comments[0].Values[3]
	unquoted := func(text string) string { return text[1 : len(text)-1] }
	for _, c := range []struct {
		name string
		q    store.Query
	}{
		{"scan-sort-50-of-10000", store.Query{Model: "Post", Limit: 50, Sort: []store.Sort{{Field: "rating", Descending: true}, {Field: "title"}},
			Where: where(predicate.And(w("rating").Gt(5), w("status").Eq("ACTIVE"), w("title").Contains("harbour")))}},
		{"comments-of-a-post", store.Query{Model: "Comment", Limit: -1, Where: where(w("post.id").Eq(unquoted(post)))}},
		{"posts-by-a-commenter", store.Query{Model: "Post", Limit: -1, Where: where(w("comments.author").Eq(unquoted(author)))}},
		{"sort-100000", store.Query{Model: "Comment", Limit: -1, Sort: []store.Sort{{Field: "content"}}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				found, err := st.Find(c.q)
				if err != nil || len(found.Refs) == 0 {
					b.Fatal(len(found.Refs), err)
				}
			}
		})
	}
}

// BenchmarkLive saves one of 10,000 posts, by which a live query of the 50 best
// changes, until it has told.
func BenchmarkLive(b *testing.B) {
	st, d := storetest.Open(b, storetest.Blog, memory.New()), storetest.NewBlog(10_000)
	storetest.SaveBlog(b, st, d.Posts)
	l, err := st.Live("Post", store.Descending("rating"), store.Ascending("title"), store.Limit(50))
	require.NoError(b, err)
	defer l.Close()
	_, err = l.Answer()
	require.NoError(b, err)
	const least = "1000000" // as a rating, more than all others
	var puts []store.Put
	var ratings [][]byte // the digits in their texts
	for _, post := range d.Posts {
		post.Values[2] = least
		put := storetest.BlogPuts([]storetest.BlogRecord{post})[0]
		at := bytes.Index(put.Row, []byte(","+least+",")) + 1
		puts, ratings = append(puts, put), append(ratings, put.Row[at:at+len(least)])
	}
	saves := 0
	b.Run("50-of-10000", func(b *testing.B) {
		b.ReportAllocs()
		for ; b.Loop(); saves++ {
			i := saves % len(puts)
			strconv.AppendInt(ratings[i][:0], int64(1_000_001+saves), 10)
			c, err := st.BeginSave(puts[i : i+1])
			finish(b, c, err)
			if _, changed, err := l.Next(); err != nil || !changed {
				b.Fatal(changed, err)
			}
		}
	})
}

// BenchmarkCascade deletes 100 of 1,000 posts, and with them their comments and join rows.
func BenchmarkCascade(b *testing.B) {
	st, d := storetest.OpenBlog(b, 1000)
	gone := map[string]bool{}
	deletion := store.Deletion{Model: "Post"}
	for _, post := range d.Posts[:100] {
		gone[post.Values[0]] = true
		deletion.Keys = append(deletion.Keys, post.Key())
	}
	var theirs []storetest.BlogRecord
	for _, r := range d.All() {
		if gone[r.Values[0]] || gone[r.Values[1]] {
			theirs = append(theirs, r)
		}
	}
	require.Greater(b, len(theirs), 1000)
	b.Run("100-posts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c, err := st.BeginDelete(deletion)
			finish(b, c, err)
			b.StopTimer()
			storetest.SaveBlog(b, st, theirs)
			b.StartTimer()
		}
	})
}
