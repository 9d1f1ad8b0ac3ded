//go:build js && wasm

package idb

import (
	"errors"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
)

// Probe returns nil when the browser offers IndexedDB to this page, or else an
// error with code.Unavailable that says why not. That it is offered does not
// mean that Open succeeds: some private windows refuse there.
func Probe() error {
	_, err := factory("open")
	return err
}

// factory returns the browser's IDBFactory.
func factory(op string) (js.Value, error) {
	// A getter that throws, as in a frame without an origin, would end the program
	// if it were read with js.Value.Get, and so it is with the library's Global:
	// only calls catch exceptions.
	value, err := invoke(js.Global().Get("Reflect"), "get", js.Global(), "indexedDB")
	if err != nil {
		return js.Undefined(), refused(op, err)
	}
	if !value.Truthy() || !js.Global().Get("IDBRequest").Truthy() {
		return js.Undefined(), failure(code.Unavailable, op, "there is no IndexedDB here: this is no browser, or its settings or a private "+
			"window switch it off; keep the store in memory", errors.New("indexedDB is undefined"))
	}
	return value, nil
}
