package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// dataset is what storage holds, in memory: the tables of the schema's models,
// the tables of models that storage has and the schema has not (they are kept, not
// shown), and the place in the log that all this corresponds to.
type dataset struct {
	schema     *schema.Schema
	wanted     int        // version of the app
	found      record.Row // the mark that storage had first, or nil
	settled    bool       // the blocks were written with this schema and version
	tables     predicate.Tables
	kept       map[string]*table.Table
	absent     map[string]*absent                 // models whose rows are in storage only, by name
	garbage    []uint64                           // blocks of models that were deleted as a whole
	adapters   map[*record.Layout]*record.Adapter // nil for layouts that need none
	segments   map[string]*segment
	identity   string // of the storage
	generation uint64
	manifest   *log.Manifest
	head       uint64           // the last entry applied
	nonce      uint64           // of that entry; 0 when it was void
	layouts    []*record.Layout // that the log has named
	logBytes   int              // of the entries since the manifest
	logCount   int
	dead       int                  // bytes of rows that were deleted since
	overdue    bool                 // the log is to be folded however short it is: since the blocks were written everything was deleted, or the store ends
	changes    []table.Change       // of the entry being applied
	unfit      map[fate]*code.Error // rows with values that the schema has no room for
	sync       *syncState           // as it was last read
	sorted     map[uint32]*sorted   // mutations that were read, likewise, by their rows
	scratch    []byte               // a key of @server
	row        []byte               // a row of it
}

// newDataset returns the dataset of an empty storage.
func newDataset(s *schema.Schema, wanted int) *dataset {
	return &dataset{schema: s, wanted: wanted, tables: emptyTables(s), kept: map[string]*table.Table{}, absent: map[string]*absent{},
		segments: map[string]*segment{}, adapters: map[*record.Layout]*record.Adapter{}, unfit: map[fate]*code.Error{}}
}

// load reads the manifest and the log, and the blocks of some models, all when names
// is nil: the others are absent. It reads everything, too, when it was not this
// schema and version with which the blocks were written. Another tab may compact
// meanwhile and drop blocks that the manifest still named; then it starts again.
// Blocks that are missing though the manifest is still the same are lost.
//
// wanted is the version of the app. Records of an older one are left for a migration
// to put right; those of the same must fit the schema.
func load(ctx context.Context, b Backend, s *schema.Schema, wanted int, version uint32, names map[string]bool) (*dataset, error) {
	var incomplete uint64 // generation of the manifest that named a block which is not there
	for range maxReload {
		d := newDataset(s, wanted)
		complete, err := d.read(ctx, b, version, names)
		if err != nil {
			return nil, err
		}
		if complete {
			return d, nil
		}
		if incomplete == d.generation {
			return nil, lost()
		}
		incomplete = d.generation
	}
	return nil, restless()
}

func lost() error {
	return code.Fault(code.Corrupt, "", "", "storage has lost a block that its manifest names")
}

func restless() error {
	return code.Fault(code.Unavailable, "", "", "storage kept changing while it was read; try again")
}

// newTable returns an empty table of m with an index for each way along a
// relation and each @index, and its order by each @index and by the primary key.
func newTable(s *schema.Schema, m *schema.Model) *table.Table {
	t := table.New(m)
	for _, other := range s.Models {
		for _, r := range other.Relations {
			if r.Owner == m {
				t.AddIndex(r.Fields)
			}
			if r.Target == m {
				t.AddIndex(r.TargetFields)
			}
		}
	}
	for _, x := range m.Indexes {
		t.AddIndex(x.Fields[:1])
		t.AddOrdered(x.Fields)
	}
	t.AddOrdered(m.Key)
	return t
}

