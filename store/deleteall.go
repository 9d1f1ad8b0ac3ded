package store

import (
	"context"

	"github.com/granarydb/granary/store/code"
)

// DeleteAll removes the records, of any models, and what belongs to them, all in
// one commit: all of them or none. Records that are not in the store are no error.
func (st *Store) DeleteAll(ctx context.Context, records []*Record) error {
	list, err := deletionsOf(records)
	if err != nil {
		return err
	}
	c, err := st.beginDelete(ctx, list...)
	if err == nil {
		err = c.Wait(ctx)
	}
	if err != nil {
		return wrap("delete", err)
	}
	return nil
}

// deletionsOf is what deletes the records: one Deletion for each run of records of
// one model.
func deletionsOf(records []*Record) ([]Deletion, error) {
	var list []Deletion
	for _, r := range records {
		if r == nil || r.model == nil {
			return nil, &code.Error{Code: code.Invalid, Op: "delete", Message: "a record is nil"}
		}
		last := len(list) - 1
		if last < 0 || list[last].Model != r.model.Name {
			list = append(list, Deletion{Model: r.model.Name})
			last++
		}
		list[last].Keys = append(list[last].Keys, r.keyJSON())
	}
	return list, nil
}
