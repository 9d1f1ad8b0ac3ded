package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/sqlite"
	"github.com/granarydb/granary/server/storagetest"
)

func TestSQLite_IsAStorage(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storagetest.Fixture {
		file := filepath.Join(t.TempDir(), "a file with #, ? and %.db")
		return storagetest.Fixture{Open: func(t *testing.T) server.Storage {
			st, err := sqlite.Open(t.Context(), file)
			require.NoError(t, err)
			require.FileExists(t, file)
			return st
		}}
	})
}

func TestOpen_RefusesTablesOfANewerServer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new.db")
	st, err := sqlite.Open(t.Context(), file)
	require.NoError(t, err)
	require.NoError(t, st.Close())
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	_, err = db.Exec("UPDATE granary_meta SET value = '99' WHERE name = 'layout'")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = sqlite.Open(t.Context(), file)
	require.ErrorContains(t, err, "of a newer server")
}

func TestOpen_OfNoDatabaseSaysWhichFile(t *testing.T) {
	_, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "absent", "x.db"))
	require.ErrorContains(t, err, "x.db")
}
