package httpremote_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/remote/httpremote"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

var ctx = context.Background()

func serve(t *testing.T, f http.HandlerFunc) *httpremote.Remote {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return httpremote.New(s.URL + "/sync/")
}

func TestRemote_PostsJSONWithTheHeadersOfTheApp(t *testing.T) {
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		fmt.Fprintf(w, "%s %s %s %s", q.Method, q.URL.Path, q.Header.Get("Authorization"), body)
	})
	r.Header = func(_ context.Context, h http.Header) error {
		h.Set("Authorization", "token")
		return nil
	}
	answer, err := r.Pull(ctx, []byte(`{"a":1}`))
	require.NoError(t, err)
	require.Equal(t, `POST /sync/pull token {"a":1}`, string(answer))
	answer, err = r.Push(ctx, []byte(`{}`))
	require.NoError(t, err)
	require.Equal(t, `POST /sync/push token {}`, string(answer))
}

func TestRemote_ReturnsWhatElseIsAnsweredAsARefusal(t *testing.T) {
	for after, want := range map[string]int64{"": -1, "7": 7000, "soon": -1, "-5": -1, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		r := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(strings.Repeat("x", 1<<20)))
		})
		_, err := r.Pull(ctx, nil)
		var refusal *replication.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, 503, refusal.Status)
		require.Equal(t, want, refusal.RetryAfter, after)
		require.Less(t, len(refusal.Body), 1<<20)
	}
}

func TestRemote_ReadsNoMoreThanIsAllowed(t *testing.T) {
	r := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		piece := make([]byte, 1<<20)
		for range 100 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	answer, err := r.Pull(ctx, nil)
	require.NoError(t, err)
	require.Len(t, answer, replication.MaxBody+1)
}

func TestLive_TellsOfEvents(t *testing.T) {
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Query().Get("checkpoint") != "4 1&3" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		_, _ = io.WriteString(w, ": hello\n\nevent: poke\ndata:\n\n\nevent: changes\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\ndata: x\n\nevent: cut off")
	})
	var list []string
	err := r.Live(ctx, []byte(`"4 1&3"`), func(n replication.News) {
		list = append(list, fmt.Sprint(n.Open, " ", string(n.Page)))
	})
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, []string{"true ", "false ", "false {\"a\":\n1}", "false "}, list)
}

func TestLive_OfAServerWithoutOneIsNone(t *testing.T) {
	r := serve(t, http.NotFound)
	require.ErrorIs(t, r.Live(ctx, nil, nil), replication.ErrNoLive)
	r = serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") })
	require.ErrorIs(t, r.Live(ctx, nil, nil), replication.ErrNoLive)
	r.NoLive = true
	require.ErrorIs(t, r.Live(ctx, nil, nil), replication.ErrNoLive)
}

func TestRemote_SyncsAStore(t *testing.T) {
	pushed := make(chan string, 1)
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		switch q.URL.Path {
		case "/sync/pull":
			_, _ = io.WriteString(w, `{"changes":[{"model":"Note","id":"1","version":"1","data":{"text":"from the server"}}],"checkpoint":"1","more":false}`)
		case "/sync/push":
			id := string(body[strings.Index(string(body), `"mutations":[{"id":"`)+len(`"mutations":[{"id":"`):])[:36]
			fmt.Fprintf(w, `{"results":[{"id":%q,"status":"applied","records":[]}]}`, id)
			pushed <- string(body)
		default:
			http.NotFound(w, q)
		}
	})
	s, err := schema.Parse(`type Note @model(timestamps: null) { id: ID! text: String }`)
	require.NoError(t, err)
	st, err := store.Open(ctx, store.Options{Schema: s, Backend: memory.New()})
	require.NoError(t, err)
	defer func() { require.NoError(t, st.Close()) }()
	syncing, err := st.Sync(r, store.SyncOptions{})
	require.NoError(t, err)
	defer syncing.Stop()
	require.NoError(t, syncing.WhenSynced(ctx))
	n, err := st.Get(ctx, "Note", "1")
	require.NoError(t, err)
	require.Equal(t, "from the server", n.String("text"))
	c, err := st.BeginSave([]store.Put{{Model: "Note", Row: []byte(`{"id":"2"}`)}})
	require.NoError(t, err)
	require.NoError(t, st.Acknowledged(ctx, c))
	require.Contains(t, <-pushed, `{"op":"create","model":"Note","id":"2"`)
}
