//go:build !js || sdl

package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// BenchmarkLoad is of storage with 100,000 comments in blocks: a store is opened, the
// comments are read into memory, and one is found that is in storage only.
func BenchmarkLoad(b *testing.B) {
	const posts = 10_000
	storage, s, d := memory.New(), storetest.Schema(b, storetest.Blog), storetest.NewBlog(posts)
	first := storetest.Open(b, storetest.Blog, storage.Handle())
	storetest.SaveBlog(b, first, d.All())
	require.NoError(b, store.Fold(first))
	require.NoError(b, first.Close())

	open := func(b *testing.B) *store.Store {
		st, err := store.Open(ctx, store.Options{Schema: s, Backend: storage.Handle(), Preload: -1, Random: storetest.Random})
		require.NoError(b, err)
		return st
	}
	size := 0
	for _, r := range d.Comments {
		size += len(r.Array())
	}
	b.Run("open-and-close", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, open(b).Close())
		}
	})
	b.Run("load-100000", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			st := open(b)
			b.StartTimer()
			require.NoError(b, st.Load(ctx, "Comment"))
			b.StopTimer()
			require.False(b, st.Absent(s.Model("Comment")))
			require.NoError(b, st.Close())
			b.StartTimer()
		}
	})
	b.Run("peek", func(b *testing.B) {
		st := open(b)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			values, err := st.Peek(ctx, "Comment", d.Comments[i*7919%len(d.Comments)].Key())
			if err != nil || values == nil {
				b.Fatal(values, err)
			}
		}
		require.True(b, st.Absent(s.Model("Comment")))
		require.NoError(b, st.Close())
	})
}
