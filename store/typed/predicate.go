package typed

import "github.com/granarydb/granary/store/predicate"

// Predicate is a condition on the records R. The zero Predicate matches all.
type Predicate[R any] struct{ p predicate.Predicate }

// Untyped returns the predicate as the store takes it.
func (p Predicate[R]) Untyped() predicate.Predicate { return p.p }

// And matches what all of the predicates match.
func And[R any](list ...Predicate[R]) Predicate[R] {
	return Predicate[R]{predicate.And(untyped(list)...)}
}

// Or matches what at least one of the predicates matches.
func Or[R any](list ...Predicate[R]) Predicate[R] {
	return Predicate[R]{predicate.Or(untyped(list)...)}
}

// Not matches what p does not match.
func Not[R any](p Predicate[R]) Predicate[R] { return Predicate[R]{predicate.Not(p.p)} }

func untyped[R any](list []Predicate[R]) []predicate.Predicate {
	plain := make([]predicate.Predicate, len(list))
	for i, p := range list {
		plain[i] = p.p
	}
	return plain
}

// Equality is a field of values V that can be compared for equality only.
type Equality[R, V any] struct{ path predicate.Path }

// EqualityField is the field of that name.
func EqualityField[R, V any](name string) Equality[R, V] { return Equality[R, V]{predicate.Path(name)} }

// Eq tests for equality.
func (f Equality[R, V]) Eq(value V) Predicate[R] { return Predicate[R]{f.path.Eq(plain(value))} }

// Ne tests for inequality; null differs from every value.
func (f Equality[R, V]) Ne(value V) Predicate[R] { return Predicate[R]{f.path.Ne(plain(value))} }

// In tests for being one of the values.
func (f Equality[R, V]) In(values ...V) Predicate[R] { return Predicate[R]{f.path.In(anys(values)...)} }

// NotIn is the opposite of In.
func (f Equality[R, V]) NotIn(values ...V) Predicate[R] {
	return Predicate[R]{f.path.NotIn(anys(values)...)}
}

func anys[V any](values []V) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = plain(v)
	}
	return list
}

// Order is a field of values V that have an order. Null is before, after and
// between nothing.
type Order[R, V any] struct{ Equality[R, V] }

// OrderField is the field of that name.
func OrderField[R, V any](name string) Order[R, V] { return Order[R, V]{EqualityField[R, V](name)} }

// Gt tests for being greater.
func (f Order[R, V]) Gt(value V) Predicate[R] { return Predicate[R]{f.path.Gt(plain(value))} }

// Ge tests for being greater or equal.
func (f Order[R, V]) Ge(value V) Predicate[R] { return Predicate[R]{f.path.Ge(plain(value))} }

// Lt tests for being less.
func (f Order[R, V]) Lt(value V) Predicate[R] { return Predicate[R]{f.path.Lt(plain(value))} }

// Le tests for being less or equal.
func (f Order[R, V]) Le(value V) Predicate[R] { return Predicate[R]{f.path.Le(plain(value))} }

// Between tests for lying between two values, both included.
func (f Order[R, V]) Between(low, high V) Predicate[R] {
	return Predicate[R]{f.path.Between(plain(low), plain(high))}
}

// Text is a field of text: a string, a date, an enum.
type Text[R, V any] struct{ Order[R, V] }

// TextField is the field of that name.
func TextField[R, V any](name string) Text[R, V] { return Text[R, V]{OrderField[R, V](name)} }

// Contains tests for a part of the text.
func (f Text[R, V]) Contains(part string) Predicate[R] { return Predicate[R]{f.path.Contains(part)} }

// NotContains is the opposite of Contains.
func (f Text[R, V]) NotContains(part string) Predicate[R] {
	return Predicate[R]{f.path.NotContains(part)}
}

// BeginsWith tests for the beginning of the text.
func (f Text[R, V]) BeginsWith(prefix string) Predicate[R] {
	return Predicate[R]{f.path.BeginsWith(prefix)}
}

// Elements is a list of single values E.
type Elements[R, E any] struct{ Equality[R, []E] }

// ElementsField is the field of that name.
func ElementsField[R, E any](name string) Elements[R, E] {
	return Elements[R, E]{EqualityField[R, []E](name)}
}

// Contains tests for an element of the list.
func (f Elements[R, E]) Contains(element E) Predicate[R] {
	return Predicate[R]{f.path.Contains(plain(element))}
}

// NotContains is the opposite of Contains.
func (f Elements[R, E]) NotContains(element E) Predicate[R] {
	return Predicate[R]{f.path.NotContains(plain(element))}
}
