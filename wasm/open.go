//go:build js && wasm

package main

import (
	"context"
	"slices"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
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
		o, err := parseOpening(slices.Clone(input[:length]))
		if err != nil {
			return nil, err
		}
		go open(op, o)
		return dst, nil
	})
}

func parseOpening(text []byte) (opening, error) {
	o := opening{storage: "indexeddb"}
	s := jsontext.New(text)
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		switch string(name) {
		case "name":
			o.name = string(s.String())
		case "storage":
			o.storage = string(s.String())
		case "schema":
			o.schema = s.Raw()
		case "strict":
			o.strict = s.Bool()
		default:
			s.Raw()
		}
	}
	if !s.End() || o.name == "" || len(o.schema) == 0 || o.storage != "indexeddb" && o.storage != "memory" {
		return o, &code.Error{Code: code.Invalid, Op: "open",
			Message: `a store needs a name, a schema, and "indexeddb" or "memory" as its storage`, Err: s.Err()}
	}
	return o, nil
}

func open(op int32, o opening) {
	defer rejectPanic(op, 0)
	result, err := openStore(o)
	if err != nil {
		reject(op, err)
		return
	}
	resolve(op, result)
}

func openStore(o opening) ([]byte, error) {
	s, err := readSchema(o.schema)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	var b store.Backend = memory.New()
	if o.storage == "indexeddb" {
		if b, err = idb.Open(ctx, o.name, idb.Options{}); err != nil {
			return nil, err
		}
	}
	st, err := store.Open(ctx, store.Options{Schema: s, Backend: b, Clock: clock, Random: random, Strict: o.strict})
	if err != nil {
		_ = b.Close()
		return nil, err
	}
	out := appendNumber([]byte(`{"store":`), int(keep(st)))
	out = appendText(append(out, `,"storage":`...), o.storage)
	out = append(append(out, `,"schema":`...), s.Compile()...)
	return append(out, '}'), nil
}

// rejectPanic ends the op of a goroutine that panicked.
func rejectPanic(op, handle int32) {
	if cause := recover(); cause != nil {
		reject(op, crashed(handle, cause))
	}
}
