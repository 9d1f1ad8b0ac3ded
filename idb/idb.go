//go:build js && wasm

// Package idb keeps a store's data in IndexedDB: a log.Backend for browsers, on
// github.com/hack-pad/go-indexeddb. It understands nothing of what it keeps.
//
// # Layout
//
// A store is one database, "granary:" and its name, with four object stores:
//
//	generation  generation → {present: 1}    one record, which says what the present generation is
//	manifest    generation → Uint8Array      one record, none in generation 0
//	log         sequence   → Uint8Array
//	blocks      id         → Uint8Array
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
// # What the library does not do
//
// The traps of go-indexeddb v0.3.2 are handled in this package and nowhere else;
// each has its comment where it is stepped around: detour.go, open.go,
// transaction.go.
package idb

import (
	"sync"
	"syscall/js"
	"time"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/log"
)

const (
	namePrefix = "granary:"
	version    = 1 // of the layout above, as IndexedDB counts; a newer one is refused by IndexedDB itself

	storeGeneration = "generation"
	storeManifest   = "manifest"
	storeLog        = "log"
	storeBlocks     = "blocks"

	fieldPresent = "present"
)

var objectStores = [...]string{storeGeneration, storeManifest, storeLog, storeBlocks}

// How long the browser may take before a call ends with an error. A page that
// slept meanwhile may find a call ended that the browser would have answered.
const (
	OpenTimeout    = 4 * time.Second  // for Open; some browsers now and then never answer an open
	AnswerTimeout  = 10 * time.Second // for one transaction
	BlockedTimeout = 2 * time.Second  // for other tabs to let go of a database that Destroy removes
)

// Options are the options of Open. The zero value is a good choice.
type Options struct {
	OpenTimeout   time.Duration // 0 means the constant OpenTimeout
	AnswerTimeout time.Duration // 0 means the constant AnswerTimeout
}

// Backend is one connection to one database. It fulfils log.Backend.
//
// Its methods wait for the browser and therefore must not be called by an
// exported function itself, only by a goroutine that it started.
type Backend struct {
	answerTimeout int64 // nanoseconds; a time.Duration here would link the code that prints it

	db     *indexeddb.Database
	raw    js.Value  // the IDBDatabase of db
	detour *detour   // the way to the IDBTransaction of each transaction
	events *listener // hears that the connection has to end, or has ended

	mu    sync.Mutex
	ended error // why the connection is closed; nil while it is open

	starting sync.Mutex // one transaction is started at a time, so that detour tells whose it is
}

var _ log.Backend = (*Backend)(nil)
