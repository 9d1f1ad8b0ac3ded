package store

import (
	"context"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// settle opens the store that was made whole, removes what breaks the schema, and
// counts the rest.
func (r *repair) settle(ctx context.Context) error {
	st, migration, err := BeginOpen(ctx, r.options)
	if err != nil || migration != nil {
		_ = r.options.Backend.Close()
		return err
	}
	defer func() { _ = st.Close() }()
	for _, m := range r.options.Schema.Models {
		if err := st.Load(ctx, m.Name); err != nil {
			return err
		}
	}
	if err := r.remove(ctx, st); err != nil {
		return err
	}
	if r.report.Repaired {
		mend := func(x *tx) error {
			x.mendSync()
			return nil
		}
		if err := st.commit(ctx, "repair", mend); err != nil {
			return err
		}
	}
	r.count(st)
	r.report.Settled = true
	return nil
}

// remove deletes what breaks the schema and what goes with it, in one commit,
// after its rows were set aside.
func (r *repair) remove(ctx context.Context, st *Store) error {
	var gone []table.Change
	find := func(x *tx) error {
		x.now, x.force = timestamp(st.options.Clock()), true
		x.mergeTwins()
		if err := x.cascade(st.homeless()); err != nil {
			return err
		}
		gone = x.changes
		return nil
	}
	var pieces []*log.BlockWriter // by model, as they were
	var models []string
	var removed []int
	st.mu.Lock()
	x := &tx{st: st, version: st.version}
	err := find(x)
	for _, c := range gone {
		if c.Before() == nil {
			continue
		}
		at := slices.Index(models, c.Table.Model.Name)
		if at < 0 {
			at, models = len(models), append(models, c.Table.Model.Name)
			pieces = append(pieces, log.NewBlockWriter(0, c.Table.Layout))
			removed = append(removed, 0)
		}
		pieces[at].Add(c.Before())
		if c.After() == nil {
			removed[at]++
		}
	}
	x.undo(0, 0)
	st.mu.Unlock()
	if err != nil || len(models) == 0 {
		return err
	}
	for i, name := range models {
		r.model(name).Removed = removed[i]
		reason := strconv.Itoa(pieces[i].Rows) + " records that could not be without one that was lost, or broke the schema, as they were"
		if err := r.setAside(ctx, "records of "+name, name, pieces[i].Bytes(), reason); err != nil {
			return err
		}
	}
	r.report.Repaired = true
	c, err := st.begin(ctx, "repair", find)
	if err != nil {
		return err
	}
	return c.Wait(ctx)
}

// mergeTwins leaves one of several rows with the same key: the newest, which is the
// last. The log knows rows by their keys; read back, the deletions leave any one of
// them, and what is written then makes it the newest.
func (x *tx) mergeTwins() {
	for _, t := range x.st.tables() {
		var twins []uint32
		for n := range t.End() {
			if t.Has(n) {
				if found, ok := t.Find(t.Key(nil, t.Row(n))); !ok || found != n {
					twins = append(twins, n)
				}
			}
		}
		for _, n := range twins {
			newest := t.Row(n)
			x.delete(t, n)
			if first, ok := t.Find(t.Key(nil, newest)); ok {
				if first > n {
					newest = t.Row(first)
				}
				x.update(t, first, newest)
			}
		}
	}
}

// homeless are the rows that break the schema by themselves, or require a record
// that is not there. The caller holds mu.
func (st *Store) homeless() []fate {
	var list []fate
	for _, t := range st.tables() {
		for n := range t.End() {
			if t.Has(n) && !st.stands(t, n) {
				list = append(list, fate{t, n})
			}
		}
	}
	return list
}

// stands reports whether a row is valid and leads where it must.
func (st *Store) stands(t *table.Table, n uint32) bool {
	row := t.Row(n)
	e := st.encoders[t.Model.Index]
	if e.Read(t.Layout.Values(row)) != nil || e.Complete() != nil {
		return false
	}
	if again, err := e.Row(); err != nil || string(again) != string(row) {
		return false
	}
	for _, rel := range t.Model.Relations {
		if rel.Kind == schema.BelongsTo && requires(rel) && !st.mayLack(rel) && !st.leads(t, row, rel, false) {
			return false
		}
	}
	return true
}

// leads reports whether a reference leads to a record; one without a value does if
// that may be.
func (st *Store) leads(t *table.Table, row record.Row, rel *schema.Relation, mayLack bool) bool {
	key, ok := t.Layout.AppendKey(nil, row, rel.Fields)
	if !ok {
		return mayLack
	}
	_, found := st.table(rel.Target).Find(key)
	return found
}

// count counts what is there now.
func (r *repair) count(st *Store) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, t := range st.tables() {
		m := r.model(t.Model.Name)
		m.Kept = t.Len()
		for n := range t.End() {
			if t.Has(n) && slices.ContainsFunc(t.Model.Relations, func(rel *schema.Relation) bool {
				return rel.Kind == schema.BelongsTo && !st.leads(t, t.Row(n), rel, true)
			}) {
				m.Dangling++
			}
		}
	}
}
