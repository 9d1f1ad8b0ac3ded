package typed

import (
	"context"

	"github.com/granarydb/granary/store"
)

// Collection is a model of an open store.
type Collection[R Record] struct {
	st    *store.Store
	model string
	of    func(*store.Record) R
}

// CollectionOf is the collection of that model; of makes a typed record.
func CollectionOf[R Record](st *store.Store, model string, of func(*store.Record) R) Collection[R] {
	return Collection[R]{st, model, of}
}

// Make makes a record that is not stored yet.
func (c Collection[R]) Make(fields Fields) (R, error) {
	r, err := c.st.New(c.model, store.Fields(fields))
	return c.one(r, err)
}

// Save creates the record, or updates the one with its key, and returns it as it
// then is. A stored record that does not match all conditions makes it fail with
// store.ErrConflict.
func (c Collection[R]) Save(ctx context.Context, record R, conditions ...Predicate[R]) (R, error) {
	var options []store.SaveOption
	if len(conditions) > 0 {
		options = append(options, store.If(And(conditions...).p))
	}
	r, err := c.st.Save(ctx, record.Record(), options...)
	return c.one(r, err)
}

// SaveAll saves the records as one commit and returns them as they then are.
func (c Collection[R]) SaveAll(ctx context.Context, records []R) ([]R, error) {
	saved, err := c.st.SaveAll(ctx, recordsOf(records))
	return c.list(saved, err)
}

// Find returns the record with a key, its values in order; nil if there is none.
func (c Collection[R]) Find(ctx context.Context, key ...any) (R, error) {
	r, err := c.st.Get(ctx, c.model, plain(key))
	return c.one(r, err)
}

// Query starts a query for the records that match all conditions; for all records
// when there are none.
func (c Collection[R]) Query(conditions ...Predicate[R]) Query[R] {
	return Query[R]{collection: c, where: And(conditions...)}
}

// Count returns how many records match all conditions.
func (c Collection[R]) Count(_ context.Context, conditions ...Predicate[R]) (int, error) {
	where, err := And(conditions...).p.JSON()
	if err != nil {
		return 0, err
	}
	return c.st.Count(store.Query{Model: c.model, Where: where})
}

// Delete removes the record and what belongs to it. A stored record that does not
// match all conditions makes it fail with store.ErrConflict.
func (c Collection[R]) Delete(ctx context.Context, record R, conditions ...Predicate[R]) error {
	var options []store.DeleteOption
	if len(conditions) > 0 {
		options = append(options, store.OnlyIf(And(conditions...).p))
	}
	return c.st.Delete(ctx, record.Record(), options...)
}

// DeleteWhere removes the records that match and what belongs to them, and returns
// those that matched.
func (c Collection[R]) DeleteWhere(ctx context.Context, condition Predicate[R]) ([]R, error) {
	deleted, err := c.st.DeleteWhere(ctx, c.model, condition.p)
	return c.list(deleted, err)
}

// Remove removes the record with a key, its values in order, and what belongs to
// it, and returns it; nil if there was none.
func (c Collection[R]) Remove(ctx context.Context, key ...any) (R, error) {
	r, err := c.st.DeleteKey(ctx, c.model, plain(key))
	return c.one(r, err)
}

func (c Collection[R]) one(r *store.Record, err error) (R, error) {
	if err != nil || r == nil {
		var none R
		return none, err
	}
	return c.of(r), nil
}

func (c Collection[R]) list(records []*store.Record, err error) ([]R, error) {
	if err != nil {
		return nil, err
	}
	return list(records, c.of), nil
}

// SaveAll saves records of any models as one commit.
func SaveAll(ctx context.Context, st *store.Store, records []Record) error {
	_, err := st.SaveAll(ctx, recordsOf(records))
	return err
}
