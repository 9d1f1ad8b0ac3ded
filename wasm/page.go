//go:build js && wasm

package main

import (
	"syscall/js"
	"time"

	"github.com/granarydb/granary/store"
)

//go:wasmimport granary settle
func settle(op, status int32, address uint32, length int32)

//go:wasmimport granary random
func fillRandom(address uint32, length int32)

//go:wasmimport granary now
func now() float64

// spare are random bytes that nobody had yet: to ask for one costs as much as for many.
var spare []byte

const sparesAtOnce = 512

// random fills b from the page's source of random bytes.
func random(b []byte) {
	if len(b) > sparesAtOnce {
		fillRandom(address(b), int32(len(b)))
		return
	}
	if len(b) > len(spare) {
		fresh := make([]byte, sparesAtOnce)
		fillRandom(address(fresh), sparesAtOnce)
		spare = fresh
	}
	spare = spare[copy(b, spare):]
}

// idleAfter is how long a store must be left alone before its log is folded, which
// takes the page's thread for a while.
const idleAfter = 250 * time.Millisecond

// idle returns after that time.
func idle() { <-time.After(idleAfter) }

// pause gives the page's thread back for a moment. A timer that is due at once would not.
func pause() { <-time.After(time.Millisecond) }

// hops are the microtasks after which the page has done all that it does by itself
// with what it was told; it needs half of them.
const hops = 16

// afterwards has something done when the page has taken in all that it was told so
// far. A timer would not do: it waits for as long as there are microtasks.
func afterwards(run func()) {
	left := hops
	var call js.Func
	call = js.FuncOf(func(js.Value, []js.Value) any {
		if left--; left > 0 {
			js.Global().Call("queueMicrotask", call)
			return nil
		}
		call.Release()
		run()
		return nil
	})
	js.Global().Call("queueMicrotask", call)
}

// clock tells the page's time in milliseconds since 1970.
func clock() int64 { return int64(now()) }

// durabilityBits is where an op says how durable its commit is to be.
const durabilityBits = 29

// durabilityOf is what an op asks of its commit.
func durabilityOf(op int32) store.Durability { return store.Durability(op >> durabilityBits & 3) }

// resolve ends an op with its result.
func resolve(op int32, result []byte) { settle(op, 0, address(result), int32(len(result))) }

// reject ends an op with an error.
func reject(op int32, err error) {
	text := appendError(nil, err)
	settle(op, 1, address(text), int32(len(text)))
}

// settleWith ends an op with an error or, when there is none, with a result.
func settleWith(op int32, err error, result func() []byte) {
	if err != nil {
		reject(op, err)
		return
	}
	resolve(op, result())
}
