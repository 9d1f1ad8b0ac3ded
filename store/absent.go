package store

import (
	"slices"
	"strings"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// absent is a model whose rows are in storage only: the blocks that the manifest
// names, and what the log has done to it since.
type absent struct {
	model    *schema.Model // nil for one that the schema does not have
	segments []log.Segment
	waiting  []waiting
	loading  chan struct{} // is closed when somebody who loads it has ended; nil when nobody does
	peeks    int           // looks for one record of it
}

// waiting is an operation of the log that was not applied.
type waiting struct {
	sequence uint64
	log.Operation
}

// leave notes that blocks of a model stay in storage.
func (d *dataset) leave(s log.Segment) {
	name := d.holder(s.Model)
	a := d.absent[name]
	if a == nil {
		a = &absent{model: d.schema.Model(name)}
		d.absent[name] = a
		if a.model != nil {
			d.tables[a.model.Index].Leave()
		}
	}
	a.segments = append(a.segments, s)
}

// holder returns the name under which absent has what is stored under another, that
// of a model or of a segment.
func (d *dataset) holder(stored string) string {
	name, _, _ := strings.Cut(stored, " ") // see keep
	if m := d.schema.Holder(name); m != nil {
		return m.Name
	}
	return name
}

// stored returns how many rows and bytes the blocks have, and how many of them
// there are.
func (a *absent) stored() (rows, bytes, blocks int) {
	for _, s := range a.segments {
		for _, b := range s.Blocks {
			rows, bytes, blocks = rows+b.Rows, bytes+b.Size, blocks+1
		}
	}
	return rows, bytes, blocks
}

// missed returns the models that somebody has looked for rows of, and that are
// not in memory, and forgets that they were asked for.
func (d *dataset) missed() *Lacking {
	var list []string
	for name, a := range d.absent {
		if a.model != nil && d.tables[a.model.Index].Asked() {
			list = append(list, name)
		}
	}
	if list == nil {
		return nil
	}
	mergesort.Sort(list, func(a, b string) bool { return a < b })
	return &Lacking{Models: list}
}

// asked reports whether somebody has looked for rows that are not in memory.
func (d *dataset) asked() bool {
	for _, a := range d.absent {
		if a.model != nil && d.tables[a.model.Index].WasAsked() {
			return true
		}
	}
	return false
}

// Lacking are the Details of an error with the code ErrNotLoaded: the models that
// have to be loaded before the verb can be answered.
type Lacking struct{ Models []string }

// LackingOf returns what an error says is to be loaded, nil when it is another one.
func LackingOf(err error) *Lacking {
	if e, ok := err.(*code.Error); ok {
		l, _ := e.Details.(*Lacking)
		return l
	}
	return nil
}

func (l *Lacking) err() error {
	return &code.Error{Code: code.NotLoaded, Message: "waits for models to be loaded: " + strings.Join(l.Models, ", "), Details: l}
}

// errLacking ends a verb early that has looked for rows which are not in memory. It
// is never seen: what the tables were asked for decides.
var errLacking = code.Fault(code.NotLoaded, "", "", "waits for a model to be loaded")

// arrive puts a model that was loaded in its place, with what the log has done to
// it since.
func (d *dataset) arrive(name string, a *absent, part *dataset, version uint32) error {
	for _, w := range a.waiting {
		part.changes = part.changes[:0]
		part.perform(w.Operation, version)
		part.touch(w.sequence, part.changes)
	}
	if d.accustomed() {
		if err := part.fitValues(); err != nil {
			return err
		}
	}
	for at, err := range part.unfit {
		d.unfit[at] = err
	}
	if a.model != nil {
		d.tables[a.model.Index] = part.tables[a.model.Index]
	}
	for name, t := range part.kept {
		d.kept[name] = t
	}
	for name, s := range part.segments {
		d.segments[name] = s
	}
	d.overdue = d.overdue || part.overdue
	delete(d.absent, name)
	return nil
}

// vanish makes a model that is not in memory one without rows, until it is
// restored. Its blocks are garbage only once it cannot be.
func (d *dataset) vanish(name string) *absent {
	a := d.absent[name]
	delete(d.absent, name)
	if a.model != nil {
		d.tables[a.model.Index].Stay()
	}
	return a
}

// restore takes vanishing back, by name.
func (d *dataset) restore(vanished map[string]*absent) {
	for name, a := range vanished {
		d.absent[name] = a
		if a.model != nil {
			d.tables[a.model.Index].Leave()
		}
	}
}

// known returns a layout of each model, and those of the kept tables.
func (d *dataset) known(vanished map[string]*absent) []*record.Layout {
	var list []*record.Layout
	for _, t := range d.all() {
		if !own(t.Layout.Model) {
			list = append(list, t.Layout)
		}
	}
	for name, a := range vanished {
		if a.model != nil {
			continue
		}
		if i := slices.IndexFunc(d.layouts, func(l *record.Layout) bool { return l.Model == name }); i >= 0 {
			list = append(list, d.layouts[i])
		}
	}
	return list
}

// discard notes that blocks of a model that vanished are garbage.
func (d *dataset) discard(a *absent) {
	for _, s := range a.segments {
		for _, b := range s.Blocks {
			d.garbage = append(d.garbage, b.ID, log.KeysID(b.ID))
		}
	}
}

// emptyTables returns a table for each model of a schema.
func emptyTables(s *schema.Schema) []*table.Table {
	list := make([]*table.Table, len(s.Models))
	for i, m := range s.Models {
		list[i] = newTable(s, m)
	}
	return list
}

// want asks for the rows that a question looks at, so that those which are not in
// memory are loaded all at once.
func (st *Store) want(m *schema.Model, f *predicate.Filter) {
	st.table(m).Ask()
	for _, path := range f.Paths() {
		for _, r := range path {
			st.table(r.Target).Ask()
		}
	}
}

// wantTargets asks for the rows that the save of a record looks at, and reports
// whether some are not in memory.
func (st *Store) wantTargets(m *schema.Model) bool {
	if len(st.data.absent) == 0 {
		return false
	}
	st.table(m).Ask()
	for _, r := range m.Relations {
		if r.Kind == schema.BelongsTo || r.Kind == schema.HasOne {
			st.table(r.Target).Ask()
		}
	}
	return st.data.asked()
}
