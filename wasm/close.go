//go:build js && wasm

package main

import (
	"context"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

//go:wasmexport granary_close
func exportClose(handle, op int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st := stores[handle]
		if st == nil { // it has ended by itself
			later(op, func(context.Context) ([]byte, error) { return []byte("{}"), nil })
			return dst, nil
		}
		forget(handle)
		parted[handle] = st
		later(op, func(context.Context) ([]byte, error) {
			stopSync(handle)
			err := st.Close()
			afterwards(func() { delete(parted, handle) })
			return []byte("{}"), err
		})
		return dst, nil
	})
}

//go:wasmexport granary_clear
func exportClear(handle, op int32) int32 {
	return begin(handle, op, func(ctx context.Context, st *store.Store) ([]byte, error) {
		return []byte("{}"), st.Clear(ctx)
	})
}

//go:wasmexport granary_destroy
func exportDestroy(op, length int32) int32 {
	return answer(0, func(dst []byte) ([]byte, error) {
		members, err := readObject(length)
		name := textOf(members["name"])
		if err != nil || name == "" {
			return nil, &code.Error{Code: code.Invalid, Op: "destroy", Message: "needs the name of a store", Err: err}
		}
		later(op, func(ctx context.Context) ([]byte, error) { return []byte("{}"), idb.Destroy(ctx, name) })
		return dst, nil
	})
}

// begin starts work on a store that ends later.
func begin(handle, op int32, work func(context.Context, *store.Store) ([]byte, error)) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		later(op, func(ctx context.Context) ([]byte, error) { return work(ctx, st) })
		return dst, nil
	})
}

// later does work in a goroutine of its own and settles op with its outcome.
func later(op int32, work func(context.Context) ([]byte, error)) {
	go func() {
		defer endWithPanic()
		result, err := work(context.Background())
		if err != nil {
			reject(op, err)
			return
		}
		resolve(op, result)
	}()
}

// endWithPanic ends the engine when a goroutine panicked.
func endWithPanic() {
	if cause := recover(); cause != nil {
		crashed(cause)
	}
}
