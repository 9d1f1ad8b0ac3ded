package store

import (
	"context"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/table"
)

// Op says what became of a record.
type Op string

// What becomes of a record, with the names that this has in JavaScript.
const (
	Inserted Op = "INSERT"
	Updated  Op = "UPDATE"
	Deleted  Op = "DELETE"
)

// Source says who changed a record.
type Source string

// Who changes records, with the names that this has in JavaScript.
const (
	Local    Source = "LOCAL"     // this store
	OtherTab Source = "OTHER_TAB" // another store on the same storage
	Synced   Source = "SYNC"      // the server, through this store or another one
)

// Event is what one commit did to one record. A record that one commit changed
// several times has one event, and none when it is as it was before.
type Event struct {
	Op      Op
	Record  *Record  // as the commit left it; after a delete as it was
	Before  *Record  // as it was before the commit; nil after an insert
	Changed []string // names of the fields that an update changed
	Source  Source
	Commit  uint64 // equal for the events of one commit, and growing
	Epoch   uint32 // that of Ref, as in Found
	Ref     Ref    // names the state in which the commit left the record; of version 0 after a delete
}

// Observer is told of events until it is stopped.
type Observer struct {
	st     *Store
	filter *predicate.Filter // nil for all records of all models
	tell   func([]Event)
}

// Observe tells of each commit that changes records: of that model that match the
// options' Where, or of every model when the name is empty. It tells once the commit
// is durable, in the order of commits, so nothing that it tells is taken back. A
// deleted record matches when it did so before the commit. Within a commit records
// come in the order in which they were changed, in a cascade those that belong to
// another before that one.
//
// All events of a commit come in one call, which must not block: nothing is written
// meanwhile.
func (st *Store) Observe(model string, tell func([]Event), options ...QueryOption) (*Observer, error) {
	q, err := asked("observe", model, options)
	if err == nil {
		err = plain("observe", q)
	}
	if err != nil {
		return nil, err
	}
	if len(q.Sort) > 0 || q.Limit >= 0 {
		return nil, &code.Error{Code: code.Invalid, Op: "observe", Model: model, Message: "takes no order and no limit: it tells of each change"}
	}
	return st.ObserveQuery(q, tell)
}

// ObserveQuery is Observe for a Query, of which the model and the predicate count.
func (st *Store) ObserveQuery(q Query, tell func([]Event)) (*Observer, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.journal.failed; err != nil {
		return nil, wrap("observe", err)
	}
	o := &Observer{st: st, tell: tell}
	if q.Model != "" || q.Where != nil {
		m, err := st.model("observe", q.Model)
		if err != nil {
			return nil, err
		}
		if o.filter, err = predicate.Parse(m, q.Where); err != nil {
			return nil, wrap("observe", err)
		}
	}
	st.observers = append(slices.Clip(st.observers), o)
	if names := st.observedAbsent(); names != nil {
		go func() { _ = st.Load(context.Background(), names...) }() // or they are when others have written
	}
	return o, nil
}

// Stop ends the telling. It is idempotent.
func (o *Observer) Stop() {
	o.st.mu.Lock()
	defer o.st.mu.Unlock()
	o.st.observers = slices.DeleteFunc(slices.Clone(o.st.observers), func(other *Observer) bool { return other == o })
}

// net is what a commit did to one row, all in all.
type net struct {
	table         *table.Table
	row           uint32
	before, after []byte // rows, nil for none
	version       uint32 // of the row after the change
}

// told are the changes of one commit that observers are to hear of.
type told struct {
	source  Source
	epoch   uint32
	changes []net
	hears   [][]bool // by observer and change
	to      []*Observer
}

// observed works out what observers hear of changes that were just made, and are
// the last ones in the tables. It must be called before anything else changes them.
func (st *Store) observed(changes []table.Change, source Source) *told {
	if len(st.observers) == 0 || len(changes) == 0 {
		return nil
	}
	t := &told{source: source, epoch: st.epoch, changes: st.net(changes), to: st.observers}
	for _, o := range t.to {
		hears := make([]bool, len(t.changes))
		for i, c := range t.changes {
			hears[i] = o.filter == nil || o.filter.Model == c.table.Model && c.after != nil && o.filter.Match(st.tables(), c.after)
		}
		t.hears = append(t.hears, hears)
	}
	t.hearDeleted(st, changes)
	return t
}