// read fills d from one snapshot; false when a block was gone.
func (d *dataset) read(ctx context.Context, b Backend, version uint32, names map[string]bool) (bool, error) {
	snapshot, err := b.Read(ctx, 0)
	if err != nil {
		return false, err
	}
	d.identity, d.generation = snapshot.Identity, snapshot.Generation
	if snapshot.Manifest == nil && snapshot.Generation > 0 {
		return false, code.Fault(code.Corrupt, "", "", "the manifest is missing: the stored bytes were damaged")
	}
	if d.manifest, err = log.ReadManifest(snapshot.Manifest); err != nil {
		return false, err
	}
	d.layouts = d.manifest.Layouts
	d.head, d.nonce = d.manifest.Through, d.manifest.Nonce
	if complete, err := d.readOwn(ctx, b, snapshot.Entries); err != nil || !complete {
		return false, err
	}
	for _, s := range d.manifest.Segments {
		if !own(s.Model) {
			d.leave(s)
		}
	}
	for _, e := range snapshot.Entries {
		more, err := d.next(e, version)
		if err != nil {
			return false, err
		}
		if !more {
			break
		}
	}
	for name := range d.absent {
		if names != nil && !names[name] && d.accustomed() {
			continue
		}
		if complete, err := d.bring(ctx, b, name, version); err != nil || !complete {
			return false, err
		}
	}
	if d.older() || d.accustomed() {
		return true, nil
	}
	return true, d.fit()
}

// adopt takes the rows of a block into the table that they belong to, and reports
// whether they had to be changed for it.
func (d *dataset) adopt(l *record.Layout, rows []byte, id uint64, version uint32) (*table.Table, bool, error) {
	t, adapter := d.home(l)
	broken := code.Fault(code.Corrupt, l.Model, "", "block "+strconv.FormatUint(id, 10)+" has broken rows")
	if adapter == nil {
		if !t.Adopt(rows, version) {
			return nil, false, broken
		}
		return t, false, nil
	}
	for len(rows) > 0 {
		n := record.Length(rows)
		if n == 0 || !l.Sound(record.Row(rows[:n])) {
			return nil, false, broken
		}
		d.put(t, adapter, record.Row(rows[:n]), version)
		rows = rows[n:]
	}
	d.changes = d.changes[:0]
	return t, true, nil
}

// next takes in the next entry of the log, unless it is void: written in a hurry
// behind one that did not come in, or in whose place there is another. It returns
// false when the log ends before the entry, because that other one may still come.
func (d *dataset) next(e log.Entry, version uint32) (more bool, err error) {
	d.changes = d.changes[:0]
	nonce, after := log.Head(e.Data)
	missing := e.Sequence != d.head+1
	if after == 0 && missing {
		return false, code.Fault(code.Corrupt, "", "", "log entry "+strconv.FormatUint(d.head+1, 10)+" is missing")
	}
	if after == 0 || after == d.nonce && !missing {
		d.nonce = nonce
		return true, d.apply(e, version)
	}
	if err := log.CheckEntry(e); err != nil || missing {
		return false, err
	}
	d.nonce = 0
	d.advance(d.layouts, len(e.Data))
	return true, nil
}

