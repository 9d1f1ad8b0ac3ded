//go:build js && wasm

package idb

import (
	"errors"
	"sync"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
)

// The reasons for which a connection ends.
var (
	errClosed  = errors.New("closed by its owner")
	errRemoved = errors.New("another tab removes the database")
	errVersion = errors.New("another tab has a newer version of Granary")
	errLost    = errors.New("closed by the browser")
)

// connection is one IDBDatabase.
type connection struct {
	raw    js.Value  // the IDBDatabase
	events *listener // hears that the connection has to end, or has ended
	gone   func(reason error)

	mu    sync.Mutex
	ended error // why the connection is closed; nil while it is open
}

// end closes the connection, unless that was done before. It never waits, so
// listeners may call it.
func (c *connection) end(reason error) {
	c.mu.Lock()
	first := c.ended == nil
	if first {
		c.ended = reason
	}
	c.mu.Unlock()
	if !first {
		return
	}
	if c.gone != nil {
		c.gone(reason) // before another tab can have the database to itself
	}
	c.raw.Call("close")
	c.events.stop()
}

// over is why the connection is closed, nil while it is open.
func (c *connection) over() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// listen hears that another tab wants the database for itself, and that the
// browser has closed the connection.
func (c *connection) listen() {
	c.events = listen(c.raw, func(event js.Value, kind string) bool {
		if kind == "close" {
			c.end(errLost)
			return true
		}
		// The library would log a line and close the connection, and we would not
		// learn of it.
		event.Call("stopImmediatePropagation")
		if event.Get("newVersion").IsNull() {
			c.end(errRemoved)
		} else {
			c.end(errVersion)
		}
		return true // it has stopped by now
	}, "versionchange", "close")
}

// removed reports whether another tab has removed the database.
func (b *Backend) removed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended == errRemoved
}

// Close gives up the connection. Transactions under way end with their result,
// every later call with code.Closed. Close is idempotent.
func (b *Backend) Close() error {
	b.mu.Lock()
	if b.ended == nil {
		b.ended = errClosed
	}
	b.die()
	c, channel, locks := b.c, b.channel, b.locks
	b.channel, b.locks = nil, nil
	b.mu.Unlock()
	for turn := range locks {
		turn.end()
	}
	b.noting.take() // who is removing the database can tell a connection to forget it, but not what is noted after one
	b.announcing.flush()
	if channel != nil {
		channel.close()
	}
	if c != nil {
		c.end(errClosed)
	}
	return nil
}

// closed is the error of a call that comes too late.
func closed(op string, reason error) error {
	switch reason {
	case errVersion:
		return failure(code.Format, op, "another tab has upgraded the database to a newer version of Granary; reload the page to get that version", nil)
	case errRemoved:
		return failure(code.Closed, op, "another tab has removed the database; open the store again to begin a new one", nil)
	case errClosed:
		reason = nil // that says it all
	}
	return failure(code.Closed, op, closedMessage, reason)
}
