//go:build js && wasm

package main

import (
	"context"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/memory"
)

// opening is what the page says when it opens a store.
type opening struct {
	name, storage string
	schema        []byte // JSON: a string of SDL, or a compiled schema
	strict        bool
}

//go:wasmexport granary_open
func exportOpen(op, length int32) int32 {
	return answer(0, func(dst []byte) ([]byte, error) {
		members, err := readObject(length)
		o := opening{textOf(members["name"]), textOf(members["storage"]), members["schema"], string(members["strict"]) == "true"}
		if members["storage"] == nil {
			o.storage = "indexeddb"
		}
		if err != nil || o.name == "" || o.schema == nil || o.storage != "indexeddb" && o.storage != "memory" {
			return nil, &code.Error{Code: code.Invalid, Op: "open",
				Message: `a store needs a name, a schema, and "indexeddb" or "memory" as its storage`, Err: err}
		}
		later(op, 0, func(ctx context.Context) ([]byte, error) { return open(ctx, o) })
		return dst, nil
	})
}

func open(ctx context.Context, o opening) ([]byte, error) {
	s, compiled, err := readSchema(o.schema)
	if err != nil {
		return nil, err
	}
	var b store.Backend = memory.New()
	if o.storage == "indexeddb" {
		if b, err = idb.Open(ctx, o.name, idb.Options{}); err != nil {
			return nil, err
		}
	}
	var handle int32
	st, err := store.Open(ctx, store.Options{Schema: s, Backend: b, Clock: clock, Random: random, Idle: idle, Strict: o.strict,
		News: func() { news(handle) }})
	if err != nil {
		_ = b.Close()
		return nil, err
	}
	handle = keep(st)
	out := appendNumberMember([]byte{'{'}, "store", int(handle))
	out = appendTextMember(out, "storage", o.storage)
	out = append(appendName(out, "schema"), compiled...)
	return append(out, '}'), nil
}
