//go:build js && wasm

package main

import (
	"context"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
)

// The kinds of storage.
const (
	inIndexedDB = "indexeddb"
	inMemory    = "memory"
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
		if err != nil || o.name == "" || o.schema == nil || o.storage == "" && members["storage"] != nil ||
			o.storage != "" && o.storage != inIndexedDB && o.storage != inMemory {
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
	b, storage, err := backend(ctx, o)
	if err != nil {
		return nil, err
	}
	var handle int32
	options := store.Options{Schema: s, Backend: b, Clock: clock, Random: random, Idle: idle, Strict: o.strict,
		News: func() { news(handle) }, Notice: func(n store.Notice) { tell(o.name, n) }}
	if storage == inIndexedDB {
		options.Witness = idb.NewWitness(o.name)
	}
	st, err := store.Open(ctx, options)
	if err != nil {
		_ = b.Close()
		return nil, err
	}
	handle = keep(st)
	out := appendNumberMember([]byte{'{'}, "store", int(handle))
	out = appendTextMember(out, "storage", storage)
	out = append(appendName(out, "schema"), compiled...)
	return append(out, '}'), nil
}

// backend opens the storage of a store. Where the page left open which it is, and
// there is no IndexedDB to be had, that is memory, and the page is told why.
func backend(ctx context.Context, o opening) (b log.Backend, storage string, err error) {
	if o.storage == inMemory {
		return memory.New(), inMemory, nil
	}
	b, err = idb.Open(ctx, o.name, idb.Options{})
	if o.storage == "" && code.Of(err) == code.Unavailable {
		notice(o.name, "STORAGE", err, func(dst []byte) []byte { return appendTextMember(dst, "storage", inMemory) })
		return memory.New(), inMemory, nil
	}
	return b, inIndexedDB, err
}
