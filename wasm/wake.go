//go:build js && wasm

package main

import "github.com/granarydb/granary/store"

//go:wasmexport granary_wake
func exportWake(handle int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		st.Wake()
		return dst, nil
	})
}

//go:wasmexport granary_hurry
func exportHurry(handle int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		st.Hurry()
		return dst, nil
	})
}
