//go:build js && wasm

package idb

import (
	"context"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// use makes a connection the present one.
func (b *Backend) use(c *connection) {
	c.gone = func(reason error) { b.gone(c, reason) }
	b.mu.Lock()
	b.c, b.mending = c, nil
	b.identity = "" // the browser may have made the database anew
	ended := b.ended
	b.mu.Unlock()
	switch {
	case ended != nil:
		c.end(ended)
	case c.over() != nil:
		b.gone(c, c.over()) // before it was the present one
	}
}

// gone takes note that a connection has ended. It never waits.
func (b *Backend) gone(c *connection, reason error) {
	b.mu.Lock()
	if b.c != c || b.ended != nil {
		b.mu.Unlock()
		return
	}
	b.c = nil
	watcher, identity := b.watcher, b.identity
	if reason != errLost {
		b.ended = reason
		b.die()
		b.mu.Unlock()
		if reason == errRemoved && identity != "" {
			NewWitness(b.name).forget(identity) // it may have been noted since Destroy forgot it
		}
		if watcher != nil {
			go watcher.Ended(closed("", reason))
		}
		return
	}
	b.mending = make(chan struct{})
	go b.mend(b.mending, watcher)
	b.mu.Unlock()
}

// mend connects again. When it does not succeed, the next call has it try anew.
func (b *Backend) mend(done chan struct{}, watcher log.Watcher) {
	if watcher != nil {
		watcher.Lost(failure(code.Unavailable, "", lostMessage, nil))
	}
	for _, pause := range pauses {
		if await(b.life, nil, pause) != errAnswer {
			break // nobody wants it any more
		}
		if c, err := dial(b.life, b.name, b.options); err == nil {
			b.use(c)
			close(done)
			if watcher != nil {
				watcher.Restored()
			}
			return
		}
	}
	b.mu.Lock()
	b.mending = nil
	b.mu.Unlock()
	close(done)
}

// connection returns the present connection, or the next one.
func (b *Backend) connection(ctx context.Context, op string) (*connection, error) {
	b.mu.Lock()
	if b.ended == nil && b.c == nil && b.mending == nil {
		b.mending = make(chan struct{})
		go b.mend(b.mending, b.watcher)
	}
	c, ended, mending := b.c, b.ended, b.mending
	b.mu.Unlock()
	if ended != nil {
		return nil, closed(op, ended)
	}
	if c != nil {
		return c, nil
	}
	select {
	case <-mending:
	case <-b.life.Done():
	case <-ctx.Done():
		return nil, cancelled(op, ctx.Err())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.ended != nil:
		return nil, closed(op, b.ended)
	case b.c == nil:
		return nil, failure(code.Unavailable, op, lostMessage, nil)
	}
	return b.c, nil
}
