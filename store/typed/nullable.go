package typed

import "github.com/granarydb/granary/store/predicate"

// Nullness is what can be asked of a field that may be null besides its values.
type Nullness[R any] struct{ name predicate.Path }

// IsNull tests for null.
func (f Nullness[R]) IsNull() Predicate[R] { return Predicate[R]{f.name.Eq(nil)} }

// NotNull tests for anything but null.
func (f Nullness[R]) NotNull() Predicate[R] { return Predicate[R]{f.name.Ne(nil)} }

// NullEquality is an Equality that may be null.
type NullEquality[R, V any] struct {
	Equality[R, V]
	Nullness[R]
}

// NullEqualityField is the field of that name.
func NullEqualityField[R, V any](name string) NullEquality[R, V] {
	return NullEquality[R, V]{EqualityField[R, V](name), Nullness[R]{predicate.Path(name)}}
}

// NullOrder is an Order that may be null.
type NullOrder[R, V any] struct {
	Order[R, V]
	Nullness[R]
}

// NullOrderField is the field of that name.
func NullOrderField[R, V any](name string) NullOrder[R, V] {
	return NullOrder[R, V]{OrderField[R, V](name), Nullness[R]{predicate.Path(name)}}
}

// NullText is a Text that may be null.
type NullText[R, V any] struct {
	Text[R, V]
	Nullness[R]
}

// NullTextField is the field of that name.
func NullTextField[R, V any](name string) NullText[R, V] {
	return NullText[R, V]{TextField[R, V](name), Nullness[R]{predicate.Path(name)}}
}

// NullElements is an Elements that may be null as a whole.
type NullElements[R, E any] struct {
	Elements[R, E]
	Nullness[R]
}

// NullElementsField is the field of that name.
func NullElementsField[R, E any](name string) NullElements[R, E] {
	return NullElements[R, E]{ElementsField[R, E](name), Nullness[R]{predicate.Path(name)}}
}
