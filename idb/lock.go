//go:build js && wasm

package idb

import (
	"context"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
)

// turn is one call of Lock: a Web Lock that is held as long as a promise is open.
type turn struct {
	b      *Backend
	has    chan bool // what the browser answered
	settle js.Value  // resolves the promise
	abort  js.Value  // the AbortController of one that waits
	calls  []js.Func // that the browser may still make
	over   bool
}

// Lock takes a Web Lock. It is free when the tab that has it is closed or crashes.
// Where there are no Web Locks, as on pages that are not served securely, everybody
// gets the lock.
func (b *Backend) Lock(ctx context.Context, name string, wait bool) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled("lock", err)
	}
	locks := js.Undefined()
	if navigator := js.Global().Get("navigator"); navigator.Truthy() {
		locks = navigator.Get("locks")
	}
	t := &turn{b: b, has: make(chan bool, 1)}
	b.mu.Lock()
	ended := b.ended
	if ended == nil {
		b.locks[t] = true
	}
	b.mu.Unlock()
	if ended != nil {
		return nil, closed("lock", ended)
	}
	if !locks.Truthy() {
		return t.end, nil
	}
	if err := t.ask(locks, namePrefix+b.name+":"+name, wait); err != nil {
		t.end()
		return nil, failure(code.Unavailable, "lock", "the browser gives no locks to this page", err)
	}
	var has bool
	select {
	case has = <-t.has:
	case <-ctx.Done():
	}
	switch {
	case has:
		return t.end, nil
	case ctx.Err() != nil:
		t.end()
		return nil, cancelled("lock", ctx.Err())
	}
	t.end()
	b.mu.Lock()
	ended = b.ended
	b.mu.Unlock()
	if ended != nil {
		return nil, closed("lock", ended)
	}
	return nil, nil
}

// ask requests the lock. The browser answers by a call.
func (t *turn) ask(locks js.Value, name string, wait bool) error {
	given := js.Global().Get("Array").New()
	held := js.Global().Get("Promise").New(given.Get("push").Call("bind", given)) // no function of Go: see the package comment
	t.settle = given.Index(0)
	t.settle.Set(ending, t.settle)
	granted := js.FuncOf(func(_ js.Value, args []js.Value) any {
		has := args[0].Truthy()
		t.answer(has)
		if !has {
			return nil
		}
		return held
	})
	settled := js.FuncOf(func(js.Value, []js.Value) any {
		t.answer(false) // unless it has answered
		for _, call := range t.calls {
			call.Release()
		}
		return nil
	})
	t.calls = []js.Func{granted, settled}
	options := map[string]any{}
	if wait {
		t.abort = js.Global().Get("AbortController").New()
		options["signal"] = t.abort.Get("signal")
	} else {
		options["ifAvailable"] = true
	}
	request, err := invoke(locks, "request", name, options, granted)
	if err == nil {
		_, err = invoke(request, "then", settled, settled)
	}
	return err
}

func (t *turn) answer(has bool) {
	select {
	case t.has <- has:
	default:
	}
}

// end gives the lock back, or waits for it no longer. It is idempotent.
func (t *turn) end() {
	t.b.mu.Lock()
	over := t.over
	t.over = true
	delete(t.b.locks, t)
	t.b.mu.Unlock()
	if over {
		return
	}
	if t.settle.Truthy() {
		t.settle.Invoke()
	}
	if t.abort.Truthy() {
		t.abort.Call("abort")
	}
}
