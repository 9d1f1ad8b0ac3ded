package typed

import (
	"reflect"

	"github.com/granarydb/granary/store"
)

// Fields gathers the values of a new record.
type Fields store.Fields

// Put sets a field that every new record has. A nil list is an empty one.
func (f Fields) Put(name string, value any) {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice && v.IsNil() {
		value = []any{}
	}
	f[name] = plain(value)
}

// Give sets a field that may be left out, unless its value is nil.
func (f Fields) Give(name string, value any) {
	if v := plain(value); v != nil {
		f[name] = v
	}
}

// Relate sets a relation to one record, unless that is nil.
func (f Fields) Relate(name string, target *store.Record) {
	if target != nil {
		f[name] = target
	}
}

// Change is one change of an edited copy.
type Change[R any] struct {
	name  string
	value any
}

// Set changes a field; nil means null.
func Set[R any](name string, value any) Change[R] { return Change[R]{name, plain(value)} }

// SetList changes a list that is never null; nil means an empty one.
func SetList[R any](name string, value any) Change[R] {
	if c := Set[R](name, value); c.value != nil {
		return c
	}
	return Change[R]{name, []any{}}
}

// SetRelation changes a relation to one record; nil means null.
func SetRelation[R any](name string, target *store.Record) Change[R] {
	return Change[R]{name, target}
}

// Edit returns a copy of a record with some changes. Saving it writes these
// fields, and only these, on top of what the store has then.
func Edit[R any](r *store.Record, changes []Change[R], of func(*store.Record) R) (R, error) {
	var none R
	if r == nil {
		return none, isNil("new")
	}
	fields := store.Fields{}
	for _, c := range changes {
		fields[c.name] = c.value
	}
	edited, err := r.With(fields)
	if err != nil {
		return none, err
	}
	return of(edited), nil
}

func isNil(op string) error {
	return &store.Error{Code: store.ErrInvalid, Op: op, Message: "the record is nil"}
}
