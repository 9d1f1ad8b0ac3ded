package sqlstore

import (
	"database/sql"
	"errors"
	"strconv"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/store/code"
)

// tx is a server.Tx. It holds the row of its tenant in granary_tenants from its first
// statement on: that row is the counter of the versions, and the lock of all writers.
type tx struct {
	view
	version   int64 // the last that was given out
	changed   bool
	depth     int
	conn      *sql.Conn
	pipelined bool        // statements without an answer are kept back until one is needed
	pending   []Statement // that are kept back

	outcomes map[string]*server.Outcome // that were fetched or written; nil for those that are not there
	rows     map[server.Key]*server.Row // likewise
	written  []server.Key               // since the outermost savepoint
	decided  []string                   // likewise
}

func (t *tx) exec(s statement, args ...any) (err error) {
	if t.pipelined {
		t.pending = append(t.pending, Statement{t.st.text(s), args})
		return nil
	}
	if prepared := t.pool.statements[s]; prepared != nil {
		_, err = t.sql.StmtContext(t.ctx, prepared).ExecContext(t.ctx, args...)
	} else {
		_, err = t.sql.ExecContext(t.ctx, t.st.text(s), args...)
	}
	return t.refused(err)
}

// flush sends what is kept back.
func (t *tx) flush() error {
	if len(t.pending) == 0 {
		return nil
	}
	list := t.pending
	t.pending = nil
	err := t.conn.Raw(func(conn any) error { return t.st.dialect.Pipeline(t.ctx, conn, list) })
	if err != nil && t.st.dialect.Refused(err) {
		return &together{err}
	}
	return err
}

// together is a refusal of one of several statements, of which nobody knows which.
type together struct{ cause error }

func (t *together) Error() string { return t.cause.Error() }

// query asks behind all that was written.
func (t *tx) query(s statement, args ...any) (*sql.Rows, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.view.query(s, args...)
}

func (t *tx) one(s statement, args []any, into ...any) (bool, error) {
	if err := t.flush(); err != nil {
		return false, err
	}
	return t.view.one(s, args, into...)
}

// refused makes of an error about a value one that ends the mutation alone: whoever
// sends it again would meet it again.
func (t *tx) refused(err error) error {
	if err != nil && t.st.dialect.Refused(err) {
		return &code.Error{Code: code.Invalid, Message: "the database does not take a value of it", Err: err}
	}
	return err
}

func (t *tx) begin() error {
	args := []any{t.tenant}
	found, err := t.one(lockTenant, args, &t.version)
	if err != nil || found {
		return err
	}
	if err = t.exec(insertTenant, t.tenant); err == nil {
		_, err = t.one(lockTenant, args, &t.version)
	}
	return err
}

func (t *tx) end() error {
	if !t.changed {
		return t.flush()
	}
	if err := t.exec(updateVersion, t.tenant, t.version); err != nil {
		return err
	}
	if t.st.dialect.Notify != nil {
		word := t.st.dialect.Notify(t.tenant)
		if err := t.exec(statement(word.Text), word.Args...); err != nil {
			return err
		}
	}
	return t.flush()
}

// Savepoint runs f and takes back what it did when it fails. Versions that it took are
// not given out again.
func (t *tx) Savepoint(f func() error) error {
	t.depth++
	defer func() { t.depth-- }()
	if t.depth == 1 {
		t.written, t.decided = t.written[:0], t.decided[:0]
	}
	name := "granary_" + strconv.Itoa(t.depth)
	if err := t.plain("SAVEPOINT " + name); err != nil {
		return err
	}
	err := f()
	if err != nil {
		t.forget()
		if back := t.plain("ROLLBACK TO SAVEPOINT " + name); back != nil {
			return &broken{errors.Join(err, back)}
		}
	}
	if freed := t.plain("RELEASE SAVEPOINT " + name); freed != nil {
		return &broken{errors.Join(err, freed)}
	}
	return err
}

// broken hides what is in an error from those who would take it for an answer.
type broken struct{ cause error }

func (b *broken) Error() string { return b.cause.Error() }

// forget leaves nothing known of what is taken back.
func (t *tx) forget() {
	for _, key := range t.written {
		delete(t.rows, key)
	}
	for _, id := range t.decided {
		delete(t.outcomes, id)
	}
}

func (t *tx) plain(text string) error {
	if t.pipelined {
		return t.exec(statement(text))
	}
	_, err := t.sql.ExecContext(t.ctx, text)
	return err
}

// Put writes a record under the next version.
func (t *tx) Put(r *server.Row) error {
	t.version++
	t.changed = true
	r.Version = t.version
	if t.rows != nil {
		key := server.Key{Model: r.Model, ID: r.ID}
		t.rows[key] = r
		t.written = append(t.written, key)
	}
	return t.exec(upsertRow, t.tenant, r.Model, r.ID, r.Version, r.At, r.Changed, r.Deleted, text(r.Data))
}

// text hands over bytes as text, and none as null.
func text(b []byte) sql.NullString { return sql.NullString{String: string(b), Valid: b != nil} }

// Keep remembers a former state.
func (t *tx) Keep(model, id string, until, changed int64, data []byte) error {
	return t.exec(insertPast, t.tenant, model, id, until, changed, text(data))
}

// PutOutcome remembers what became of a mutation.
func (t *tx) PutOutcome(o *server.Outcome) error {
	if t.outcomes != nil {
		t.outcomes[o.ID] = o
		t.decided = append(t.decided, o.ID)
	}
	return t.exec(insertOutcome, t.tenant, o.ID, o.User, o.Client, o.Seen, text(o.Text))
}

// Link notes that a record has a value on a path.
func (t *tx) Link(model, path, key, id string) error {
	return t.exec(insertLink, t.tenant, model, path, key, id)
}

// Unlink forgets it.
func (t *tx) Unlink(model, path, key, id string) error {
	return t.exec(deleteLink, t.tenant, model, path, key, id)
}

// Linked returns the records that have a value on a path.
func (t *tx) Linked(model, path, key string, limit int) (ids []string, err error) {
	rows, err := t.query(selectLinked, t.tenant, model, path, key, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err = rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Paths says which paths are linked.
func (t *tx) Paths() (paths string, err error) {
	_, err = t.one(selectPaths, []any{t.tenant}, &paths)
	return paths, err
}

// SetPaths changes that, and forgets all links.
func (t *tx) SetPaths(paths string) error {
	if err := t.exec(deleteLinks, t.tenant); err != nil {
		return err
	}
	return t.exec(updatePaths, t.tenant, paths)
}

// Prune forgets what is old.
func (t *tx) Prune(before, outcomesBefore int64, limit int) (n int, err error) {
	horizon := int64(0)
	for _, p := range []struct {
		s     statement
		until int64
	}{{pruneRecords, before}, {prunePast, before}, {pruneMutations, outcomesBefore}} {
		rows, err := t.query(p.s, t.tenant, p.until, limit)
		if err != nil {
			return n, err
		}
		for rows.Next() {
			var version int64
			if err = rows.Scan(&version); err != nil {
				break
			}
			horizon = max(horizon, version)
			n++
		}
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return n, err
		}
	}
	return n, t.exec(updateHorizon, t.tenant, horizon)
}
