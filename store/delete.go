package store

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Deletion says what to delete: the records with some keys, or those that match a
// predicate.
type Deletion struct {
	Model      string
	Keys       [][]byte // JSON arrays of the key's values; nil to go by Where
	Where      []byte   // a predicate
	Condition  []byte   // a predicate that each record found must match, else nothing is deleted; may be nil
	Durability Durability
}

// Delete removes the record, and with it what belongs to it: the targets of its
// has-one, has-many and many-to-many relations, as the schema's onDelete says, and
// theirs in turn, all in one commit. A record that is not in the store is no
// error.
func (st *Store) Delete(ctx context.Context, r *Record, options ...DeleteOption) error {
	d, err := deletionOf(r, options)
	if err == nil {
		_, err = st.delete(ctx, d)
	}
	return err
}

// deletionOf is what deletes the record.
func deletionOf(r *Record, options []DeleteOption) (Deletion, error) {
	if r == nil || r.model == nil {
		return Deletion{}, &code.Error{Code: code.Invalid, Op: "delete", Message: "the record is nil"}
	}
	d := Deletion{Model: r.model.Name, Keys: [][]byte{r.keyJSON()}}
	for _, option := range options {
		if err := option(&d); err != nil {
			return d, wrap("delete", err)
		}
	}
	return d, nil
}

// DeleteKey removes the record with that key and what belongs to it, and returns
// it; nil if there was none. A composite key is a []any in key order.
func (st *Store) DeleteKey(ctx context.Context, model string, key any) (*Record, error) {
	text, err := keyText(key)
	if err != nil {
		return nil, wrap("delete", err)
	}
	deleted, err := st.delete(ctx, Deletion{Model: model, Keys: [][]byte{text}})
	if err != nil || len(deleted) == 0 {
		return nil, err
	}
	return deleted[0], nil
}

// DeleteWhere removes the records that match and what belongs to them, and returns
// those that matched.
func (st *Store) DeleteWhere(ctx context.Context, model string, where predicate.Predicate) ([]*Record, error) {
	text, err := where.JSON()
	if err != nil {
		return nil, wrap("delete", err)
	}
	return st.delete(ctx, Deletion{Model: model, Where: text})
}

// DeleteOption changes how a record is deleted.
type DeleteOption func(*Deletion) error

// OnlyIf makes the delete fail with ErrConflict unless the stored record matches.
func OnlyIf(condition predicate.Predicate) DeleteOption {
	return func(d *Deletion) (err error) {
		d.Condition, err = condition.JSON()
		return err
	}
}

func (st *Store) delete(ctx context.Context, d Deletion) ([]*Record, error) {
	c, err := st.beginDelete(ctx, d)
	if err == nil {
		err = c.Wait(ctx)
	}
	if err != nil {
		return nil, wrap("delete", err)
	}
	return st.recordsOf(st.schema.Model(d.Model), c.rows), nil
}

// BeginDelete applies the deletions, all in one commit, and returns while it is on
// its way to storage. What they name is found before any of it is deleted.
func (st *Store) BeginDelete(list ...Deletion) (*Commit, error) {
	return st.beginDelete(context.Background(), list...)
}

func (st *Store) beginDelete(ctx context.Context, list ...Deletion) (*Commit, error) {
	run, err := st.deleting(list)
	if err != nil {
		return nil, err
	}
	return st.begin(ctx, "delete", run)
}