// hearDeleted asks the predicates about deleted rows. Those that look at other
// records are asked in the tables as they were.
func (t *told) hearDeleted(st *Store, changes []table.Change) {
	ask := func(related bool) (asked bool) {
		for i, o := range t.to {
			for n, c := range t.changes {
				if o.filter == nil || c.after != nil || o.filter.Model != c.table.Model || len(o.filter.Paths()) > 0 != related {
					continue
				}
				asked = true
				t.hears[i][n] = o.filter.Match(st.tables(), c.before)
			}
		}
		return asked
	}
	ask(false)
	related := slices.ContainsFunc(t.to, func(o *Observer) bool { return o.filter != nil && len(o.filter.Paths()) > 0 })
	if !related || !slices.ContainsFunc(t.changes, func(c net) bool { return c.after == nil }) {
		return
	}
	for _, c := range slices.Backward(changes) {
		c.Table.Undo(c)
	}
	ask(true)
	for _, c := range changes {
		c.Table.Redo(c)
	}
}

// net brings the changes of each row together and leaves out those that cancel each
// other, and rows of models that the schema does not have.
func (st *Store) net(changes []table.Change) []net {
	list := make([]net, 0, len(changes))
	tables := st.tables()
	var at map[fate]int // positions in list, once there are changes of rows that others may be of
	for _, c := range changes {
		if i := c.Table.Model.Index; i >= len(tables) || tables[i] != c.Table {
			continue
		}
		before, f := c.Before(), fate{c.Table, c.Row}
		if before != nil && at == nil { // until then each was the insertion of another row
			at = make(map[fate]int, len(changes))
			for i, n := range list {
				at[fate{n.table, n.row}] = i
			}
		}
		if i, again := at[f]; again {
			list[i].after = c.After()
			continue
		}
		if at != nil {
			at[f] = len(list)
		}
		list = append(list, net{c.Table, c.Row, before, c.After(), c.Table.Version(c.Row)})
	}
	return slices.DeleteFunc(list, func(n net) bool { return string(n.before) == string(n.after) })
}

// deliver makes the calls that tell the observers. The caller holds mu, and makes
// them without it.
func (st *Store) deliver(t *told) []func() {
	if t == nil || len(t.changes) == 0 {
		return nil
	}
	st.commits++
	var calls []func()
	for i, o := range t.to {
		var events []Event
		for n, c := range t.changes {
			if t.hears[i][n] {
				if events == nil {
					events = make([]Event, 0, len(t.changes)-n)
				}
				events = append(events, st.event(c, t))
			}
		}
		if len(events) > 0 && slices.Contains(st.observers, o) {
			calls = append(calls, func() { o.tell(events) })
		}
	}
	return calls
}

func (st *Store) event(c net, t *told) Event {
	record := func(row []byte) *Record {
		if row == nil {
			return nil
		}
		return &Record{st: st, model: c.table.Model, layout: c.table.Layout, row: row}
	}
	e := Event{Op: Updated, Record: record(c.after), Before: record(c.before), Source: t.source, Commit: st.commits,
		Epoch: t.epoch, Ref: Ref{c.row, c.version}}
	switch {
	case c.before == nil:
		e.Op = Inserted
	case c.after == nil:
		e.Op, e.Record = Deleted, e.Before
	default:
		for i, f := range c.table.Model.Fields {
			if string(c.table.Layout.Value(c.before, i)) != string(c.table.Layout.Value(c.after, i)) {
				e.Changed = append(e.Changed, f.Name)
			}
		}
	}
	return e
}

// replacedBy is what observers hear when the tables were read anew: how the records
// differ from those before.
func (st *Store) replacedBy(fresh predicate.Tables) *told {
	if len(st.observers) == 0 {
		return nil
	}
	old := st.tables()
	t := &told{source: OtherTab, epoch: st.epoch + 1, to: st.observers} // the fresh tables begin another epoch
	for i := range st.schema.Models {
		if !old[i].Absent() {
			t.compare(old[i], fresh[i])
		}
	}
	for _, o := range t.to {
		hears := make([]bool, len(t.changes))
		for n, c := range t.changes {
			switch {
			case o.filter == nil:
				hears[n] = true
			case o.filter.Model != c.table.Model:
			case c.after != nil:
				hears[n] = o.filter.Match(fresh, c.after)
			default:
				hears[n] = o.filter.Match(old, c.before)
			}
		}
		t.hears = append(t.hears, hears)
	}
	return t
}

// compare adds how the records of a model differ.
func (t *told) compare(old, fresh *table.Table) {
	for n := range old.End() {
		if !old.Has(n) {
			continue
		}
		row := old.Row(n)
		at, kept := fresh.Find(old.Key(nil, row))
		if !kept {
			t.changes = append(t.changes, net{fresh, n, row, nil, 0})
		} else if now := fresh.Row(at); string(now) != string(row) {
			t.changes = append(t.changes, net{fresh, at, row, now, fresh.Version(at)})
		}
	}
	for n := range fresh.End() {
		if !fresh.Has(n) {
			continue
		}
		if _, known := old.Find(fresh.Key(nil, fresh.Row(n))); !known {
			t.changes = append(t.changes, net{fresh, n, nil, fresh.Row(n), fresh.Version(n)})
		}
	}
}
