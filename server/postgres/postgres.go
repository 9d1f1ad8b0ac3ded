// Package postgres keeps the records of servers in a PostgreSQL database, which any
// number of processes may serve at once.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/granarydb/granary/server/internal/sqlstore"
)

// migrations are the layouts of the tables, each from the one before. Those that were
// released are never changed. Records are json, which keeps the text as it is: jsonb
// has no place for "\u0000" and writes numbers in its own way. The columns of text
// compare by bytes, as SQLite's do.
var migrations = []string{`
	CREATE TABLE granary_tenants (
		tenant text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, horizon bigint NOT NULL, paths text NOT NULL
	) WITH (fillfactor = 50);
	CREATE TABLE granary_records (
		tenant text COLLATE "C" NOT NULL, model text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version bigint NOT NULL,
		at bigint NOT NULL, changed bigint NOT NULL, deleted boolean NOT NULL, data json,
		PRIMARY KEY (tenant, model, id)
	);
	CREATE UNIQUE INDEX granary_versions ON granary_records (tenant, version);
	CREATE INDEX granary_deleted ON granary_records (tenant, changed) WHERE deleted;
	CREATE TABLE granary_past (
		tenant text COLLATE "C" NOT NULL, model text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, ended bigint NOT NULL,
		changed bigint NOT NULL, data json, PRIMARY KEY (tenant, model, id, ended)
	);
	CREATE UNIQUE INDEX granary_past_ended ON granary_past (tenant, ended);
	CREATE TABLE granary_links (
		tenant text COLLATE "C" NOT NULL, model text COLLATE "C" NOT NULL, path text COLLATE "C" NOT NULL,
		value text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL,
		PRIMARY KEY (tenant, model, path, value, id)
	);
	CREATE TABLE granary_mutations (
		tenant text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, author text NOT NULL, client text NOT NULL, seen bigint NOT NULL,
		outcome json NOT NULL, PRIMARY KEY (tenant, id)
	);
	CREATE INDEX granary_mutations_seen ON granary_mutations (tenant, seen);`,
}

// channel is where the servers in front of one database tell each other of changes.
const channel = "granary_changes"

// allTenants stands for the name of a tenant that is too long for a notification.
const allTenants = "*"

const (
	migrationLock = 0x6772616e // of those that bring the tables up to date
	mendPause     = time.Second
)

// Store is a server.Storage that hears of the changes by other processes.
type Store struct {
	*sqlstore.Store
	pool *pgxpool.Pool
	stop context.CancelFunc
	done chan struct{}
}

// Open connects to the database and makes its tables where they are not there. The
// address is a URL or a list of key=value, as libpq takes it; pool_max_conns in it
// bounds the connections.
func Open(ctx context.Context, address string) (*Store, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("the address of the database: %w", err)
	}
	if config.MaxConns < 4 || !strings.Contains(address, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, 16)
	}
	config.ConnConfig.RuntimeParams["application_name"] = "granary"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDBFromPool(pool)
	kept, err := sqlstore.Open(ctx, sqlstore.Dialect{
		Parameter: "$", Lock: "FOR UPDATE", Migrations: migrations,
		ReadOnly:  &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		Serialise: serialise, Notify: notify, Refused: refused,
		Pipeline: pipeline, Outcomes: outcomes, Rows: rows,
	}, db, db)
	if err != nil {
		pool.Close()
		return nil, err
	}
	running, stop := context.WithCancel(context.Background())
	st := &Store{kept, pool, stop, make(chan struct{})}
	go st.listen(running)
	return st, nil
}

// Close ends the store.
func (st *Store) Close() error {
	st.stop()
	<-st.done
	err := st.Store.Close()
	st.pool.Close()
	return err
}

// listen hears of changes until the store is closed. What it may have missed while it
// had no connection, it tells of as changes of all.
func (st *Store) listen(ctx context.Context) {
	defer close(st.done)
	for ctx.Err() == nil {
		_ = st.hear(ctx) // a connection that broke is made anew
		select {
		case <-ctx.Done():
		case <-time.After(mendPause):
		}
	}
}

func (st *Store) hear(ctx context.Context) error {
	borrowed, err := st.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := borrowed.Hijack() // it is no connection for others any more
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err = conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for st.Wake("", true); ; {
		news, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		st.Wake(news.Payload, news.Payload == allTenants)
	}
}

// notify tells of a change when the transaction is committed.
func notify(tenant string) sqlstore.Statement {
	if tenant == allTenants || len(tenant) > 1000 {
		tenant = allTenants
	}
	return sqlstore.Statement{Text: "SELECT pg_notify($1, $2)", Args: []any{channel, tenant}}
}

// What is fetched at once for a push.
const (
	outcomes = "SELECT id, author, client, seen, outcome FROM granary_mutations WHERE tenant = $1 AND id = ANY ($2::text[])"
	rows     = "SELECT model, id, version, at, changed, deleted, data FROM granary_records WHERE tenant = $1 AND (model, id) IN (SELECT * FROM unnest($2::text[], $3::text[]))"
)

// pipeline sends statements in one go.
func pipeline(ctx context.Context, conn any, list []sqlstore.Statement) error {
	batch := &pgx.Batch{}
	for _, s := range list {
		args := make([]any, len(s.Args))
		for i, arg := range s.Args {
			args[i] = arg
			if text, ok := arg.(sql.NullString); ok {
				args[i] = pgtype.Text{String: text.String, Valid: text.Valid}
			}
		}
		batch.Queue(s.Text, args...)
	}
	return conn.(*stdlib.Conn).Conn().SendBatch(ctx, batch).Close()
}

// serialise keeps other processes from bringing the tables up to date meanwhile.
func serialise(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock)
	return err
}

// refused reports whether PostgreSQL did not take a value: classes 22, data, 23,
// constraints, and 54, limits of the program.
func refused(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (strings.HasPrefix(e.Code, "22") || strings.HasPrefix(e.Code, "23") || strings.HasPrefix(e.Code, "54"))
}
