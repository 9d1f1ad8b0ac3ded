// Package sqlite keeps the records of a server in one SQLite file, in this process and
// without any set-up.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/granarydb/granary/server/internal/sqlstore"
)

// migrations are the layouts of the tables, each from the one before. Those that were
// released are never changed.
var migrations = []string{`
	CREATE TABLE granary_tenants (
		tenant TEXT PRIMARY KEY, version INTEGER NOT NULL, horizon INTEGER NOT NULL, paths TEXT NOT NULL
	) WITHOUT ROWID;
	CREATE TABLE granary_records (
		tenant TEXT NOT NULL, model TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
		at INTEGER NOT NULL, changed INTEGER NOT NULL, deleted INTEGER NOT NULL, data TEXT,
		PRIMARY KEY (tenant, model, id)
	);
	CREATE UNIQUE INDEX granary_versions ON granary_records (tenant, version);
	CREATE INDEX granary_deleted ON granary_records (tenant, changed) WHERE deleted;
	CREATE TABLE granary_past (
		tenant TEXT NOT NULL, model TEXT NOT NULL, id TEXT NOT NULL, ended INTEGER NOT NULL,
		changed INTEGER NOT NULL, data TEXT, PRIMARY KEY (tenant, model, id, ended)
	);
	CREATE UNIQUE INDEX granary_past_ended ON granary_past (tenant, ended);
	CREATE TABLE granary_links (
		tenant TEXT NOT NULL, model TEXT NOT NULL, path TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
		PRIMARY KEY (tenant, model, path, value, id)
	) WITHOUT ROWID;
	CREATE TABLE granary_mutations (
		tenant TEXT NOT NULL, id TEXT NOT NULL, author TEXT NOT NULL, client TEXT NOT NULL, seen INTEGER NOT NULL,
		outcome TEXT NOT NULL, PRIMARY KEY (tenant, id)
	);
	CREATE INDEX granary_mutations_seen ON granary_mutations (tenant, seen);`,
}

// Open opens the file, and makes it where it is not there. A commit is on the disk when
// it is answered. One process may have it open; others that read it do no harm.
func Open(ctx context.Context, file string) (*sqlstore.Store, error) {
	writes, err := open(file, "immediate", 1)
	if err != nil {
		return nil, err
	}
	reads, err := open(file, "deferred", max(4, 2*runtime.NumCPU()))
	if err != nil {
		return nil, errors.Join(err, writes.Close())
	}
	st, err := sqlstore.Open(ctx, sqlstore.Dialect{
		Parameter: "?", Migrations: migrations, Prepare: true, Refused: refused,
	}, writes, reads)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the database %s: %w", file, err), reads.Close(), writes.Close())
	}
	return st, nil
}

// open opens the file for so many connections that begin transactions in one way.
func open(file, begin string, connections int) (*sql.DB, error) {
	q := url.Values{"_txlock": {begin}, "_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "cache_size(-16000)", "temp_store(MEMORY)",
	}}
	name := url.URL{Scheme: "file", Opaque: url.PathEscape(file), RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err == nil {
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
	}
	return db, err
}

// refused reports whether SQLite did not take a value.
func refused(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_CONSTRAINT, lib.SQLITE_TOOBIG, lib.SQLITE_MISMATCH, lib.SQLITE_RANGE:
		return true
	}
	return false
}
