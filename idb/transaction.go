//go:build js && wasm

package idb

import (
	"context"
	"errors"
	"syscall/js"
	"time"

	"github.com/granarydb/granary/store/code"
)

// transaction is one transaction. All its requests are issued in one go, then it
// is committed if it is to be, then its one end is awaited, and only then are the
// answers looked at: nothing else is ever awaited while it is open.
type transaction struct {
	op    string
	how   manner
	raw   js.Value      // the IDBTransaction
	ended chan struct{} // closed by underway, and then the next two are valid
	done  bool          // it was completed
	cause error         // why it is not waited for any more, though it has not ended
	ticks int           // left until then
}

// manner is how a transaction is done. One that is committed when its requests have
// been issued needs this page no more: otherwise the browser commits only after the
// page has taken in the last answer, which a page that is being left or frozen never
// does.
type manner struct {
	mode    js.Value // of the IDBTransaction
	options js.Value // of it, too
	writes  bool
	commit  bool
}

// They are made once: to hand an object over costs as much as a request.
var (
	// reading is left to end by itself: Chromium completes what is committed before
	// the answers with large values have come. Until then it keeps others from writing.
	reading = manner{mode: js.ValueOf("readonly")}
	// asking is the manner of a transaction that reads small values only.
	asking = manner{mode: reading.mode, commit: true}

	relaxed = writing("relaxed")
	strict  = writing("strict")
)

// writing is the manner of a transaction that writes.
func writing(durability string) manner {
	return manner{js.ValueOf("readwrite"), object("durability", durability), true, true}
}

// commitsHalves says whether the browser completes a transaction of which a request
// failed after its commit. Only Firefox does, and SpiderMonkey alone has this class;
// what a browser says of its name would be no evidence.
var commitsHalves = js.Global().Get("InternalError").Truthy()

// errBroken is the cause when the connection was found closed and nothing was done.
var errBroken = errors.New("the connection is closed")

// perform does a transaction on these object stores from its start to its end and
// returns the requests as they were issued, of type IDBRequest. If the connection
// breaks and nothing was done it is done on the next one.
func (b *Backend) perform(ctx context.Context, op string, how manner, list requests, stores js.Value) ([]js.Value, error) {
	return b.performOn(ctx, "", op, how, list, stores)
}

// performOn is perform on the database of that identity, if there is one; when the
// next connection is to another database it fails with log.ErrTaken.
func (b *Backend) performOn(ctx context.Context, identity, op string, how manner, list requests, stores js.Value) ([]js.Value, error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled(op, err)
	}
	for range pauses {
		c, err := b.connection(ctx, op)
		if err != nil {
			return nil, err
		}
		var issued []js.Value
		if err = b.expect(ctx, c, identity, op); err == nil {
			issued, err = c.perform(ctx, b.options.AnswerTimeout, op, how, list, stores)
		}
		if err != errBroken {
			return issued, err
		}
		c.end(errLost)
	}
	return nil, failure(code.Unavailable, op, lostMessage, nil)
}

func (c *connection) perform(ctx context.Context, patience time.Duration, op string, how manner, list requests, stores js.Value) ([]js.Value, error) {
	t, err := c.start(op, how, stores)
	if err != nil {
		return nil, err
	}
	// The end is listened for before the first request is issued: events do not
	// wait for whoever comes late.
	underway.add(t, patience)
	issued, err := t.issue(list)
	if err != nil {
		underway.drop(t, err)
		// Half a transaction must not be left to commit itself.
		_, _ = invoke(t.raw, "abort")
		return nil, undone(op, err)
	}
	if cause := t.await(ctx); cause != nil {
		if cause == errAnswer {
			defer c.end(errLost) // the next one may answer
		}
		return nil, t.abandon(cause)
	}
	if err := t.failed(issued); err != nil || !t.done {
		return nil, c.aborted(t, err)
	}
	return issued, nil
}

