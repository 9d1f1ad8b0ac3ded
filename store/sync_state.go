package store

import (
	"strconv"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// A store that syncs keeps, beside its records, rows of four models of its own. They
// are written in the commits that they belong to, so the log, other tabs, undo,
// compaction and migrations treat them like all rows:
//
//	@sync      one row: that the store syncs, up to where, and what
//	@server    for each record that the server knows, its version there; and while
//	           mutations of it are under way, the record as the server has it
//	@outbox    the mutations that the server has not answered, in order
//	@rejected  those that it did not want
//
// A store that never syncs has none of them.
const (
	syncModel     = ownPrefix + "sync"
	serverModel   = ownPrefix + "server"
	outboxModel   = ownPrefix + "outbox"
	rejectedModel = ownPrefix + "rejected"
)

var syncLayout = record.NewLayout(syncModel, []int{0},
	[]string{"id", "client", "checkpoint", "turn", "round", "resending", "wave", "first", "scope", "models", "schema", "enrolled", "ready", "at", "partial"},
	[]string{"Int!", "String!", "AWSJSON", "Int!", "Int!", "Boolean!", "Int!", "AWSJSON", "AWSJSON", "AWSJSON!", "String!", "Boolean!", "Boolean!", "AWSTimestamp", "Boolean!"})

var syncKey = []byte("1")

// syncState is the row of @sync.
type syncState struct {
	row record.Row // that it was read from

	client     string
	checkpoint []byte // JSON text; nil for none
	turn       int    // grows with every answer of the server that was taken in
	round      int    // grows with every full resend
	resending  bool   // a full resend is under way: what it does not name goes at its end
	partial    bool   // in it there was what could not be read, so nobody knows what it has not named
	wave       int    // of models by priority, in a full resend; as many as there are when all are pulled together
	first      []byte // the checkpoint of the first wave
	scope      []byte // JSON text, as the app gave it; nil for none
	models     []byte // JSON text: what is done with which model, see syncPlan
	schema     string // fingerprint of the schema that rows were pulled with
	enrolled   bool   // what was there before sync is in the outbox
	ready      bool   // everything was pulled once
	at         int64  // when the server was last heard

	plan syncPlan // of models
}

// syncState returns the row of @sync, nil when the store does not sync.
func (d *dataset) syncState() *syncState {
	t := d.kept[syncModel]
	if t == nil {
		return nil
	}
	number, ok := t.Find(syncKey)
	if !ok {
		return nil
	}
	row := t.Row(number)
	if d.sync == nil || string(d.sync.row) != string(row) {
		d.sync = readSyncState(d.schema, row)
	}
	return d.sync
}

func readSyncState(m *schema.Schema, row record.Row) *syncState {
	s := &syncState{row: row}
	text := func(i int) []byte { return orNil(syncLayout.Value(row, i)) }
	number := func(i int) int {
		n, _ := strconv.Atoi(string(syncLayout.Value(row, i)))
		return n
	}
	is := func(i int) bool { return syncLayout.Value(row, i)[0] == 't' }
	s.client, s.checkpoint, s.turn, s.round, s.resending = textOf(syncLayout.Value(row, 1)), text(2), number(3), number(4), is(5)
	s.wave, s.first, s.scope, s.models, s.schema = number(6), text(7), text(8), text(9), textOf(syncLayout.Value(row, 10))
	s.enrolled, s.ready, s.at, s.partial = is(11), is(12), int64(number(13)), is(14)
	s.plan = readSyncPlan(m, s.models)
	return s
}

// appendTo writes the row.
func (s *syncState) appendTo(dst []byte) []byte {
	number := func(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }
	flag := func(b bool) []byte { return strconv.AppendBool(nil, b) }
	return syncLayout.Append(dst, [][]byte{syncKey, quoted(s.client), orNull(s.checkpoint), number(s.turn), number(s.round), flag(s.resending),
		number(s.wave), orNull(s.first), orNull(s.scope), s.models, quoted(s.schema), flag(s.enrolled), flag(s.ready), number(int(s.at)), flag(s.partial)})
}

// putSync makes s the row of @sync.
func (x *tx) putSync(s *syncState) {
	x.putOwn(syncLayout, syncKey, s.appendTo(nil))
}

// putOwn puts a row of a model of the store's own, unless it is there already.
func (x *tx) putOwn(l *record.Layout, key []byte, row record.Row) {
	x.settle(x.st.data.keep(l), key, row)
	x.synced = true
}

// deleteOwn deletes a row of a model of the store's own.
func (x *tx) deleteOwn(l *record.Layout, key []byte) {
	t := x.st.data.keep(l)
	if number, ok := t.Find(key); ok {
		x.delete(t, number)
		x.synced = true
	}
}

// ownTable returns the table of a model of the store's own, nil when there is none.
func (d *dataset) ownTable(l *record.Layout) *table.Table { return d.kept[l.Model] }

func quoted(s string) []byte { return jsontext.AppendString(nil, []byte(s)) }

func orNil(value []byte) []byte {
	if value[0] == 'n' {
		return nil
	}
	return value
}

func orNull(value []byte) []byte {
	if value == nil {
		return null
	}
	return value
}

var null, yes, no = []byte("null"), []byte("true"), []byte("false")
