//go:build js && wasm

package main

import (
	"slices"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_delete
func exportDelete(handle, op, length int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, err := storeOf(handle)
		if err != nil {
			return nil, err
		}
		d, err := parseDeletion(st.Schema(), slices.Clone(input[:length]))
		if err != nil {
			return nil, err
		}
		c, err := st.BeginDelete(d)
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) {
			if err != nil {
				reject(op, err)
				return
			}
			m := st.Schema().Model(d.Model)
			out := []byte{'['}
			for i, row := range c.Rows() {
				if i > 0 {
					out = append(out, ',')
				}
				out = append(out, st.JSON(m, row)...)
			}
			resolve(op, append(out, ']'))
		})
		return dst, nil
	})
}

// parseDeletion reads {"model", "keys" or "where", "condition"?}.
func parseDeletion(s *schema.Schema, text []byte) (store.Deletion, error) {
	var d store.Deletion
	in := jsontext.New(text)
	for in.BeginObject(); ; {
		name, more := in.NextKey()
		if !more {
			break
		}
		switch string(name) {
		case "model":
			d.Model = store.ModelName(s, in.Raw())
		case "keys":
			for in.BeginArray(); in.NextElement(); {
				d.Keys = append(d.Keys, in.Raw())
			}
		case "where":
			d.Where = in.Raw()
		case "condition":
			if raw := in.Raw(); string(raw) != "null" {
				d.Condition = raw
			}
		default:
			in.Raw()
		}
	}
	if !in.End() || (d.Keys == nil) == (d.Where == nil) {
		return d, &code.Error{Code: code.Invalid, Op: "delete", Message: "a delete needs a model, and either keys or where", Err: in.Err()}
	}
	return d, nil
}
