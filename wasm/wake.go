//go:build js && wasm

package main

import (
	"syscall/js"
	"time"

	"github.com/granarydb/granary/store"
)

// lookEvery is how often a store of a page that is in view looks whether other tabs
// have written, since messages between tabs may be lost.
const lookEvery = time.Second

// lookAround has a store look now and then, as long as it is open.
func lookAround(handle int32, st *store.Store) {
	for {
		<-time.After(lookEvery)
		if stores[handle] != st {
			return
		}
		if inView() {
			st.Look()
		}
	}
}

// inView reports whether the page may be seen; what has no document always is.
func inView() bool {
	document := js.Global().Get("document")
	return !document.Truthy() || document.Get("visibilityState").String() != "hidden"
}

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