// apply takes in the changes of an entry.
func (d *dataset) apply(e log.Entry, version uint32) error {
	layouts, err := log.ReadEntry(e, d.layouts, func(op log.Operation) error {
		if a := d.absent[d.holder(op.Layout.Model)]; a != nil && len(op.Row)+len(op.Key) > 0 {
			a.waiting = append(a.waiting, waiting{e.Sequence, op})
		} else {
			d.perform(op, version)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.touch(d.head+1, d.changes)
	d.advance(layouts, len(e.Data))
	return nil
}

// perform does an operation of the log.
func (d *dataset) perform(op log.Operation, version uint32) {
	if len(op.Row)+len(op.Key) == 0 {
		d.removeAll(op.Layout.Model)
		return
	}
	t, adapter := d.home(op.Layout)
	if op.Row != nil {
		d.put(t, adapter, op.Row, version)
	} else {
		d.remove(t, op.Key)
	}
}

// advance notes that the next entry of the log, of that size, is in the tables.
func (d *dataset) advance(layouts []*record.Layout, size int) {
	d.layouts = layouts
	d.head++
	d.logBytes += size
	d.logCount++
}

// touch notes which blocks no longer hold what is in the tables, because of the
// entry of that number.
func (d *dataset) touch(sequence uint64, changes []table.Change) {
	for _, c := range changes {
		if c.After() == nil {
			d.dead += len(c.Before())
		}
		d.segment(c.Table.Model.Name).note(sequence, c)
	}
}

func (d *dataset) put(t *table.Table, a *record.Adapter, row record.Row, version uint32) {
	var unfit *code.Error
	if a != nil {
		row, unfit = a.Append(nil, row)
	}
	key := t.Key(nil, row)
	number, ok := t.Find(key)
	if ok {
		d.changes = append(d.changes, t.Update(number, row, version))
	} else {
		d.removeKept(t, key)
		c := t.Insert(row, version)
		number = c.Row
		d.changes = append(d.changes, c)
	}
	at := fate{t, number}
	if unfit != nil {
		d.unfit[at] = unfit
	} else if len(d.unfit) > 0 {
		delete(d.unfit, at)
	}
}

func (d *dataset) remove(t *table.Table, key []byte) {
	if number, ok := t.Find(key); ok {
		d.changes = append(d.changes, t.Delete(number))
		delete(d.unfit, fate{t, number})
		return
	}
	d.removeKept(t, key)
}

// removeAll deletes all records of a model.
func (d *dataset) removeAll(model string) {
	d.overdue = true
	if name := d.holder(model); d.absent[name] != nil {
		d.discard(d.vanish(name))
	}
	for _, t := range d.all() {
		for n := uint32(0); n < t.End() && d.holds(t, model); n++ {
			if t.Has(n) {
				delete(d.unfit, fate{t, n})
				d.changes = append(d.changes, t.Delete(n))
			}
		}
	}
}

// holds reports whether a table holds records stored under that name.
func (d *dataset) holds(t *table.Table, model string) bool {
	holder := d.schema.Holder(model)
	return t.Layout.Model == model || holder != nil && holder == d.schema.Holder(t.Layout.Model)
}

// removeKept deletes the record with that key from the other tables of a model
// that the schema does not have.
func (d *dataset) removeKept(t *table.Table, key []byte) {
	if d.kept[t.Model.Name] != t {
		return
	}
	for _, other := range d.kept {
		if other == t || other.Layout.Model != t.Layout.Model {
			continue
		}
		if number, ok := other.Find(key); ok {
			d.changes = append(d.changes, other.Delete(number))
		}
	}
}

// home returns the table for rows of a layout, and the adapter that they need.
func (d *dataset) home(l *record.Layout) (*table.Table, *record.Adapter) {
	m := d.schema.Holder(l.Model)
	if m == nil {
		return d.keep(l), nil
	}
	t := d.tables[m.Index]
	adapter, known := d.adapters[l]
	if !known {
		if !l.Equal(t.Layout) {
			if adapter = record.NewAdapter(l, m); adapter == nil {
				return d.keep(l), nil
			}
		}
		d.adapters[l] = adapter
	}
	return t, adapter
}

// keep returns the table for a model that the schema does not have, or has with
// another key: its rows stay as they are. Each layout of such a model is kept apart,
// under a name of its own.
func (d *dataset) keep(l *record.Layout) *table.Table {
	name := l.Model
	if t := d.kept[name]; t != nil && t.Layout == l && own(name) {
		return t // no schema has a model of that name
	}
	for n := 2; d.schema.Model(name) != nil || d.kept[name] != nil && !d.kept[name].Layout.Equal(l); n++ {
		name = l.Model + " " + strconv.Itoa(n)
	}
	if d.kept[name] == nil {
		m := &schema.Model{Name: name, Key: l.Key}
		for i, field := range l.Names {
			m.Fields = append(m.Fields, &schema.Field{Name: field, Index: i, Type: schema.Type{Scalar: schema.JSON}})
		}
		d.kept[name] = table.New(m)
		d.kept[name].Layout = l
		if l.Model == outboxModel && len(l.Names) > outboxID {
			d.kept[name].AddIndex([]int{outboxID})
		}
	}
	return d.kept[name]
}

func (d *dataset) segment(model string) *segment {
	if d.segments[model] == nil {
		d.segments[model] = &segment{}
	}
	return d.segments[model]
}

// all are the tables of the schema and the kept ones.
func (d *dataset) all() []*table.Table {
	list := append([]*table.Table(nil), d.tables...)
	for _, t := range d.kept {
		list = append(list, t)
	}
	return list
}

// reclaim gives back memory of rows that are gone. No commit may be pending.
func (d *dataset) reclaim() {
	for _, t := range d.all() {
		t.Reclaim()
	}
}
