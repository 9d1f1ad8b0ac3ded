//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_delete
func exportDelete(handle, op, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		list, err := parseDeletions(st.Schema(), kept(length))
		if err != nil {
			return nil, err
		}
		for i := range list {
			list[i].Durability = durabilityOf(op)
		}
		c, err := st.BeginDelete(list...)
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) {
			settleWith(op, err, func() []byte {
				out := []byte{'['}
				for _, row := range only(list, c.Rows()) {
					out = st.AppendJSON(separate(out), st.Schema().Model(list[0].Model), row)
				}
				return append(out, ']')
			})
		})
		return dst, nil
	})
}

// only returns the rows of a single deletion; those of several are not answered.
func only(list []store.Deletion, rows []record.Row) []record.Row {
	if len(list) == 1 {
		return rows
	}
	return nil
}

// parseDeletions reads an array of {"model", "keys" or "where", "condition"?}.
func parseDeletions(in *schema.Schema, text []byte) ([]store.Deletion, error) {
	var list []store.Deletion
	items, err := elements(text)
	for i := 0; i < len(items) && err == nil; i++ {
		var d store.Deletion
		d, err = parseDeletion(in, items[i])
		list = append(list, d)
	}
	return list, err
}

func parseDeletion(in *schema.Schema, text []byte) (store.Deletion, error) {
	members, err := parseObject(text)
	d := store.Deletion{Model: store.ModelName(in, members["model"]), Where: members["where"]}
	if condition := members["condition"]; string(condition) != "null" {
		d.Condition = condition
	}
	if err == nil {
		d.Keys, err = elements(members["keys"])
	}
	if err != nil || (d.Keys == nil) == (d.Where == nil) {
		return d, &code.Error{Code: code.Invalid, Op: "delete", Message: "a delete needs a model, and either keys or where", Err: err}
	}
	return d, nil
}
