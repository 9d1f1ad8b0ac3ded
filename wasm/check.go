//go:build js && wasm

package main

import (
	"context"
	"runtime"

	"github.com/granarydb/granary/store"
)

//go:wasmexport granary_check
func exportCheck(handle, op int32) int32 {
	return begin(handle, op, func(ctx context.Context, st *store.Store) ([]byte, error) {
		problems, err := st.Check(ctx)
		out := []byte(`{"problems":[`)
		for i, p := range problems {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendText(out, p)
		}
		return append(out, "]}"...), err
	})
}

//go:wasmexport granary_stats
func exportStats(handle int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, err := storeOf(handle)
		if err != nil {
			return nil, err
		}
		s := st.Stats()
		dst = append(dst, `{"models":[`...)
		for i, m := range s.Models {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(append(dst, `{"model":`...), m.Model)
			dst = appendNumber(append(dst, `,"rows":`...), m.Rows)
			dst = append(appendNumber(append(dst, `,"bytes":`...), m.Bytes), '}')
		}
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		dst = appendNumber(append(dst, `],"memory":`...), int(mem.HeapAlloc))
		dst = appendNumber(append(dst, `,"log":{"entries":`...), s.LogEntries)
		dst = appendNumber(append(dst, `,"bytes":`...), s.LogBytes)
		return append(appendNumber(append(dst, `},"pending":`...), s.Pending), '}'), nil
	})
}
