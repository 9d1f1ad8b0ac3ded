//go:build js && wasm

package main

import (
	"context"
	"runtime"
	"strconv"

	"github.com/granarydb/granary/store"
)

//go:wasmexport granary_check
func exportCheck(handle, op int32) int32 {
	return begin(handle, op, func(ctx context.Context, st *store.Store) ([]byte, error) {
		problems, err := st.Check(ctx)
		out := []byte(`{"problems":[`)
		for _, p := range problems {
			out = appendText(separate(out), p)
		}
		return append(out, "]}"...), err
	})
}

//go:wasmexport granary_stats
func exportStats(handle int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		s := st.Stats()
		dst = append(dst, `{"models":[`...)
		for _, m := range s.Models {
			dst = appendTextMember(append(separate(dst), '{'), "model", m.Model)
			dst = appendNumberMember(dst, "rows", m.Rows)
			dst = appendNumberMember(dst, "bytes", m.Bytes)
			dst = append(strconv.AppendBool(appendName(dst, "loaded"), m.Loaded), '}')
		}
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		dst = appendNumberMember(append(dst, ']'), "memory", int(mem.HeapAlloc))
		dst = append(appendName(dst, "log"), '{')
		dst = appendNumberMember(dst, "entries", s.LogEntries)
		dst = append(appendNumberMember(dst, "bytes", s.LogBytes), '}')
		dst = append(appendName(dst, "blocks"), '{')
		dst = appendNumberMember(dst, "count", s.Blocks)
		dst = append(appendNumberMember(dst, "bytes", s.BlockBytes), '}')
		return append(appendNumberMember(dst, "pending", s.Pending), '}'), nil
	})
}
