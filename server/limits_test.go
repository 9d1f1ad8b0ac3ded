package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
)

func TestLimits_AreToldWithTheirNumber(t *testing.T) {
	s := open(t, func(o *server.Options) {
		o.Limits = server.Limits{Mutations: 2, Ops: 2, Body: 2000, Depth: 10, Page: 3}
	})
	three := array{s.mutation(), s.mutation(), s.mutation()}
	status, got, _ := s.call("/push", object{"protocol": 1, "mutations": three})
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Equal(t, object{"code": "LIMIT", "field": "mutations", "limit": 2.0, "message": "one push may have 2 mutations"}, got["error"])
	status, got, _ = s.call("/push", object{"protocol": 1, "client": strings.Repeat("x", 2000)})
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Equal(t, 2000.0, got["error"].(object)["limit"])
	status, _, _ = s.call("/push", object{"protocol": 1, "mutations": array{array{array{array{array{array{array{array{array{array{}}}}}}}}}}})
	require.Equal(t, http.StatusRequestEntityTooLarge, status)

	r := s.refuse("rejected", create("Note", "1", object{}), create("Note", "2", object{}), create("Note", "3", object{}))
	require.Equal(t, object{"code": "LIMIT", "field": "ops", "limit": 2.0, "message": "one mutation may have 2 operations"}, r["error"])
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		s.apply(create("Note", id, object{}))
	}
	_, got, _ = s.call("/pull", object{"protocol": 1, "limit": 1_000_000})
	require.Len(t, got["changes"], 3)
	require.Equal(t, true, got["more"])
}

func TestRate_IsAnsweredWith429(t *testing.T) {
	s := open(t, func(o *server.Options) { o.Limits.Rate = 2 })
	for range 20 {
		s.pull(nil, nil, "User", "ann")
	}
	status, got, header := s.call("/pull", object{"protocol": 1}, "User", "ann")
	require.Equal(t, http.StatusTooManyRequests, status)
	require.Equal(t, "BUSY", got["error"].(object)["code"])
	require.Equal(t, "1", header.Get("Retry-After"))
	s.pull(nil, nil, "User", "bob")
	s.clock.Add(1000)
	s.pull(nil, nil, "User", "ann")
}

func TestLive_HasABound(t *testing.T) {
	s := open(t, func(o *server.Options) { o.Limits.Live = 1 })
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	first, err := http.Get(web.URL + "/live")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, first.StatusCode)
	second, err := http.Get(web.URL + "/live")
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, second.StatusCode)
	require.NotEmpty(t, second.Header.Get("Retry-After"))
	require.NoError(t, second.Body.Close())
	s.Close()
	require.NoError(t, first.Body.Close())
}

// failing is a storage that fails when it is told to.
type failing struct {
	server.Storage
	err error
}

func (f *failing) Write(ctx context.Context, tenant string, do func(server.Tx) error) error {
	if f.err != nil {
		return f.err
	}
	return f.Storage.Write(ctx, tenant, do)
}

func TestStorage_ThatFailsIsAnsweredWith503AndDropsNothing(t *testing.T) {
	broken := &failing{}
	s := open(t, func(o *server.Options) { broken.Storage = o.Storage; o.Storage = broken })
	m := s.mutation(create("Note", "n", object{}))
	broken.err = errors.New("no connection")
	status, got, header := s.call("/push", object{"protocol": 1, "mutations": array{m}})
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, object{"code": "UNAVAILABLE", "message": "storage does not answer: try again"}, got["error"], "nothing of the cause leaves the server")
	require.NotEmpty(t, header.Get("Retry-After"))
	broken.err = nil
	require.Equal(t, "applied", s.push(array{m})[0]["status"])
}

func TestCalls_LeaveWhatIsLeftWhenTheirTimeIsOver(t *testing.T) {
	var s *site
	s = open(t, func(o *server.Options) {
		o.Hooks.Write = func(context.Context, server.User, server.Change) error {
			s.clock.Add(6000)
			return nil
		}
	})
	list := array{}
	for _, id := range []string{"a", "b", "c", "d"} {
		list = append(list, s.mutation(create("Note", id, object{})))
	}
	var got []any
	for _, r := range s.push(list) {
		got = append(got, r["status"])
	}
	require.Equal(t, []any{"applied", "applied", "retry", "retry"}, got)
	require.Len(t, s.there(), 2)
}

func TestWait_EndsWhenTheServerStops(t *testing.T) {
	s := open(t, nil)
	_, at, _ := s.pull(nil, nil)
	ended := make(chan object, 1)
	go func() {
		_, got, _ := s.call("/pull", object{"protocol": 1, "checkpoint": at, "wait": 30})
		ended <- got
	}()
	s.Close()
	require.Equal(t, at, (<-ended)["checkpoint"])
}

func TestCross_LetsInWhoIsNamed(t *testing.T) {
	s := open(t, func(o *server.Options) { o.Origins = []string{"https://app.example", "http://localhost:*"} })
	for origin, want := range map[string]bool{
		"https://app.example": true, "http://localhost": true, "http://localhost:5173": true, "https://app.example.evil": false,
		"http://localhost.evil:80": false, "http://localhost:80.evil": false, "null": false,
	} {
		r := httptest.NewRequest(http.MethodOptions, "/push", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.Equal(t, http.StatusNoContent, w.Code)
		require.Equal(t, want, w.Header().Get("Access-Control-Allow-Origin") == origin, origin)
		require.Equal(t, want, w.Header().Get("Access-Control-Allow-Headers") != "", origin)
	}
}

func TestOps_CanStandElsewhere(t *testing.T) {
	s := open(t, func(o *server.Options) { o.HideOps = true })
	for want, handler := range map[int]http.Handler{http.StatusNotFound: s, http.StatusOK: s.Ops()} {
		for _, path := range []string{"/health", "/metrics"} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			require.Equal(t, want, w.Code, path)
		}
	}
	w := httptest.NewRecorder()
	s.Ops().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Contains(t, w.Body.String(), `granary_calls_total{endpoint="health",status="200"} 1`)
}
