// Package sqlstore keeps the records of a server in tables of an SQL database. What
// databases say differently stands in a Dialect; the packages sqlite and postgres
// bring theirs.
//
// Records are JSON in one table of all models, beside their key, version and a mark
// when they are deleted. So one index has the changes of all models in their order,
// which is what a pull reads; a changed schema needs no change of tables; and clients
// with an older schema and newer ones write into the same rows.
package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/granarydb/granary/server"
)

// Dialect is what a database says in its own way.
type Dialect struct {
	Parameter  string // what stands before the number of a parameter: "$" or "?"
	Lock       string // behind a SELECT: keeps others from the row until the end of the transaction
	Migrations []string
	ReadOnly   *sql.TxOptions // a transaction that sees one state
	Prepare    bool           // statements are to be prepared, because the driver does not keep them

	// Serialise, if there is one, keeps others from migrating meanwhile.
	Serialise func(ctx context.Context, tx *sql.Tx) error
	// Notify, if there is one, tells other processes of a change in the transaction.
	Notify func(tenant string) Statement
	// Pipeline, if there is one, sends statements at once and waits for all of them. It
	// is handed the connection as the driver has it.
	Pipeline func(ctx context.Context, conn any, list []Statement) error
	// Outcomes and Rows, if there are any, are SELECTs of those whose keys are in lists.
	Outcomes, Rows string

	// Refused reports whether the database refused a value, so that it would do so again.
	Refused func(error) bool
}

// Statement is SQL with its arguments.
type Statement struct {
	Text string
	Args []any
}

// Store is a server.Storage.
type Store struct {
	dialect Dialect
	writes  *pool
	reads   *pool
	wake    atomic.Value // of func(tenant string, all bool)
}

// pool is connections, and statements prepared for them.
type pool struct {
	db         *sql.DB
	statements map[statement]*sql.Stmt // nil when the driver keeps them
}

// Open brings the tables up to date and returns the store. The connections of writes
// and reads may be the same.
func Open(ctx context.Context, d Dialect, writes, reads *sql.DB) (*Store, error) {
	st := &Store{dialect: d, writes: &pool{db: writes}, reads: &pool{db: reads}}
	if err := st.migrate(ctx); err != nil {
		return nil, fmt.Errorf("bringing the tables of the server up to date: %w", err)
	}
	if !d.Prepare {
		return st, nil
	}
	for _, p := range []*pool{st.writes, st.reads} {
		p.statements = map[statement]*sql.Stmt{}
		for _, s := range statements {
			prepared, err := p.db.PrepareContext(ctx, st.text(s))
			if err != nil {
				return nil, err
			}
			p.statements[s] = prepared
		}
	}
	return st, nil
}

// text is a statement in the words of the database.
func (st *Store) text(s statement) string {
	text := strings.ReplaceAll(string(s), "$", st.dialect.Parameter)
	return strings.ReplaceAll(text, "/*lock*/", st.dialect.Lock)
}

// Listen sets what is called after commits.
func (st *Store) Listen(wake func(tenant string, all bool)) { st.wake.Store(wake) }

// Wake tells who listens of changes, by this process or another.
func (st *Store) Wake(tenant string, all bool) {
	if wake, ok := st.wake.Load().(func(string, bool)); ok {
		wake(tenant, all)
	}
}

// Ping reports whether the database answers.
func (st *Store) Ping(ctx context.Context) error { return st.reads.db.PingContext(ctx) }

// Close closes the connections.
func (st *Store) Close() error { return errors.Join(st.reads.db.Close(), st.writes.db.Close()) }

// Write runs f in one transaction, alone among those of its tenant. When the database
// did not take a value of statements that were sent together, f is run again with each
// sent by itself, so that the mutation is known that is to blame.
func (st *Store) Write(ctx context.Context, tenant string, f func(server.Tx) error) error {
	err := st.write(ctx, tenant, st.dialect.Pipeline != nil, f)
	if _, ok := errors.AsType[*together](err); ok {
		err = st.write(ctx, tenant, false, f)
	}
	return err
}

func (st *Store) write(ctx context.Context, tenant string, pipelined bool, f func(server.Tx) error) error {
	conn, err := st.writes.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	began, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = began.Rollback() }() // no harm after a commit
	t := &tx{view: view{ctx, st, st.writes, began, tenant}, conn: conn, pipelined: pipelined}
	if err = t.begin(); err != nil {
		return err
	}
	if err = f(t); err != nil {
		return err
	}
	if err = t.end(); err != nil {
		return err
	}
	if err = began.Commit(); err == nil && t.changed {
		st.Wake(tenant, false)
	}
	return err
}

// Read runs f on one state.
func (st *Store) Read(ctx context.Context, tenant string, f func(server.View) error) error {
	began, err := st.reads.db.BeginTx(ctx, st.dialect.ReadOnly)
	if err != nil {
		return err
	}
	defer func() { _ = began.Rollback() }()
	return f(&view{ctx, st, st.reads, began, tenant})
}

// Tenants returns the names of all that were written.
func (st *Store) Tenants(ctx context.Context) (names []string, err error) {
	rows, err := st.reads.db.QueryContext(ctx, "SELECT tenant FROM granary_tenants ORDER BY tenant")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err = rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// Renew gives the store another epoch.
func (st *Store) Renew(ctx context.Context) error {
	_, err := st.writes.db.ExecContext(ctx, st.text("UPDATE granary_meta SET value = $1 WHERE name = 'epoch'"), newEpoch())
	if err == nil {
		st.Wake("", true)
	}
	return err
}

func newEpoch() string {
	random := make([]byte, 6)
	_, _ = rand.Read(random) // it never fails
	return hex.EncodeToString(random)
}

// migrate brings the tables up to date, one transaction for all that is missing.
func (st *Store) migrate(ctx context.Context) error {
	began, err := st.writes.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = began.Rollback() }()
	if st.dialect.Serialise != nil {
		if err = st.dialect.Serialise(ctx, began); err != nil {
			return err
		}
	}
	if _, err = began.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS granary_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)"); err != nil {
		return err
	}
	present, err := st.layout(ctx, began)
	if err != nil {
		return err
	}
	newest := len(st.dialect.Migrations)
	if present > newest {
		return fmt.Errorf("they have layout %d, of a newer server: this one knows %d", present, newest)
	}
	for i := present; i < newest; i++ {
		if _, err = began.ExecContext(ctx, st.dialect.Migrations[i]); err != nil {
			return fmt.Errorf("layout %d: %w", i+1, err)
		}
	}
	for name, value := range map[string]string{"layout": strconv.Itoa(newest), "epoch": newEpoch()} {
		text := "INSERT INTO granary_meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"
		if name == "layout" {
			text = "INSERT INTO granary_meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
		}
		if _, err = began.ExecContext(ctx, st.text(statement(text)), name, value); err != nil {
			return err
		}
	}
	return began.Commit()
}

// layout is the number of migrations that were done.
func (st *Store) layout(ctx context.Context, tx *sql.Tx) (n int, err error) {
	var text string
	err = tx.QueryRowContext(ctx, "SELECT value FROM granary_meta WHERE name = 'layout'").Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err == nil {
		n, err = strconv.Atoi(text)
	}
	return n, err
}
