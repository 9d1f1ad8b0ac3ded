package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/conformance"
	"github.com/granarydb/granary/server/sqlite"
	"github.com/granarydb/granary/store/schema"
)

// serve serves the models of the kit.
func serve(t *testing.T) string {
	t.Helper()
	models, err := schema.Parse(conformance.Schema)
	require.NoError(t, err)
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "granary.db"))
	require.NoError(t, err)
	s, err := server.New(server.Options{Schema: models, Storage: st, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		web.Close()
		require.NoError(t, st.Close())
	})
	return web.URL
}

func check(t *testing.T, args ...string) (status int, out, problems string) {
	t.Helper()
	var o, p bytes.Buffer
	status = run(t.Context(), args, &o, &p)
	return status, o.String(), p.String()
}

func TestRun_TellsALineForEachCheck(t *testing.T) {
	status, out, problems := check(t, serve(t))
	require.Equal(t, statusPassed, status, out+problems)
	for _, name := range conformance.Names() {
		require.Contains(t, out, " "+name+" ")
	}
	require.Contains(t, out, "not applicable: no token was given to check with")
	require.Contains(t, out, "not applicable: the server takes no scope of group")
	require.Contains(t, out, "not applicable: the server has no strict models, or Ledger is none")
	require.Regexp(t, `\n\d+ passed, 0 failed, \d+ not applicable, in `, out)
}

func TestRun_ReportsJSON(t *testing.T) {
	status, out, _ := check(t, "-json", "-only", "push-applied", serve(t))
	require.Equal(t, statusPassed, status)
	var results []conformance.Result
	require.NoError(t, json.Unmarshal([]byte(out), &results))
	require.Len(t, results, 1)
	require.Equal(t, conformance.Passed, results[0].Status)
}

func TestRun_FailsWithAServerThatIsNone(t *testing.T) {
	none := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(none.Close)
	status, out, _ := check(t, none.URL)
	require.Equal(t, statusFailed, status)
	require.Contains(t, out, "✗ push-applied")
	require.Contains(t, out, "answered 404")
}

func TestRun_KnowsItsFlags(t *testing.T) {
	status, out, _ := check(t, "-list")
	require.Equal(t, statusPassed, status)
	require.Equal(t, conformance.Names(), strings.Fields(out))
	status, out, _ = check(t, "-models")
	require.Equal(t, statusPassed, status)
	require.Equal(t, conformance.Schema, out)
	for _, args := range [][]string{nil, {"-nothing"}, {"a", "b"}, {"-only", "nothing", "http://127.0.0.1:1"}, {"-header", "x", "http://127.0.0.1:1"}} {
		status, _, problems := check(t, args...)
		require.Equal(t, statusUsage, status, args)
		require.NotEmpty(t, problems)
	}
}
