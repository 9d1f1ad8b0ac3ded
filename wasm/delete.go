//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_delete
func exportDelete(handle, op, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		d, err := parseDeletion(st.Schema(), length)
		if err != nil {
			return nil, err
		}
		c, err := st.BeginDelete(d)
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) {
			settleWith(op, err, func() []byte {
				m := st.Schema().Model(d.Model)
				out := []byte{'['}
				for _, row := range c.Rows() {
					out = st.AppendJSON(separate(out), m, row)
				}
				return append(out, ']')
			})
		})
		return dst, nil
	})
}

// parseDeletion reads {"model", "keys" or "where", "condition"?} from input.
func parseDeletion(s *schema.Schema, length int32) (store.Deletion, error) {
	members, err := readObject(length)
	d := store.Deletion{Model: store.ModelName(s, members["model"]), Where: members["where"]}
	if condition := members["condition"]; string(condition) != "null" {
		d.Condition = condition
	}
	keys := jsontext.New(members["keys"])
	if members["keys"] != nil {
		for keys.BeginArray(); keys.NextElement(); {
			d.Keys = append(d.Keys, keys.Raw())
		}
	}
	if err != nil || keys.Err() != nil || (d.Keys == nil) == (d.Where == nil) {
		return d, &code.Error{Code: code.Invalid, Op: "delete", Message: "a delete needs a model, and either keys or where", Err: err}
	}
	return d, nil
}