// aborted is the error of a transaction that the browser has aborted. When it has no
// error the connection was torn down, and UnknownError is what a browser says whose
// storage is out of reach; then the connection is of no use any more. The standard
// says that an aborted transaction has done nothing, but of the storage that is out
// of reach a page cannot know that.
func (c *connection) aborted(t *transaction, cause error) error {
	if cause != nil && !isException(cause, exceptionUnknown) {
		return undone(t.op, cause)
	}
	c.end(errLost)
	if t.how.writes {
		return failure(code.UnknownOutcome, t.op, lostMessage, cause)
	}
	return errBroken
}

func (c *connection) start(op string, how manner, stores js.Value) (*transaction, error) {
	if c.over() != nil {
		return nil, errBroken
	}
	t := &transaction{op: op, how: how, ended: make(chan struct{})}
	var err error
	t.raw, err = invoke(c.raw, "transaction", stores, how.mode, how.options)
	switch {
	case err == nil:
		return t, nil
	case isException(err, exceptionInvalidState) || c.over() != nil:
		// Somebody closed the connection without an event; Safari does so to pages
		// in the background. It stays closed.
		return nil, errBroken
	}
	return nil, undone(op, err)
}

func (t *transaction) issue(list requests) ([]js.Value, error) {
	issued := make([]js.Value, len(list))
	for i, r := range list {
		store, err := invoke(t.raw, "objectStore", storeNames[r.store])
		if err == nil {
			issued[i], err = invoke(store, r.method, r.arguments()...)
		}
		if err != nil {
			return nil, err
		}
	}
	if !t.how.commit {
		return issued, nil
	}
	return issued, t.commit()
}

// commit asks the browser not to wait for more requests, if it can be told so.
func (t *transaction) commit() error {
	_, err := invoke(t.raw, "commit")
	if err != nil && t.raw.Get("commit").Type() != js.TypeFunction {
		return nil
	}
	return err
}

// failed returns the error of the request that failed, or else of the transaction. One
// that only reads may be completed all the same: Chromium completes it where a file of
// its own is damaged.
// After a commit only Chromium's transaction tells the error of its request: that of
// WebKit has none, that of Firefox one that says nothing, or it is completed (the
// package comment says when).
func (t *transaction) failed(issued []js.Value) error {
	if t.done && t.how.writes && !commitsHalves {
		return nil
	}
	for _, request := range issued {
		if isPending(request) {
			continue // a reading transaction, whose answers tell
		}
		if err := errorOf(request); err != nil && !isException(err, exceptionAbort) {
			return err
		}
	}
	if t.done {
		return nil
	}
	return errorOf(t.raw)
}

// await waits until the transaction has ended, and returns why it did so no longer if
// it was not.
func (t *transaction) await(ctx context.Context) error {
	select {
	case <-t.ended:
	case <-ctx.Done():
		underway.drop(t, ctx.Err())
	}
	return t.cause
}

// abandon gives up a transaction that has not ended. An abort that the browser
// accepts undoes it; it does not accept one after the commit.
func (t *transaction) abandon(cause error) error {
	c, message := code.Unavailable, "given up, nothing was changed"
	if _, err := invoke(t.raw, "abort"); err != nil && t.how.writes {
		c, message = code.UnknownOutcome, "given up while the browser was committing; read the storage to learn the outcome"
	}
	return failure(c, t.op, message, cause)
}

// parts of a long timeout are waited for one by one. A page that slept finds one of them
// over, and what the browser has to tell it comes in the next.
const parts = 10

// await waits until ended is closed, and returns why it did so no longer if it
// was not.
func await(ctx context.Context, ended <-chan struct{}, timeout time.Duration) error {
	n := parts
	if timeout < time.Second {
		n = 1
	}
	ticker := time.NewTicker(max(timeout/time.Duration(n), 1))
	defer ticker.Stop()
	var cause error
	for left := n; left > 0 && cause == nil; left-- {
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			cause = ctx.Err()
		case <-ticker.C:
		}
	}
	select {
	case <-ended:
		return nil
	default:
	}
	if cause == nil {
		cause = errAnswer
	}
	return cause
}
