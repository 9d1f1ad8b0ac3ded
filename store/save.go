package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Put is one record to save, as data.
type Put struct {
	Model string
	Row   []byte // JSON object of the record's fields, or JSON array of all their values in the order of the schema

	// From, if there is one, is at such a value that stands for Row.
	From *jsontext.Scanner

	// Edited is true when Row is the edited copy of a record that was saved before.
	// Then only the fields named in Changed are written, on top of what the store
	// has now; unless the record is gone, which saves all of Row again.
	Edited  bool
	Changed []string

	Condition  []byte // a predicate that the stored record must match, if there is one; may be nil
	Durability Durability

	model     *schema.Model
	condition *predicate.Filter
}

// Puts hands over the records of one save, one by one, and stops at an error. It is
// called again, for the same records, when the commit has to be run again. A Put is
// read before the next one is asked for, so it may be one variable.
type Puts func(take func(*Put) error) error

// Save creates the record, or updates the one with its key, and returns it as it
// then is. Of a record made with Record.With, only the fields that were changed
// are written. It fails with ErrInvalid, ErrReference, ErrConflict or an error of
// storage.
func (st *Store) Save(ctx context.Context, r *Record, options ...SaveOption) (*Record, error) {
	saved, err := st.SaveAll(ctx, []*Record{r}, options...)
	if err != nil {
		return nil, err
	}
	return saved[0], nil
}

// SaveAll saves the records as one commit. They may refer to each other in any
// order.
func (st *Store) SaveAll(ctx context.Context, records []*Record, options ...SaveOption) ([]*Record, error) {
	puts, err := putsOf(records, options)
	if err != nil {
		return nil, err
	}
	var rows []record.Row
	c, err := st.beginSave(ctx, list(puts), len(puts), func(row record.Row) { rows = append(rows, row) })
	if err == nil {
		err = c.Wait(ctx)
	}
	if err != nil {
		return nil, wrap("save", err)
	}
	rows = rows[len(rows)-len(records):] // a commit that was run again reported each time
	out := make([]*Record, len(records))
	for i, r := range records {
		out[i] = st.recordOf(st.schema.Model(r.model.Name), rows[i])
	}
	return out, nil
}

// putsOf is what saves the records.
func putsOf(records []*Record, options []SaveOption) ([]Put, error) {
	puts := make([]Put, len(records))
	for i, r := range records {
		if r == nil || r.model == nil {
			return nil, wrap("save", code.Fault(code.Invalid, "", "", "a record is nil"))
		}
		puts[i] = Put{Model: r.model.Name, Row: r.layout.Values(r.row), Edited: !r.fresh, Changed: r.changed}
		for _, option := range options {
			if err := option(&puts[i]); err != nil {
				return nil, wrap("save", err)
			}
		}
	}
	return puts, nil
}

