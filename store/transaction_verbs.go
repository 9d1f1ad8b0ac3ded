package store

import (
	"context"

	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Save is Store.Save within the transaction: it creates the record, or updates the
// one with its key, and returns it as it then is.
func (t *Tx) Save(ctx context.Context, r *Record, options ...SaveOption) (*Record, error) {
	saved, err := t.SaveAll(ctx, []*Record{r}, options...)
	if err != nil {
		return nil, err
	}
	return saved[0], nil
}

// SaveAll is Store.SaveAll within the transaction.
func (t *Tx) SaveAll(_ context.Context, records []*Record, options ...SaveOption) ([]*Record, error) {
	puts, err := putsOf(records, options)
	if err != nil {
		return nil, err
	}
	rows, err := t.Put(list(puts), len(puts))
	if err != nil {
		return nil, err
	}
	saved := make([]*Record, len(rows))
	for i, row := range rows {
		saved[i] = t.st.recordOf(t.st.schema.Model(records[i].model.Name), row)
	}
	return saved, nil
}

// Put saves about n records and returns their rows as they then are. The puts must
// not change before the transaction has ended.
func (t *Tx) Put(puts Puts, n int) ([]record.Row, error) {
	var rows []record.Row
	run := t.st.saving(puts, n, func(row record.Row) { rows = append(rows, row) })
	rows, _, err := t.do("save", "", true, func(x *tx) ([]record.Row, int, error) {
		rows = nil
		err := run(x)
		return rows, 0, err
	})
	return rows, err
}

// Insert saves about n records without an answer.
func (t *Tx) Insert(puts Puts, n int) error {
	run := t.st.saving(puts, n, nil)
	_, _, err := t.do("save", "", true, func(x *tx) ([]record.Row, int, error) { return nil, 0, run(x) })
	return err
}

// Delete is Store.Delete within the transaction.
func (t *Tx) Delete(_ context.Context, r *Record, options ...DeleteOption) error {
	d, err := deletionOf(r, options)
	if err == nil {
		_, err = t.DeleteRows(d)
	}
	return err
}

// DeleteKey is Store.DeleteKey within the transaction.
func (t *Tx) DeleteKey(_ context.Context, model string, key any) (*Record, error) {
	text, err := keyText(key)
	if err != nil {
		return nil, wrap("delete", err)
	}
	return first(t.deleted(Deletion{Model: model, Keys: [][]byte{text}}))
}

// DeleteWhere is Store.DeleteWhere within the transaction.
func (t *Tx) DeleteWhere(_ context.Context, model string, where predicate.Predicate) ([]*Record, error) {
	text, err := where.JSON()
	if err != nil {
		return nil, wrap("delete", err)
	}
	return t.deleted(Deletion{Model: model, Where: text})
}

// DeleteAll is Store.DeleteAll within the transaction.
func (t *Tx) DeleteAll(_ context.Context, records []*Record) error {
	list, err := deletionsOf(records)
	if err == nil {
		_, err = t.DeleteRows(list...)
	}
	return err
}

func (t *Tx) deleted(d Deletion) ([]*Record, error) {
	rows, err := t.DeleteRows(d)
	if err != nil {
		return nil, err
	}
	return t.st.recordsOf(t.st.schema.Model(d.Model), rows), nil
}

// DeleteRows deletes, and returns the rows that were named.
func (t *Tx) DeleteRows(list ...Deletion) ([]record.Row, error) {
	run, err := t.st.deleting(list)
	if err != nil {
		return nil, err
	}
	model := ""
	if len(list) > 0 {
		model = list[0].Model
	}
	rows, _, err := t.do("delete", model, true, func(x *tx) ([]record.Row, int, error) {
		err := run(x)
		return x.rows, 0, err
	})
	return rows, err
}

// Query is Store.Query within the transaction.
func (t *Tx) Query(_ context.Context, model string, options ...QueryOption) ([]*Record, error) {
	q, err := asked("query", model, options)
	if err == nil {
		err = plain("query", q)
	}
	if err != nil {
		return nil, err
	}
	rows, err := t.Find(q)
	if err != nil {
		return nil, err
	}
	return t.st.recordsOf(t.st.schema.Model(model), rows), nil
}

// Find answers a Query with rows.
func (t *Tx) Find(q Query) ([]record.Row, error) {
	return t.found(q.Model, func() (Found, error) { return t.st.find(q) })
}

// Get is Store.Get within the transaction.
func (t *Tx) Get(_ context.Context, model string, key any) (*Record, error) {
	text, err := keyText(key)
	if err != nil {
		return nil, wrap("query", err)
	}
	rows, err := t.FindKey(model, text)
	if err != nil {
		return nil, err
	}
	return first(t.st.recordsOf(t.st.schema.Model(model), rows), nil)
}

// FindKey finds the row with that key, a JSON array of its values.
func (t *Tx) FindKey(model string, key []byte) ([]record.Row, error) {
	return t.found(model, func() (Found, error) { return t.st.findKey(model, key) })
}

// Count is Store.Count within the transaction.
func (t *Tx) Count(q Query) (int, error) {
	_, n, err := t.do("query", q.Model, false, func(*tx) ([]record.Row, int, error) {
		n, err := t.st.count(q)
		return nil, n, err
	})
	return n, err
}

// Groups is Store.AppendGroups within the transaction.
func (t *Tx) Groups(op string, q Query, by Grouping) ([]byte, error) {
	rows, _, err := t.do(op, q.Model, false, func(*tx) ([]record.Row, int, error) {
		text, err := t.st.appendGroups(nil, op, q, by)
		return []record.Row{text}, 0, err
	})
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// One returns the record that r belongs to or has one of, as the transaction sees
// it; nil if there is none.
func (t *Tx) One(_ context.Context, r *Record, relation string) (*Record, error) {
	return first(t.related(r, relation, true))
}

// Many returns the records that r has many of, as the transaction sees them.
func (t *Tx) Many(_ context.Context, r *Record, relation string) ([]*Record, error) {
	return t.related(r, relation, false)
}

func (t *Tx) related(r *Record, relation string, one bool) ([]*Record, error) {
	rel, err := r.relation(relation, one)
	if err != nil {
		return nil, err
	}
	values, ok := r.layout.AppendKey([]byte{'['}, r.row, rel.Fields)
	if !ok {
		return nil, nil
	}
	rows, err := t.FindRelated(rel, append(values, ']'))
	if err != nil {
		return nil, err
	}
	return t.st.recordsOf(far(rel), rows), nil
}

// FindRelated finds the rows related to a record whose fields of the relation have
// those values, a JSON array.
func (t *Tx) FindRelated(rel *schema.Relation, values []byte) ([]record.Row, error) {
	return t.found(far(rel).Name, func() (Found, error) { return t.st.findRelated(rel, values) })
}

// found takes the step that finds rows of a model.
func (t *Tx) found(model string, find func() (Found, error)) ([]record.Row, error) {
	rows, _, err := t.do("query", model, false, func(*tx) ([]record.Row, int, error) {
		f, err := find()
		if err != nil {
			return nil, 0, err
		}
		return rowsOf(t.st.table(f.Model), f.Refs), 0, nil
	})
	return rows, err
}

func rowsOf(t *table.Table, refs []Ref) []record.Row {
	rows := make([]record.Row, len(refs))
	for i, ref := range refs {
		rows[i] = t.Row(ref.Row)
	}
	return rows
}

// Add connects r with others of the far side of a many-to-many relation, as
// Collection.Add does.
func (t *Tx) Add(_ context.Context, r *Record, relation string, records ...*Record) error {
	return t.connect(r, relation, false, records)
}

// Remove parts r from others of the far side of a many-to-many relation, as
// Collection.Remove does.
func (t *Tx) Remove(_ context.Context, r *Record, relation string, records ...*Record) error {
	return t.connect(r, relation, true, records)
}

func (t *Tx) connect(r *Record, relation string, remove bool, records []*Record) error {
	c, err := Collection{r, relation}.connection(remove, records)
	if err != nil {
		return err
	}
	return t.Connect(c)
}

// Connect connects or parts records.
func (t *Tx) Connect(c Connection) error {
	run, err := t.st.connecting(c)
	if err != nil {
		return err
	}
	_, _, err = t.do(connectOp(c.Remove), c.Relation.Target.Name, true, func(x *tx) ([]record.Row, int, error) { return nil, 0, run(x) })
	return err
}

// first returns the first record, nil if there is none.
func first(records []*Record, err error) (*Record, error) {
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return records[0], nil
}
