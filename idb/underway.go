//go:build js && wasm

package idb

import (
	"slices"
	"sync"
	"syscall/js"
)

// underway are the transactions that somebody waits for. How each ends is heard by
// the same two functions, for to make some and to let go of them costs as much as a
// request. The library's Await does not serve: it answers nil to an abort without an
// error, which is what a browser that tears a connection down leaves behind, and
// waits for ever if it is called too late.
var underway transactions

type transactions struct {
	mu   sync.Mutex
	list []*transaction
}

var endings = [...]struct {
	event js.Value
	heard js.Func
}{
	{js.ValueOf("complete"), underway.ending(true)},
	{js.ValueOf("abort"), underway.ending(false)},
}

// add has the end of the transaction heard.
func (u *transactions) add(t *transaction) {
	u.mu.Lock()
	u.list = append(u.list, t)
	u.mu.Unlock()
	for _, e := range endings {
		t.raw.Call("addEventListener", e.event, e.heard)
	}
}

// remove forgets the transaction, whose end may still come.
func (u *transactions) remove(t *transaction) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.list = slices.DeleteFunc(u.list, func(other *transaction) bool { return other == t })
}

// ending returns the function that hears an end: the transaction was completed, or not.
func (u *transactions) ending(done bool) js.Func {
	return js.FuncOf(func(raw js.Value, _ []js.Value) any {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.list = slices.DeleteFunc(u.list, func(t *transaction) bool {
			ends := t.raw.Equal(raw)
			if ends {
				t.done = done
				close(t.ended)
			}
			return ends
		})
		return nil
	})
}
