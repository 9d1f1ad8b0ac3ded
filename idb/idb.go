//go:build js && wasm

// Package idb keeps a store's data in IndexedDB: a log.Backend for browsers, on
// github.com/hack-pad/go-indexeddb. It understands nothing of what it keeps.
//
// # Layout
//
// A store is one database, "granary:" and its name, with five object stores:
//
//	generation  generation → {present: 1}    one record, which says what the present generation is
//	            "identity" → string          random, as long as the database lives
//	manifest    generation → Uint8Array      one record, none in generation 0
//	log         sequence   → Uint8Array
//	blocks      id         → Uint8Array
//	aside       name       → Uint8Array      what a repair took out of the others
//
// # Compare and swap without a question
//
// A transaction that reads, waits for the answer and then writes stays open while
// it waits. When the page is frozen or left meanwhile, everybody else waits too,
// or the write is lost. So no write here asks: each is issued in one go and
// committed at once, and a lost race makes one of its requests fail, which undoes
// them all. A sequence number in use fails by itself, being written with add. For
// the generation there is a unique index on "present": a writer of generation g
// puts record g again, or deletes it and adds that of the next generation; if the
// present record is another one it is still there, and the index refuses a second.
//
// # What Firefox commits
//
// In Firefox a request that fails after the commit undoes the transaction only if it
// is the last one; otherwise the rest is kept. So in Append the two that may fail are
// in an order that makes this harmless: without the entry, all that is left is the
// present generation, put there again. A Replace is not committed early in Firefox:
// left to end by itself, it is undone by any request that fails. If the page is left
// or frozen meanwhile, it is undone too, or others wait.
//
// # Room for deletes
//
// A second database, "granary-reserve:" and the name, holds noise, so that there is
// room to be had when the browser gives no more: see reserve.go.
//
// # What the library does not do
//
// The traps of go-indexeddb v0.3.2 are handled in this package and nowhere else;
// each has its comment where it is stepped around: open.go, underway.go.
// It opens the database and makes its object stores; transactions go past it.
//
// # Go is never called from within a call of Go
//
// While the collector starts, or has a goroutine help it, it parks the goroutine of an
// export, and others run meanwhile. If one of these calls a function of JavaScript that
// calls Go at once, the parked one may go on, and end, inside that call: the export
// then returns to the wrong place, and the engine stops with "function signature
// mismatch". So JavaScript is only given functions of Go that it calls later.
package idb

import (
	"context"
	"sync"
	"syscall/js"
	"time"

	"github.com/granarydb/granary/store/log"
)

const (
	namePrefix = "granary:"
	version    = 1 // of the layout above, as IndexedDB counts; a newer one is refused by IndexedDB itself

	storeGeneration = "generation"
	storeManifest   = "manifest"
	storeLog        = "log"
	storeBlocks     = "blocks"
	storeAside      = "aside"

	fieldPresent = "present"
	keyIdentity  = "identity"
)

var objectStores = [...]string{storeGeneration, storeManifest, storeLog, storeBlocks, storeAside}

// storeNames are the same by name as values, which every request needs.
var storeNames = func() map[string]js.Value {
	values := map[string]js.Value{}
	for _, name := range objectStores {
		values[name] = js.ValueOf(name)
	}
	return values
}()

// How long the browser may take before a call ends with an error. Time that the page
// slept hardly counts, and that of a transaction is counted in seconds.
const (
	OpenTimeout    = 4 * time.Second  // for Open; some browsers now and then never answer an open
	AnswerTimeout  = 10 * time.Second // for one transaction
	BlockedTimeout = 2 * time.Second  // for other tabs to let go of a database that Destroy removes
)

// pauses are made before each attempt to connect again.
var pauses = [...]time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond, time.Second, 3 * time.Second}

// Options are the options of Open. The zero value is a good choice.
type Options struct {
	OpenTimeout   time.Duration // 0 means the constant OpenTimeout
	AnswerTimeout time.Duration // 0 means the constant AnswerTimeout
}

// Backend is a way to one database. It fulfils log.Backend. Beneath it is one
// connection after the other: when the browser closes one, or does not answer any
// more, calls wait for the next.
//
// Its methods wait for the browser and therefore must not be called by an
// exported function itself, only by a goroutine that it started.
type Backend struct {
	name    string
	options Options
	life    context.Context // ends with the last connection
	die     func()          // ends it

	mu       sync.Mutex
	c        *connection
	ended    error         // why there is no connection any more; nil while there is one, or will be
	mending  chan struct{} // closed when the attempts to connect again have ended; nil while there are none
	watcher  log.Watcher   // nil until Watch
	channel  *channel      // to other tabs; nil until Watch
	identity string        // of the database; "" until it was read
	locks    map[*turn]bool

	announcing pace   // in the channel
	noting     pace   // by the witness
	noted      string // the identity of which the witness has noted something
}

var _ log.Backend = (*Backend)(nil)
