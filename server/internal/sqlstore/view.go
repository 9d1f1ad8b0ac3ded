package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/granarydb/granary/server"
)

// statement is SQL with parameters $1, $2, … in the order in which they are given.
type statement string

const (
	selectState    statement = "SELECT (SELECT value FROM granary_meta WHERE name = 'epoch'), version, horizon FROM granary_tenants WHERE tenant = $1"
	selectEpoch    statement = "SELECT value FROM granary_meta WHERE name = 'epoch'"
	selectChanges  statement = "SELECT model, id, version, at, changed, deleted, data FROM granary_records WHERE tenant = $1 AND version > $2 ORDER BY version LIMIT $3"
	selectRow      statement = "SELECT model, id, version, at, changed, deleted, data FROM granary_records WHERE tenant = $1 AND model = $2 AND id = $3"
	selectPast     statement = "SELECT data FROM granary_past WHERE tenant = $1 AND model = $2 AND id = $3 AND ended > $4 ORDER BY ended LIMIT $5"
	selectOutcome  statement = "SELECT id, author, client, seen, outcome FROM granary_mutations WHERE tenant = $1 AND id = $2"
	selectLinked   statement = "SELECT id FROM granary_links WHERE tenant = $1 AND model = $2 AND path = $3 AND value = $4 ORDER BY id LIMIT $5"
	selectPaths    statement = "SELECT paths FROM granary_tenants WHERE tenant = $1"
	insertTenant   statement = "INSERT INTO granary_tenants (tenant, version, horizon, paths) VALUES ($1, 0, 0, '') ON CONFLICT (tenant) DO NOTHING"
	lockTenant     statement = "SELECT version FROM granary_tenants WHERE tenant = $1 /*lock*/"
	updateVersion  statement = "UPDATE granary_tenants SET version = $2 WHERE tenant = $1"
	updatePaths    statement = "UPDATE granary_tenants SET paths = $2 WHERE tenant = $1"
	updateHorizon  statement = "UPDATE granary_tenants SET horizon = $2 WHERE tenant = $1 AND horizon < $2"
	upsertRow      statement = "INSERT INTO granary_records (tenant, model, id, version, at, changed, deleted, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, model, id) DO UPDATE SET version = excluded.version, at = excluded.at, changed = excluded.changed, deleted = excluded.deleted, data = excluded.data"
	insertPast     statement = "INSERT INTO granary_past (tenant, model, id, ended, changed, data) VALUES ($1, $2, $3, $4, $5, $6)"
	insertOutcome  statement = "INSERT INTO granary_mutations (tenant, id, author, client, seen, outcome) VALUES ($1, $2, $3, $4, $5, $6)"
	insertLink     statement = "INSERT INTO granary_links (tenant, model, path, value, id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
	deleteLink     statement = "DELETE FROM granary_links WHERE tenant = $1 AND model = $2 AND path = $3 AND value = $4 AND id = $5"
	deleteLinks    statement = "DELETE FROM granary_links WHERE tenant = $1"
	pruneRecords   statement = "DELETE FROM granary_records WHERE tenant = $1 AND version IN (SELECT version FROM granary_records WHERE tenant = $1 AND deleted AND changed < $2 ORDER BY version LIMIT $3) RETURNING version"
	prunePast      statement = "DELETE FROM granary_past WHERE tenant = $1 AND ended IN (SELECT ended FROM granary_past WHERE tenant = $1 AND changed < $2 ORDER BY ended LIMIT $3) RETURNING ended"
	pruneMutations statement = "DELETE FROM granary_mutations WHERE tenant = $1 AND id IN (SELECT id FROM granary_mutations WHERE tenant = $1 AND seen < $2 ORDER BY seen LIMIT $3) RETURNING 0"
)

// statements are all of them, to be prepared.
var statements = []statement{selectState, selectEpoch, selectChanges, selectRow, selectPast, selectOutcome, selectLinked, selectPaths,
	insertTenant, lockTenant, updateVersion, updatePaths, updateHorizon, upsertRow, insertPast, insertOutcome, insertLink, deleteLink,
	deleteLinks, pruneRecords, prunePast, pruneMutations}

// view is a server.View in a transaction of the database.
type view struct {
	ctx    context.Context
	st     *Store
	pool   *pool
	sql    *sql.Tx
	tenant string
}

func (v *view) query(s statement, args ...any) (*sql.Rows, error) {
	if prepared := v.pool.statements[s]; prepared != nil {
		return v.sql.StmtContext(v.ctx, prepared).QueryContext(v.ctx, args...)
	}
	return v.sql.QueryContext(v.ctx, v.st.text(s), args...)
}

// one scans the only row of an answer. found is false when there is none.
func (v *view) one(s statement, args []any, into ...any) (found bool, err error) {
	rows, err := v.query(s, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if rows.Next() {
		found, err = true, rows.Scan(into...)
	}
	return found, errors.Join(err, rows.Err(), rows.Close())
}

// State returns where the tenant stands.
func (v *view) State() (at server.State, err error) {
	found, err := v.one(selectState, []any{v.tenant}, &at.Epoch, &at.Version, &at.Horizon)
	if err == nil && !found {
		_, err = v.one(selectEpoch, nil, &at.Epoch)
	}
	return at, err
}

// Changes returns the rows above a version.
func (v *view) Changes(after int64, limit, bytes int) (list []server.Row, err error) {
	rows, err := v.query(selectChanges, v.tenant, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for size := 0; rows.Next(); {
		var r server.Row
		if err = scan(rows, &r); err != nil {
			return nil, err
		}
		list = append(list, r)
		if size += len(r.Data); size >= bytes {
			return list, rows.Close()
		}
	}
	return list, rows.Err()
}

func scan(rows *sql.Rows, r *server.Row) error {
	return rows.Scan(&r.Model, &r.ID, &r.Version, &r.At, &r.Changed, &r.Deleted, &r.Data)
}

// Row returns a record.
func (v *view) Row(model, id string) (*server.Row, error) {
	r := new(server.Row)
	found, err := v.one(selectRow, []any{v.tenant, model, id}, &r.Model, &r.ID, &r.Version, &r.At, &r.Changed, &r.Deleted, &r.Data)
	if err != nil || !found {
		return nil, err
	}
	return r, nil
}

// Past returns former states of a record.
func (v *view) Past(model, id string, after int64, limit int) (list [][]byte, err error) {
	rows, err := v.query(selectPast, v.tenant, model, id, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var data []byte
		if err = rows.Scan(&data); err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, rows.Err()
}

// Outcome returns what became of a mutation.
func (v *view) Outcome(id string) (*server.Outcome, error) {
	o := new(server.Outcome)
	found, err := v.one(selectOutcome, []any{v.tenant, id}, &o.ID, &o.User, &o.Client, &o.Seen, &o.Text)
	if err != nil || !found {
		return nil, err
	}
	return o, nil
}
