//go:build js && wasm

package main

import (
	"context"

	"github.com/granarydb/granary/store"
)

// exportPeek answers for a record of a model that need not be in memory.
//
//go:wasmexport granary_peek
func exportPeek(handle, op, model, length int32) int32 {
	key := kept(length)
	return begin(handle, op, func(ctx context.Context, st *store.Store) ([]byte, error) {
		m, err := modelOf(st, model)
		if err != nil {
			return nil, err
		}
		values, err := st.Peek(ctx, m.Name, key)
		if values == nil {
			values = []byte("null")
		}
		return values, err
	})
}

//go:wasmexport granary_load
func exportLoad(handle, op, length int32) int32 {
	text := kept(length)
	return begin(handle, op, func(ctx context.Context, st *store.Store) ([]byte, error) {
		list, err := elements(text)
		names := make([]string, len(list))
		for i, raw := range list {
			names[i] = textOf(raw)
		}
		if err == nil {
			err = st.Load(ctx, names...)
		}
		return nil, err
	})
}
