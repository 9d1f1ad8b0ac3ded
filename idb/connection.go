//go:build js && wasm

package idb

import (
	"errors"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
)

// The reasons for which a connection ends.
var (
	errClosed  = errors.New("closed by its owner")
	errVersion = errors.New("another tab removes or upgrades the database")
	errLost    = errors.New("closed by the browser")
)

// Close gives up the connection. Transactions under way end with their result,
// every later call with code.Closed. Close is idempotent.
func (b *Backend) Close() error {
	b.end(errClosed)
	return nil
}

// end closes the connection, unless that was done before. It never waits, so
// listeners may call it.
func (b *Backend) end(reason error) {
	b.mu.Lock()
	first := b.ended == nil
	if first {
		b.ended = reason
	}
	b.mu.Unlock()
	if !first {
		return
	}
	b.raw.Call("close")
	b.events.stop()
	if b.detour != nil {
		b.raw.Delete("transaction")
		b.detour.fn.Release()
	}
}

// listen hears that another tab wants the database for itself, and that the
// browser has closed the connection.
func (b *Backend) listen() {
	b.events = listen(b.raw, func(event js.Value, kind string) bool {
		if kind == "close" {
			b.end(errLost)
			return true
		}
		// The library would log a line and close the connection, and we would not
		// learn of it.
		event.Call("stopImmediatePropagation")
		b.end(errVersion)
		return true // it has stopped by now
	}, "versionchange", "close")
}

// open returns nil while the connection is open, or else the error of a call that
// comes too late.
func (b *Backend) open(op string) error {
	b.mu.Lock()
	reason := b.ended
	b.mu.Unlock()
	switch reason {
	case nil:
		return nil
	case errLost:
		return failure(code.Unavailable, op, lostMessage, nil)
	case errClosed:
		reason = nil // that says it all
	}
	return failure(code.Closed, op, closedMessage, reason)
}
