package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/conformance"
	"github.com/granarydb/granary/server/localpg"
	"github.com/granarydb/granary/server/postgres"
	"github.com/granarydb/granary/server/sqlite"
	"github.com/granarydb/granary/store/schema"
)

var errStranger = errors.New("a stranger")

var cluster *localpg.Server

func TestMain(m *testing.M) {
	var err error
	if cluster, err = localpg.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	cluster.Stop()
	os.Exit(status)
}

const (
	token    = "a-token"
	outdated = "0000000000000000"
)

// inSQLite opens a storage in a file of the test's own.
func inSQLite(t *testing.T) server.Storage {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "granary.db"))
	require.NoError(t, err)
	return st
}

// inPostgres opens a storage in a database of the test's own.
func inPostgres(t *testing.T) server.Storage {
	t.Helper()
	address, err := cluster.Database(t.Context())
	require.NoError(t, err)
	st, err := postgres.Open(t.Context(), address)
	require.NoError(t, err)
	return st
}

// serve serves the models of the kit, and returns how to check that server. around
// wraps its handler.
func serve(t *testing.T, st server.Storage, around func(http.Handler) http.Handler) conformance.Config {
	t.Helper()
	models, err := schema.Parse(conformance.Schema)
	require.NoError(t, err)
	s, err := server.New(server.Options{
		Schema: models, Storage: st, Scopes: []string{"group"},
		Policies: map[string]server.Policy{"Ledger": server.Strict},
		Accepted: []string{models.Fingerprint}, Log: slog.New(slog.DiscardHandler),
		Hooks: server.Hooks{Authenticate: func(r *http.Request) (server.User, error) {
			if r.Header.Get("Authorization") != "Bearer "+token {
				return server.User{}, errStranger
			}
			return server.User{ID: "u"}, nil
		}},
	})
	require.NoError(t, err)
	var handler http.Handler = s
	if around != nil {
		handler = around(s)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(func() {
		s.Close()
		web.Close()
		require.NoError(t, st.Close())
	})
	return conformance.Config{URL: web.URL, Token: token, Fingerprint: models.Fingerprint, Outdated: outdated, Patience: 20 * time.Second, Large: 9 << 20}
}

func TestServer_KeepsToTheProtocolOnEachStorage(t *testing.T) {
	for name, open := range map[string]func(*testing.T) server.Storage{"SQLite": inSQLite, "PostgreSQL": inPostgres} {
		t.Run(name, func(t *testing.T) {
			results, err := conformance.Run(t.Context(), serve(t, open(t), nil), nil)
			require.NoError(t, err)
			for _, r := range results {
				t.Log(r.Name, r.Status, r.Took.Round(time.Millisecond))
				require.Equal(t, conformance.Passed, r.Status, "%s: %s", r.Name, r.Why)
			}
			require.Len(t, results, len(conformance.Names()))
		})
	}
}
