package postgres_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/localpg"
	"github.com/granarydb/granary/server/postgres"
	"github.com/granarydb/granary/server/storagetest"
)

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

func TestPostgres_IsAStorage(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storagetest.Fixture {
		address, err := cluster.Database(t.Context())
		require.NoError(t, err)
		return storagetest.Fixture{Side: true, Open: func(t *testing.T) server.Storage {
			st, err := postgres.Open(t.Context(), address)
			require.NoError(t, err)
			return st
		}}
	})
}

func TestOpen_OfSeveralAtOnceMakesTheTablesOnce(t *testing.T) {
	address, err := cluster.Database(t.Context())
	require.NoError(t, err)
	opened := make(chan error, 5)
	for range cap(opened) {
		go func() {
			st, err := postgres.Open(t.Context(), address)
			if err == nil {
				err = st.Close()
			}
			opened <- err
		}()
	}
	for range cap(opened) {
		require.NoError(t, <-opened)
	}
}
