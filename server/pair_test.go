package server_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/replication"
)

// direct is the way to a server in the same program.
type direct struct{ http.Handler }

func (d direct) call(path string, request []byte) ([]byte, error) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(request))
	r.Header.Set("Content-Type", "application/json")
	d.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return nil, &replication.Refusal{Status: w.Code, RetryAfter: -1, Body: w.Body.Bytes()}
	}
	return w.Body.Bytes(), nil
}

func (d direct) Pull(_ context.Context, request []byte) ([]byte, error) {
	return d.call("/pull", request)
}

func (d direct) Push(_ context.Context, request []byte) ([]byte, error) {
	return d.call("/push", request)
}

func (d direct) Live(context.Context, []byte, func(replication.News)) error {
	return replication.ErrNoLive
}

// Two devices connect, part and connect the same records, neither knowing of the
// other: the pair is one record, and nobody has anything in the box.
func TestPair_ThatTwoClientsConnectIsOneRecord(t *testing.T) {
	for _, name := range []string{"merge", "last", "strict"} {
		t.Run(name, func(t *testing.T) {
			policy, err := server.ParsePolicy(name)
			require.NoError(t, err)
			s := open(t, func(o *server.Options) { o.Policy = policy })
			var stores []*store.Store
			var syncs []*store.Sync
			for range 2 {
				st, err := store.Open(t.Context(), store.Options{Schema: parse(t, blog), Backend: memory.New()})
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, st.Close()) })
				sync, err := st.Sync(direct{s}, store.SyncOptions{})
				require.NoError(t, err)
				t.Cleanup(sync.Stop)
				stores, syncs = append(stores, st), append(syncs, sync)
			}
			settle := func() {
				for range 2 {
					for _, sync := range syncs {
						require.NoError(t, sync.WhenSynced(t.Context()))
					}
				}
			}
			for _, model := range []string{"User", "Post"} {
				_, err := stores[0].Save(t.Context(), made(t, stores[0], model))
				require.NoError(t, err)
			}
			settle()
			for round, change := range []func(c store.Collection, r *store.Record) error{
				func(c store.Collection, r *store.Record) error { return c.Add(t.Context(), r) },
				func(c store.Collection, r *store.Record) error { return c.Remove(t.Context(), r) },
				func(c store.Collection, r *store.Record) error { return c.Add(t.Context(), r) },
			} {
				for i, st := range stores {
					syncs[i].Pause()
					post, err := st.Get(t.Context(), "Post", "Post")
					require.NoError(t, err)
					user, err := st.Get(t.Context(), "User", "User")
					require.NoError(t, err)
					require.NoError(t, change(post.Many("editors"), user))
				}
				for _, sync := range syncs {
					sync.Resume()
				}
				settle()
				for _, st := range stores {
					pairs, err := st.Query(t.Context(), "Editor")
					require.NoError(t, err)
					require.Len(t, pairs, 1-round%2)
					require.Empty(t, st.Rejected())
				}
			}
		})
	}
}

// made is a new record of a model whose key is its name.
func made(t *testing.T, st *store.Store, model string) *store.Record {
	t.Helper()
	fields := store.Fields{"id": model}
	if model == "Post" {
		fields["title"] = "a post"
	}
	r, err := st.New(model, fields)
	require.NoError(t, err)
	return r
}
