// Package typed is what generated models stand on: "wasmbuild generate -go" writes
// structs, predicates and collections whose types come from a schema, and this
// package holds what is the same for all of them.
//
// R is the type of a model's records, as in *Post, throughout; it keeps conditions,
// orders and changes of one model from being used with another.
//
// How a value of the schema looks in Go: text is a string, an Int an int, a Float a
// float64, an AWSTimestamp an int64, a Boolean a bool, AWSJSON an any as
// store.Record.Get returns it, an enum a string type, a custom type a struct. What
// may be null is a pointer, nil for null; but a list that may be null is a slice
// all the same, nil for null, and AWSJSON a nil any.
package typed

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/schema"
)

// Record is a generated record of any model.
type Record interface {
	// Record returns the record that it is the typed form of, nil for a nil pointer.
	Record() *store.Record
}

// CheckSchema fails unless a store was opened with the schema that models were
// generated from.
func CheckSchema(st *store.Store, models *schema.Schema) error {
	if st != nil && st.Schema().Fingerprint == models.Fingerprint {
		return nil
	}
	return &store.Error{Code: store.ErrInvalid, Op: "open", Message: "the store must have the schema of the models: generate them anew, or open it with their Schema"}
}

// recordsOf returns the records behind typed ones.
func recordsOf[R Record](list []R) []*store.Record {
	records := make([]*store.Record, len(list))
	for i, r := range list {
		if any(r) != nil {
			records[i] = r.Record()
		}
	}
	return records
}

// list returns the typed forms of records, nil for nil.
func list[R any](records []*store.Record, of func(*store.Record) R) []R {
	if records == nil {
		return nil
	}
	typed := make([]R, len(records))
	for i, r := range records {
		typed[i] = of(r)
	}
	return typed
}
