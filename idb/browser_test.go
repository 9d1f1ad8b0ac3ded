//go:build js && wasm

package idb_test

import (
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/idb"
)

const patience = time.Minute // for what must happen, before a test gives up

// function returns a JavaScript function of these parameters with this body; its
// last parameter is named before the body.
func function(parametersAndBody ...any) js.Value {
	return js.Global().Get("Function").New(parametersAndBody...)
}

// replace puts value in the place of a property until the test has ended.
func replace(t *testing.T, target js.Value, property string, descriptor js.Value) {
	t.Helper()
	object := js.Global().Get("Object")
	before := object.Call("getOwnPropertyDescriptor", target, property)
	descriptor.Set("configurable", true)
	object.Call("defineProperty", target, property, descriptor)
	t.Cleanup(func() { object.Call("defineProperty", target, property, before) })
}

// patch replaces a method of a class until the test has ended. The body finds the
// method as original.
func patch(t *testing.T, class, method, body string) {
	t.Helper()
	prototype := js.Global().Get(class).Get("prototype")
	wrap := function("original", "return function (...args) {"+body+"}")
	replace(t, prototype, method, js.ValueOf(map[string]any{"value": wrap.Invoke(prototype.Get(method)), "writable": true}))
}

// offered makes the getter of globalThis.indexedDB run body until the test has
// ended.
func offered(t *testing.T, body string) {
	t.Helper()
	replace(t, js.Global(), "indexedDB", js.ValueOf(map[string]any{"get": function(body)}))
}

// holder is another tab with code of its own, which does what its script says
// and ignores versionchange.
type holder struct{ js.Value }

// hold opens the database of the store name in this version, with script as the
// upgrade, which finds the database as db.
func hold(t *testing.T, name string, version int, script string) holder {
	t.Helper()
	start := function("name", "version", "upgrade", `return new Promise((resolve, reject) => {
		const request = indexedDB.open("granary:" + name, version)
		request.onupgradeneeded = () => upgrade(request.result)
		request.onsuccess = () => resolve(request.result)
		request.onerror = () => reject(request.error)
	})`)
	h := holder{await(t, start.Invoke(name, version, function("db", script)))}
	t.Cleanup(h.close)
	return h
}

func (h holder) close() { h.Call("close") }

// await returns what a promise resolves with.
func await(t *testing.T, promise js.Value) js.Value {
	t.Helper()
	resolved, rejected := make(chan js.Value, 1), make(chan js.Value, 1)
	resolve := js.FuncOf(func(_ js.Value, args []js.Value) any { resolved <- args[0]; return nil })
	reject := js.FuncOf(func(_ js.Value, args []js.Value) any { rejected <- args[0]; return nil })
	defer resolve.Release()
	defer reject.Release()
	promise.Call("then", resolve, reject)
	select {
	case value := <-resolved:
		return value
	case err := <-rejected:
		require.FailNow(t, "the promise was rejected", err.Call("toString").String())
	case <-time.After(patience):
		require.FailNow(t, "the promise was never settled")
	}
	return js.Undefined()
}

// connectionOf returns the IDBDatabase of a Backend.
func connectionOf(t *testing.T, b *idb.Backend) js.Value {
	t.Helper()
	patch(t, "IDBDatabase", "transaction", `globalThis.seen = this; return original.apply(this, args)`)
	_, err := b.Read(ctx, 0)
	require.NoError(t, err)
	return js.Global().Get("seen")
}
