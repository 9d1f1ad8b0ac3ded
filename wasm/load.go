//go:build js && wasm

package main

import (
	"bytes"
	"context"

	"github.com/granarydb/granary/store"
)

//go:wasmexport granary_load
func exportLoad(handle, op, length int32) int32 {
	text := bytes.Clone(input[:length])
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
