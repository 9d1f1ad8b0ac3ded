package store

import (
	"context"
	"errors"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// MigrateFunc brings records of the version before to its own, by the verbs of the
// migration. An error gives everything up.
type MigrateFunc func(context.Context, *Migration) error

// Migration brings the records of an older version of the app to the present one.
// Its verbs are those of a transaction on the records in their present schema: what
// fits has come along, a value that does not is null or its default, a model with
// another key is empty. Old has the records as they were.
//
// All functions together are one commit, in which what the schema has no place for
// goes as well: until Finish nothing is written, and if the program ends before,
// nothing has happened.
type Migration struct {
	*Tx
	from  int
	steps []int
	old   *dataset // without a schema: the records as they are stored
	tries int
}

// From returns the version that the records are of.
func (m *Migration) From() int { return m.from }

// Steps returns the versions whose functions are to be run, in order.
func (m *Migration) Steps() []int { return m.steps }

// BeginOpen is Open, but for the functions of Options.Migrate, which may be nil: when
// records are of an older version, the store is not open yet, and a Migration is
// returned. Then whoever called runs the functions of its Steps and calls Finish, or
// closes the Backend, which gives everything up.
func BeginOpen(ctx context.Context, o Options) (*Store, *Migration, error) {
	st, err := prepare(o)
	if err != nil {
		return nil, nil, wrap("open", err)
	}
	m, err := st.enter(ctx, 0)
	if err != nil {
		return nil, nil, wrap("open", err)
	}
	return st, m, nil
}

// enter reads everything and starts the store, unless the records are of an older
// version.
func (st *Store) enter(ctx context.Context, tries int) (*Migration, error) {
	for ; tries < maxReload; tries++ {
		st.askWitness()
		data, err := st.load(ctx, st.version, map[string]bool{})
		if err != nil {
			return nil, err
		}
		st.data, st.marked = data, data.found
		if !data.older() {
			st.start(ctx)
			return nil, nil
		}
		old, err := load(ctx, st.options.Backend, &schema.Schema{}, st.options.Version, 0, nil)
		if err != nil {
			return nil, err
		}
		if old.identity == data.identity && old.generation == data.generation && old.head == data.head {
			return st.migration(old, tries), nil
		}
	}
	return nil, code.Fault(code.Unavailable, "", "", "other tabs keep writing, so the records could not be migrated: close them, and try again")
}

func (st *Store) migration(old *dataset, tries int) *Migration {
	st.version++
	m := &Migration{from: markedVersion(old.found), old: old, tries: tries}
	m.Tx = &Tx{st: st, x: &tx{st: st, version: st.version}, lasting: true}
	for version := range st.options.Migrate {
		if version > m.from {
			m.steps = append(m.steps, version)
		}
	}
	mergesort.Sort(m.steps, func(a, b int) bool { return a < b })
	return m
}

// run runs the functions.
func (m *Migration) run(ctx context.Context, functions map[int]MigrateFunc) error {
	for _, version := range m.steps {
		if err := functions[version](ctx, m); err != nil {
			return &code.Error{Code: code.Migration, Err: err,
				Message: "the function for version " + strconv.Itoa(version) + " failed, and everything is as it was"}
		}
	}
	return nil
}

// New makes a record of a model, as Store.New does.
func (m *Migration) New(model string, fields Fields) (*Record, error) { return m.st.New(model, fields) }

// Old returns the records that storage has of a model, whatever the present schema
// makes of it, with the names, fields and values that they were saved with.
func (m *Migration) Old(model string) ([]Fields, error) {
	list, _ := record.GoValue(m.AppendOld(nil, model)).([]any)
	out := make([]Fields, len(list))
	for i, one := range list {
		out[i], _ = one.(map[string]any)
	}
	return out, nil
}

// AppendOld appends what Old returns as a JSON array.
func (m *Migration) AppendOld(dst []byte, model string) []byte {
	former := ""
	if present := m.st.schema.Model(model); present != nil {
		former = present.Former
	}
	var tables []*table.Table
	for _, t := range m.old.kept {
		if name := t.Layout.Model; name == model || name == former {
			tables = append(tables, t)
		}
	}
	mergesort.Sort(tables, func(a, b *table.Table) bool { return a.Model.Name < b.Model.Name })
	dst = append(dst, '[')
	first := len(dst)
	for _, t := range tables {
		for n := range t.End() {
			if !t.Has(n) {
				continue
			}
			if len(dst) > first {
				dst = append(dst, ',')
			}
			dst = t.Layout.AppendJSON(dst, t.Row(n))
		}
	}
	return append(dst, ']')
}

// Finish stores what the functions have made of the records, with the version, and
// starts the store. When another store has written meanwhile, nothing was stored,
// and unless that one has migrated the records, Finish returns a Migration for which
// the functions must be run again. After an error the store is of no use.
func (m *Migration) Finish(ctx context.Context) (*Migration, error) {
	st := m.st
	if err := m.end(); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, wrap("open", err)
	}
	c := m.result()
	err := st.options.Backend.Replace(ctx, c.replace)
	switch {
	case err == nil:
		st.data.compacted(c)
		st.data.reclaim()
		st.marked = st.mark
		st.start(ctx)
		return nil, nil
	case errors.Is(err, log.ErrTaken) || errors.Is(err, code.UnknownOutcome):
		again, err := st.enter(ctx, m.tries+1)
		if err != nil {
			err = wrap("open", err)
		}
		return again, err
	}
	return nil, wrap("open", err)
}

// check makes sure that the records can stay as the functions have left them.
func (m *Migration) check() error {
	if err := m.x.checkLinks(); err != nil {
		return err
	}
	d := m.st.data
	if len(m.steps) == 0 {
		return d.fit()
	}
	if err := d.lacking(); err != nil {
		return err
	}
	return d.fitRelations(markedSchema(d.found))
}

// lacking returns the error for the first record that had no value for a required
// field, and still has none.
func (d *dataset) lacking() error {
	var first fate
	var field *schema.Field
	for at := range d.unfit {
		if !at.table.Has(at.row) || field != nil && !at.before(first) {
			continue
		}
		row := at.table.Row(at.row)
		for i, f := range at.table.Model.Fields {
			if f.Type.Required && !f.ReadOnly && at.table.Layout.IsNull(row, i) {
				first, field = at, f
				break
			}
		}
	}
	if field == nil {
		return nil
	}
	key := first.table.Key(nil, first.table.Row(first.row))
	return code.Fault(code.SchemaChanged, first.table.Model.Name, field.Name,
		"is required, and the migration has left the record "+shown(key)+" without a value")
}

// result is the exchange of what storage holds for the migrated records, and for
// nothing else: what the schema has no place for goes.
func (m *Migration) result() *compaction {
	st := m.st
	d := st.data
	for _, t := range d.kept {
		for n := range t.End() {
			if !own(t.Layout.Model) && t.Has(n) {
				m.x.delete(t, n)
			}
		}
	}
	m.x.mark()
	d.touch(d.head+1, m.x.changes)
	d.layouts = nil // the log is empty: nothing names them any more
	c := d.compaction(st.options.blockSize)
	for c.build() {
	}
	c.replace.Manifest = c.manifest.Bytes()
	c.replace.Alone = true
	return c
}