// list hands over the puts of a slice.
func list(puts []Put) Puts {
	return func(take func(*Put) error) error {
		for i := range puts {
			if err := take(&puts[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// SaveOption changes how a record is saved.
type SaveOption func(*Put) error

// If makes the save fail with ErrConflict unless the stored record matches. A
// record that is not in the store yet is saved in any case.
func If(condition predicate.Predicate) SaveOption {
	return func(p *Put) (err error) {
		p.Condition, err = condition.JSON()
		return err
	}
}

// BeginSave applies the save and returns while it is on its way to storage. The
// puts must not change before the commit is done.
func (st *Store) BeginSave(puts []Put) (*Commit, error) {
	if len(puts) > MaxBatch {
		return nil, wrap("save", tooMany())
	}
	return st.BeginSaveFrom(list(puts), len(puts))
}

// BeginSaveFrom is BeginSave for about n records that need not be there all at once.
func (st *Store) BeginSaveFrom(puts Puts, n int) (*Commit, error) {
	return st.beginSave(context.Background(), puts, n, nil)
}

func tooMany() error {
	return code.Fault(code.Limit, "", "", "one save takes at most "+strconv.Itoa(MaxBatch)+" records")
}

// beginSave also reports the rows that the save leaves behind, in order, to report
// unless it is nil.
func (st *Store) beginSave(ctx context.Context, puts Puts, n int, report func(record.Row)) (*Commit, error) {
	return st.begin(ctx, "save", st.saving(puts, n, report))
}

// saving is the change that saves about n records.
func (st *Store) saving(puts Puts, n int, report func(record.Row)) func(*tx) error {
	now := timestamp(st.options.Clock())
	keys := map[int][]byte{}
	return func(x *tx) error {
		x.now, x.report, x.keys = now, report, keys
		if x.changes == nil {
			x.changes = make([]table.Change, 0, n)
		}
		x.saved = make([]place, 0, n)
		return puts(x.put)
	}
}

// put saves the next record.
func (x *tx) put(p *Put) (err error) {
	if len(x.saved) == MaxBatch {
		return tooMany()
	}
	if x.model == nil || x.model.Name != p.Model {
		if x.model, err = x.st.model("save", p.Model); err != nil {
			return err
		}
		x.about(x.model)
		if x.st.wantTargets(x.model) {
			return errLacking
		}
	}
	x.lasts(p.Durability)
	p.model = x.model
	p.condition = nil
	if p.Condition != nil {
		if p.condition, err = predicate.Parse(p.model, p.Condition); err != nil {
			return err
		}
	}
	return x.save(p)
}

func (x *tx) save(p *Put) error {
	e := x.st.encoders[p.model.Index]
	if err := p.read(e); err != nil {
		return err
	}
	if lacksKey(e) {
		e.Set(e.Model.Key[0], x.generatedKey())
	}
	t := x.st.table(p.model)
	key, err := keyOf(e)
	if err != nil {
		return err
	}
	number, exists := t.Find(key)
	if !exists {
		return x.create(t, e)
	}
	if p.condition != nil && !p.condition.Match(x.st.tables(), t.Row(number)) {
		return code.Fault(code.Conflict, p.model.Name, "",
			"the condition does not hold for the stored record "+shown(key))
	}
	return x.edit(t, e, number, p)
}

func (p *Put) read(e *record.Encoder) error {
	if p.From != nil {
		return e.ReadNext(p.From)
	}
	return e.Read(p.Row)
}

// generatedKey returns the key of the next record to save, the same one when the
// commit is run again.
func (x *tx) generatedKey() []byte {
	n := len(x.saved)
	if x.keys[n] == nil {
		x.keys[n] = x.st.options.Random.uuid()
	}
	return x.keys[n]
}

func (x *tx) create(t *table.Table, e *record.Encoder) error {
	for _, i := range [...]int{t.Model.CreatedAt, t.Model.UpdatedAt} {
		if i >= 0 && (t.Model.Fields[i].ReadOnly || isNull(e.Value(i))) {
			e.Set(i, x.now)
		}
	}
	if err := e.Complete(); err != nil {
		return err
	}
	row, err := e.Row()
	if err == nil {
		x.leave(t, x.insert(t, row))
	}
	return err
}

// edit writes what e holds over a stored row.
func (x *tx) edit(t *table.Table, e *record.Encoder, number uint32, p *Put) error {
	row := t.Row(number)
	written, err := keepUnchanged(t, e, row, p)
	if err != nil {
		return err
	}
	same := true
	for i := range t.Model.Fields {
		same = same && string(e.Value(i)) == string(t.Layout.Value(row, i))
	}
	if same {
		x.leave(t, number)
		return nil
	}
	if i := t.Model.UpdatedAt; i >= 0 && !written[i] {
		e.Set(i, x.now)
	}
	if err = e.Complete(); err != nil {
		return err
	}
	row, err = e.Row()
	if err == nil {
		x.update(t, number, row)
		x.leave(t, number)
	}
	return err
}

// leave notes a row that a save leaves behind.
func (x *tx) leave(t *table.Table, number uint32) {
	x.saved = append(x.saved, place{uint32(t.Model.Index), number})
	if x.report != nil {
		x.report(t.Row(number))
	}
}

// keepUnchanged puts the stored values of the fields that are not to be written
// into e, and returns which are.
func keepUnchanged(t *table.Table, e *record.Encoder, row record.Row, p *Put) ([]bool, error) {
	written := make([]bool, len(t.Model.Fields))
	for i, f := range t.Model.Fields {
		written[i] = !p.Edited && e.Value(i) != nil && !f.ReadOnly
	}
	for _, name := range p.Changed {
		f, r := t.Model.Field(name), t.Model.Relation(name)
		switch {
		case f != nil && !f.ReadOnly:
			written[f.Index] = e.Value(f.Index) != nil
		case r != nil && (r.Kind == schema.BelongsTo || r.Kind == schema.HasOne):
			for _, i := range r.Fields {
				written[i] = e.Value(i) != nil
			}
		default:
			return nil, code.Fault(code.Invalid, p.model.Name, name, "is no field that can be changed")
		}
	}
	for i, yes := range written {
		written[i] = yes && !(t.Model.Keeps(i) && isNull(e.Value(i)))
		if !written[i] {
			e.Set(i, t.Layout.Value(row, i))
		}
	}
	return written, nil
}

func isNull(value []byte) bool { return value == nil || value[0] == 'n' }

// lacksKey reports whether the key is the store's to generate and none was given.
func lacksKey(e *record.Encoder) bool {
	return e.Model.KeyKind == schema.KeyManaged && isNull(e.Value(e.Model.Key[0]))
}

// keyOf returns the primary key of what e holds. It may share bytes with that.
func keyOf(e *record.Encoder) ([]byte, error) {
	var key []byte
	for n, i := range e.Model.Key {
		f := e.Model.Fields[i]
		v := e.Value(i)
		if isNull(v) {
			return nil, e.Missing(f)
		}
		if string(v) == `""` {
			return nil, code.Fault(code.Invalid, e.Model.Name, f.Name, "is part of the key and may not be empty")
		}
		if len(e.Model.Key) == 1 {
			key = v
			break
		}
		if n > 0 {
			key = append(key, ',')
		}
		key = append(key, v...)
	}
	if len(key) > record.MaxKey {
		return nil, code.Fault(code.Limit, e.Model.Name, e.Model.Fields[e.Model.Key[0]].Name, "a key may have at most "+strconv.Itoa(record.MaxKey)+" bytes")
	}
	return key, nil
}
