//go:build !js || sdl

package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/storetest"
)

// BenchmarkPull takes in 10,000 posts as pages of 1,000 changes: into an empty store,
// and once more into the one that has them, where every post has changed. Bytes are
// those of the pages.
func BenchmarkPull(b *testing.B) {
	const n, limit = 10_000, 1000
	posts := storetest.NewBlog(n).Posts
	s := storetest.Schema(b, storetest.Blog)
	pages := func(version int) (list [][]byte, size int) {
		for at := 0; at < n; at += limit {
			var changes []string
			for _, post := range posts[at : at+limit] {
				post.Values[2] = fmt.Sprint(version)
				changes = append(changes, fmt.Sprintf(`{"model":"Post","id":%s,"version":"%d","data":%s}`, post.Values[0], version, post.Object(s)))
			}
			page := fmt.Appendf(nil, `{"changes":[%s],"checkpoint":"%d/%d","more":%t}`, strings.Join(changes, ","), version, at+limit, at+limit < n)
			list, size = append(list, page), size+len(page)
		}
		return list, size
	}
	session := func(st *store.Store) *store.SyncSession {
		y, err := st.NewSyncSession(store.SyncOptions{Limit: limit})
		require.NoError(b, err)
		require.NoError(b, y.Prepare(ctx))
		return y
	}
	pull := func(y *store.SyncSession, pages [][]byte) {
		for i, page := range pages {
			e := y.Pull(replication.Effect{}).Answer(ctx, page, nil)
			if e.Err != nil || e.More != (i+1 < len(pages)) {
				b.Fatal(e.More, e.Err)
			}
		}
	}
	b.Run("first", func(b *testing.B) {
		list, size := pages(1)
		emptyEach(b, size, func(st *store.Store) { pull(session(st), list) })
	})
	b.Run("changed", func(b *testing.B) {
		st := storetest.Open(b, storetest.Blog, memory.New())
		y := session(st)
		version := 1
		list, size := pages(version)
		pull(y, list)
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			version++
			list, _ = pages(version)
			b.StartTimer()
			pull(y, list)
		}
	})
}
