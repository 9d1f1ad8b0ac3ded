package store

import (
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// tx is a change being made to the tables, under the store's lock.
type tx struct {
	st         *Store
	version    uint32
	now        []byte // the time of the change, as the text of a field
	changes    []table.Change
	saved      []place
	rows       []record.Row // that a delete was asked for
	links      []link
	keys       map[int][]byte     // that were generated for records of a save, by position; the same in each run
	cleared    bool               // everything is deleted
	durability Durability         // of the commit
	vanished   map[string]*absent // models that were not in memory then
	kin        []int              // of the models that it is about
	model      *schema.Model      // of the last record saved
	report     func(record.Row)   // is told of each row that a save leaves behind

	syncing bool // the change came from the server, or is about what it knows
	synced  bool // rows of sync have changed
	wiped   bool // everything is deleted, with what sync knows

	force     bool                        // a repair: nothing is restricted
	mayDangle func(*schema.Relation) bool // which references may lead nowhere; nil for none
}

// link is a row whose relations are to be checked at the end of the change, so
// that the order of records within one commit does not matter.
type link struct {
	table  *table.Table
	row    uint32
	change int // position in changes
}

// apply runs a commit's change on the present tables. When it fails, or has looked
// for rows that are not in memory, nothing was changed.
func (st *Store) apply(c *Commit) error {
	st.data.missed() // what was asked for before this
	st.version++
	x := &tx{st: st, version: st.version}
	err := c.run(x)
	if err == nil {
		err = x.checkLinks()
	}
	var told *told
	if err == nil && !st.data.asked() {
		source := Local
		if x.syncing {
			source = Synced
		}
		told = st.observed(x.changes, source)
		x.record(c)
	}
	if err != nil || st.data.asked() {
		x.undo(0, 0)
		st.data.restore(x.vanished)
		return err
	}
	if len(x.changes) > 0 {
		st.news++
		x.mark()
	}
	st.lives.changed(x.changes)
	if x.synced {
		st.syncNews()
	}
	c.wiped = x.wiped
	c.version, c.changes, c.saved, c.rows, c.told = x.version, x.changes, x.saved, x.rows, told
	c.cleared, c.vanished, c.about, c.durability, c.frees = x.cleared, x.vanished, x.kin, x.durability, x.frees()
	return nil
}

// undo takes back all but so many of the changes, and forgets the links after theirs.
func (x *tx) undo(changes, links int) {
	for _, change := range slices.Backward(x.changes[changes:]) {
		change.Table.Undo(change)
	}
	x.changes, x.links = x.changes[:changes], x.links[:links]
}

func (x *tx) insert(t *table.Table, row record.Row) uint32 {
	c := t.Insert(row, x.version)
	x.link(t, c.Row)
	x.changes = append(x.changes, c)
	return c.Row
}

func (x *tx) update(t *table.Table, number uint32, row record.Row) {
	x.link(t, number)
	x.changes = append(x.changes, t.Update(number, row, x.version))
}

// settle makes the row with that key that one, unless it is already. Its links are not
// checked.
func (x *tx) settle(t *table.Table, key []byte, row record.Row) {
	number, exists := t.Find(key)
	switch {
	case !exists:
		x.changes = append(x.changes, t.Insert(row, x.version))
	case string(t.Row(number)) != string(row):
		x.changes = append(x.changes, t.Update(number, row, x.version))
	}
}

// link notes a row that is about to change, if its model has relations to check.
func (x *tx) link(t *table.Table, row uint32) {
	if x.st.rules[t.Model.Index].refers {
		x.links = append(x.links, link{t, row, len(x.changes)})
	}
}

func (x *tx) delete(t *table.Table, number uint32) {
	x.changes = append(x.changes, t.Delete(number))
}

// checkLinks makes sure that every record put refers to records that are there.
func (x *tx) checkLinks() error {
	var key []byte
	for _, l := range x.links {
		if !l.table.Has(l.row) {
			continue
		}
		row := l.table.Row(l.row)
		for _, r := range l.table.Model.Relations {
			if r.Kind != schema.BelongsTo && r.Kind != schema.HasOne {
				continue
			}
			var ok bool
			if key, ok = l.table.Layout.AppendKey(key[:0], row, r.Fields); !ok {
				continue
			}
			if _, found := x.st.table(r.Target).Find(key); !found && !x.unchanged(l, r.Fields) && (x.mayDangle == nil || !x.mayDangle(r)) {
				return code.Fault(code.Reference, r.Owner.Name, r.Name, "refers to "+r.Target.Name+" "+shown(key)+", which is not in the store: save it first")
			}
		}
	}
	return nil
}

// unchanged reports whether those fields of a row are as they were before the
// change: a reference that was left dangling may stay.
func (x *tx) unchanged(l link, fields []int) bool {
	before := x.changes[l.change].Before()
	if before == nil {
		return false
	}
	now := l.table.Row(l.row)
	return !slices.ContainsFunc(fields, func(f int) bool {
		return string(l.table.Layout.Value(before, f)) != string(l.table.Layout.Value(now, f))
	})
}

// shown is a key for a message.
func shown(key []byte) string {
	const most = 60
	if len(key) > most {
		return string(key[:most]) + "…"
	}
	return string(key)
}
