package typed

import (
	"context"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/predicate"
)

// One returns the record that a relation leads to, nil if there is none.
func One[R any](ctx context.Context, r *store.Record, relation string, of func(*store.Record) R) (R, error) {
	var none R
	if r == nil {
		return none, isNil("query")
	}
	one, err := r.One(ctx, relation)
	if err != nil || one == nil {
		return none, err
	}
	return of(one), nil
}

// Many returns the records that a relation leads to.
func Many[R any](ctx context.Context, r *store.Record, relation string, of func(*store.Record) R) ([]R, error) {
	if r == nil {
		return nil, isNil("query")
	}
	many, err := r.Many(relation).Slice(ctx)
	if err != nil {
		return nil, err
	}
	return list(many, of), nil
}

// Connect connects a record with others across a many-to-many relation; those that
// it is connected with stay so.
func Connect[T Record](ctx context.Context, r *store.Record, relation string, others []T) error {
	if r == nil {
		return isNil("save")
	}
	return r.Many(relation).Add(ctx, recordsOf(others)...)
}

// Disconnect takes a record and others apart.
func Disconnect[T Record](ctx context.Context, r *store.Record, relation string, others []T) error {
	if r == nil {
		return isNil("delete")
	}
	return r.Many(relation).Remove(ctx, recordsOf(others)...)
}

// Loaded returns the records that a query loaded along for a relation, nil if it did
// not.
func Loaded[R any](r *store.Record, relation string, of func(*store.Record) R) []R {
	if r == nil {
		return nil
	}
	return list(r.Included(relation), of)
}

// LoadedOne is Loaded for a relation to one record.
func LoadedOne[R any](r *store.Record, relation string, of func(*store.Record) R) R {
	for _, one := range Loaded(r, relation, of) {
		return one
	}
	var none R
	return none
}

// Included is a relation that a query can load along. Only relations of R are.
type Included[R any] interface{ included(R) string }

func (f Relation[R, T]) included(R) string { return f.name }

func (f Across[R, T, J]) included(R) string { return f.Joins.name }

// Relation leads from the records R to the related ones T, of which there may be
// one or many.
type Relation[R, T any] struct{ name string }

// RelationField is the relation of that name.
func RelationField[R, T any](name string) Relation[R, T] { return Relation[R, T]{name} }

// Some matches records of which at least one related record matches p.
func (f Relation[R, T]) Some(p Predicate[T]) Predicate[R] {
	return Predicate[R]{predicate.Some(f.name, p.p)}
}

// Every matches records of which all related records match p, also if there are none.
func (f Relation[R, T]) Every(p Predicate[T]) Predicate[R] {
	return Predicate[R]{predicate.Every(f.name, p.p)}
}

// None matches records of which no related record matches p.
func (f Relation[R, T]) None(p Predicate[T]) Predicate[R] {
	return Predicate[R]{predicate.None(f.name, p.p)}
}

// Across is a many-to-many relation from the records R to the records T of the far
// side, by way of the join records J.
type Across[R, T, J any] struct {
	// Joins are the join records themselves.
	Joins   Relation[R, J]
	through string
}

// AcrossField is the relation of that name; through is the relation of the join
// records that leads to the far side.
func AcrossField[R, T, J any](name, through string) Across[R, T, J] {
	return Across[R, T, J]{RelationField[R, J](name), through}
}

// Some matches records of which at least one related record matches p.
func (f Across[R, T, J]) Some(p Predicate[T]) Predicate[R] { return f.Joins.Some(f.far(p)) }

// Every matches records of which all related records match p, also if there are none.
func (f Across[R, T, J]) Every(p Predicate[T]) Predicate[R] { return f.Joins.Every(f.far(p)) }

// None matches records of which no related record matches p.
func (f Across[R, T, J]) None(p Predicate[T]) Predicate[R] { return f.Joins.None(f.far(p)) }

func (f Across[R, T, J]) far(p Predicate[T]) Predicate[J] {
	return Predicate[J]{predicate.Some(f.through, p.p)}
}