// deleting is the change that deletes.
func (st *Store) deleting(list []Deletion) (func(*tx) error, error) {
	targets, n := make([]target, len(list)), 0
	for i, d := range list {
		if err := st.target(d, &targets[i]); err != nil {
			return nil, wrap("delete", err)
		}
		if n += len(d.Keys); n > MaxBatch {
			return nil, wrap("delete", code.Fault(code.Limit, "", "", "one delete takes at most "+strconv.Itoa(MaxBatch)+" keys"))
		}
	}
	now := timestamp(st.options.Clock())
	return func(x *tx) error {
		x.now, x.rows = now, nil
		for _, d := range list {
			x.lasts(d.Durability)
		}
		var doomed []fate
		for i := range targets {
			t := &targets[i]
			x.about(t.model)
			for _, n := range x.find(t.model, t.keys, t.where) {
				f := fate{st.table(t.model), n}
				if t.condition != nil && !t.condition.Match(st.tables(), f.table.Row(n)) {
					return code.Fault(code.Conflict, t.model.Name, "", "the condition does not hold for the stored record")
				}
				x.rows = append(x.rows, f.table.Row(n))
				doomed = append(doomed, f)
			}
		}
		return x.cascade(doomed)
	}, nil
}

// target is a Deletion that was checked against the schema.
type target struct {
	model            *schema.Model
	keys             [][]byte
	where, condition *predicate.Filter
}

func (st *Store) target(d Deletion, into *target) (err error) {
	m, err := st.model("delete", d.Model)
	if err != nil {
		return err
	}
	into.model = m
	if (d.Keys == nil) == (d.Where == nil) {
		return code.Fault(code.Invalid, m.Name, "", "give either keys or a predicate")
	}
	if into.where, err = predicate.Parse(m, d.Where); err != nil {
		return err
	}
	if d.Condition != nil {
		if into.condition, err = predicate.Parse(m, d.Condition); err != nil {
			return err
		}
	}
	if d.Keys != nil {
		into.keys = make([][]byte, len(d.Keys))
	}
	for i, text := range d.Keys {
		if into.keys[i], err = parseKey(m, text); err != nil {
			return err
		}
	}
	return nil
}

func (x *tx) find(m *schema.Model, keys [][]byte, where *predicate.Filter) []uint32 {
	if keys == nil {
		return where.Rows(x.st.tables(), math.MaxInt)
	}
	var rows []uint32
	twice := make(map[uint32]bool, len(keys))
	for _, key := range keys {
		if n, ok := x.st.table(m).Find(key); ok && !twice[n] {
			twice[n] = true
			rows = append(rows, n)
		}
	}
	return rows
}

// rules are what a deletion of a model's record entails.
type rules struct {
	refers     bool               // the model has relations to one record
	owned      []*schema.Relation // has-one, has-many, many-to-many of the model
	dependents []*schema.Relation // required belongs-to relations of others that lead to the model and are in owned of none
}

// rulesOf works out the rules of every model.
func rulesOf(s *schema.Schema) []rules {
	out := make([]rules, len(s.Models))
	for _, m := range s.Models {
		for _, r := range m.Relations {
			out[m.Index].refers = out[m.Index].refers || r.Kind == schema.BelongsTo || r.Kind == schema.HasOne
			if r.Kind != schema.BelongsTo {
				out[m.Index].owned = append(out[m.Index].owned, r)
			}
		}
	}
	for _, m := range s.Models {
		for _, r := range m.Relations {
			covered := slices.ContainsFunc(out[r.Target.Index].owned, func(o *schema.Relation) bool {
				return o.Target == m && slices.Equal(o.TargetFields, r.Fields)
			})
			if r.Kind == schema.BelongsTo && requires(r) && !covered {
				out[r.Target.Index].dependents = append(out[r.Target.Index].dependents, r)
			}
		}
	}
	return out
}

// requires reports whether a record cannot be without the target of a relation.
func requires(r *schema.Relation) bool {
	return r.Required || !slices.ContainsFunc(r.Fields, func(f int) bool { return !r.Owner.Fields[f].Type.Required })
}

// fate is what a cascade found out about one record.
type fate struct {
	table *table.Table
	row   uint32
}

// going is a record on the way of a cascade: still to be looked at, or under way
// until all that belongs to it is dealt with.
type going struct {
	fate
	under bool
}

