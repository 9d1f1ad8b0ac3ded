//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_query
func exportQuery(handle, length int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, q, err := queryOf(handle, length)
		if err != nil {
			return nil, err
		}
		found, err := st.Find(q)
		return appendFound(dst, found), err
	})
}

//go:wasmexport granary_count
func exportCount(handle, length int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, q, err := queryOf(handle, length)
		if err != nil {
			return nil, err
		}
		n, err := st.Count(q)
		return append(appendNumber(append(dst, `{"count":`...), n), '}'), err
	})
}

//go:wasmexport granary_get
func exportGet(handle, model, length int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, m, err := modelOf(handle, model)
		if err != nil {
			return nil, err
		}
		found, err := st.FindKey(m.Name, input[:length])
		return appendFound(dst, found), err
	})
}

//go:wasmexport granary_related
func exportRelated(handle, model, relation, length int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, m, err := modelOf(handle, model)
		if err != nil {
			return nil, err
		}
		if relation < 0 || int(relation) >= len(m.Relations) {
			return nil, &code.Error{Code: code.Invalid, Op: "query", Model: m.Name, Message: "has no such relation"}
		}
		found, err := st.FindRelated(m.Relations[relation], input[:length])
		return appendFound(dst, found), err
	})
}

//go:wasmexport granary_rows
func exportRows(handle, model, length int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, m, err := modelOf(handle, model)
		if err != nil {
			return nil, err
		}
		numbers := input[:length]
		return st.AppendRows(dst, m, func(i int) uint32 { return uint32At(numbers, i) }, len(numbers)/4)
	})
}

// queryOf reads a query whose model may be given as its position.
func queryOf(handle, length int32) (*store.Store, store.Query, error) {
	st, err := storeOf(handle)
	if err != nil {
		return nil, store.Query{}, err
	}
	q, err := store.ParseQuery(st.Schema(), input[:length])
	return st, q, err
}

// modelOf returns a store and the model at a position of its schema.
func modelOf(handle, model int32) (*store.Store, *schema.Model, error) {
	st, err := storeOf(handle)
	if err != nil {
		return nil, nil, err
	}
	models := st.Schema().Models
	if model < 0 || int(model) >= len(models) {
		return nil, nil, &code.Error{Code: code.Invalid, Message: "the schema has no such model"}
	}
	return st, models[model], nil
}

// appendFound writes epoch, then row and version of each record.
func appendFound(dst []byte, f store.Found) []byte {
	dst = appendUint32(dst, f.Epoch)
	for _, ref := range f.Refs {
		dst = appendUint32(appendUint32(dst, ref.Row), ref.Version)
	}
	return dst
}
