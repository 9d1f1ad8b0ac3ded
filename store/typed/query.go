package typed

import (
	"context"

	"github.com/granarydb/granary/store"
)

// Sort is one key of an order of the records R.
type Sort[R any] struct{ option store.QueryOption }

// SortBy is a field that records can be sorted by. Null comes before everything
// else.
type SortBy[R any] struct{ name string }

// SortField is the field of that name.
func SortField[R any](name string) SortBy[R] { return SortBy[R]{name} }

// Ascending sorts by the field, least first.
func (f SortBy[R]) Ascending() Sort[R] { return Sort[R]{store.Ascending(f.name)} }

// Descending sorts by the field, greatest first.
func (f SortBy[R]) Descending() Sort[R] { return Sort[R]{store.Descending(f.name)} }

// Query says which records of a model, in which order, and which of them. It is a
// value: each method returns another.
type Query[R Record] struct {
	collection Collection[R]
	where      Predicate[R]
	options    []store.QueryOption
	limited    bool
}

// Sort sorts by the keys, after those that were given before. Records that tie,
// and all when there is no order, are in order of insertion.
func (q Query[R]) Sort(keys ...Sort[R]) Query[R] {
	for _, k := range keys {
		q = q.with(k.option)
	}
	return q
}

// Limit keeps at most n records.
func (q Query[R]) Limit(n int) Query[R] { return q.Page(0, n) }

// Page keeps the records of one page of n, counted from 0.
func (q Query[R]) Page(page, n int) Query[R] {
	q.limited = true
	return q.with(store.Page(page, n))
}

// Include loads relations along with the records, all at once. The methods of a
// record whose names begin with Included then give what was loaded.
func (q Query[R]) Include(relations ...Included[R]) Query[R] {
	var none R
	for _, r := range relations {
		q = q.with(store.Include(r.included(none)))
	}
	return q
}

// All returns the records.
func (q Query[R]) All(ctx context.Context) ([]R, error) {
	c := q.collection
	records, err := c.st.Query(ctx, c.model, q.with(store.Where(q.where.p)).options...)
	return c.list(records, err)
}

// First returns the first of the records, nil if there is none.
func (q Query[R]) First(ctx context.Context) (R, error) {
	if !q.limited {
		q = q.Limit(1)
	}
	list, err := q.All(ctx)
	if err != nil || len(list) == 0 {
		var none R
		return none, err
	}
	return list[0], nil
}

// with returns the query with one more option, and leaves q as it is.
func (q Query[R]) with(option store.QueryOption) Query[R] {
	q.options = append(q.options[:len(q.options):len(q.options)], option)
	return q
}