// cascade deletes rows and what belongs to them. It walks a stack of its own, so
// chains may be as long as they like, and cycles end. A record goes behind all that
// belongs to it, relation by relation in the order of the schema; only where a
// cycle leads back to a record that is under way, that one goes last.
func (x *tx) cascade(rows []fate) error {
	doomed := make(map[fate]struct{}, len(rows))
	order := make([]fate, 0, len(rows))
	stack := make([]going, 0, len(rows))
	for _, f := range slices.Backward(rows) {
		stack = append(stack, going{fate: f})
	}
	var spared []sparing
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		f := top.fate
		if _, met := doomed[f]; met || top.under {
			if top.under {
				order = append(order, f)
			}
			stack = stack[:len(stack)-1]
			continue
		}
		doomed[f] = struct{}{}
		top.under = true
		above := len(stack)
		stack, spared = x.entailed(f, stack, spared)
		slices.Reverse(stack[above:])
	}
	for _, s := range spared {
		if _, gone := doomed[fate{x.st.table(s.relation.Target), s.row}]; gone {
			continue
		}
		if err := x.spare(s); err != nil {
			return err
		}
	}
	for _, f := range order {
		x.delete(f.table, f.row)
	}
	return nil
}

// entailed adds what goes with a record to the stack, and what does not to spared.
func (x *tx) entailed(f fate, stack []going, spared []sparing) ([]going, []sparing) {
	rule := &x.st.rules[f.table.Model.Index]
	for _, r := range rule.owned {
		for _, n := range x.related(f, r) {
			if r.OnDelete == schema.Cascade || x.force && r.OnDelete == schema.Restrict && !mayBeNull(r.Target, r.TargetFields) {
				stack = append(stack, going{fate: fate{x.st.table(r.Target), n}})
			} else {
				spared = append(spared, sparing{owner: f, relation: r, row: n})
			}
		}
	}
	for _, r := range rule.dependents {
		key, _ := f.table.Layout.AppendKey(nil, f.table.Row(f.row), r.TargetFields)
		for _, n := range x.st.table(r.Owner).Match(nil, r.Fields, key) {
			stack = append(stack, going{fate: fate{x.st.table(r.Owner), n}})
		}
	}
	return stack, spared
}

// mayBeNull reports whether all of the fields may be null.
func mayBeNull(m *schema.Model, fields []int) bool {
	return !slices.ContainsFunc(fields, func(i int) bool { return m.Fields[i].Type.Required || slices.Contains(m.Key, i) })
}

// related returns the rows that a record is connected with through a relation.
func (x *tx) related(f fate, r *schema.Relation) []uint32 {
	key, ok := f.table.Layout.AppendKey(nil, f.table.Row(f.row), r.Fields)
	if !ok {
		return nil
	}
	return x.st.table(r.Target).Match(nil, r.TargetFields, key)
}

// sparing is a related record that a cascade does not delete.
type sparing struct {
	owner    fate
	relation *schema.Relation
	row      uint32
}

// spare does what onDelete says instead of deleting.
func (x *tx) spare(s sparing) error {
	r := s.relation
	if r.OnDelete == schema.Restrict && !x.force {
		return code.Fault(code.Reference, r.Owner.Name, r.Name, "still has a "+r.Target.Name+" and is declared onDelete: RESTRICT; delete or move that first")
	}
	if r.Kind == schema.HasOne {
		return nil // the reference stands in the record that goes
	}
	t := x.st.table(r.Target)
	e := x.st.encoders[r.Target.Index]
	row := t.Row(s.row)
	for i := range r.Target.Fields {
		e.Set(i, t.Layout.Value(row, i))
	}
	for _, i := range r.TargetFields {
		e.Set(i, []byte("null"))
	}
	if i := r.Target.UpdatedAt; i >= 0 {
		e.Set(i, x.now)
	}
	if err := e.Complete(); err != nil {
		return err
	}
	changed, err := e.Row()
	if err == nil {
		x.update(t, s.row, changed)
	}
	return err
}
