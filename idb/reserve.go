//go:build js && wasm

package idb

import (
	"context"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
)

// Room is kept aside as a database of its own, which holds noise: browsers give back
// what a removed database took at once, but not what was deleted in one. Its version
// is the number of its pieces, so it grows by an upgrade, all or nothing.
const (
	reservePrefix = "granary-reserve:"
	reserveStore  = "noise"
	reservePiece  = 256 << 10 // bytes
	mostRandom    = 64 << 10  // bytes that the browser makes at a time
)

// Reserve keeps room aside, or gives it back.
func (b *Backend) Reserve(ctx context.Context, bytes int) (kept int, err error) {
	const op = "reserve"
	if err := ctx.Err(); err != nil {
		return 0, cancelled(op, err)
	}
	b.mu.Lock()
	ended := b.ended
	b.mu.Unlock()
	if ended != nil {
		return 0, closed(op, ended)
	}
	browser, err := factory(op)
	if err != nil {
		return 0, err
	}
	var request js.Value
	if bytes == 0 {
		request, err = invoke(browser, "deleteDatabase", reservePrefix+b.name)
	} else {
		request, err = invoke(browser, "open", reservePrefix+b.name, (bytes+reservePiece-1)/reservePiece)
	}
	if err != nil {
		return 0, refused(op, err)
	}
	var failed error
	answered := make(chan struct{})
	listen(request, func(event js.Value, kind string) bool {
		if kind == "upgradeneeded" {
			if caught(func() error { return fill(request, event.Get("oldVersion").Int(), event.Get("newVersion").Int()) }) != nil {
				_, _ = invoke(request.Get("transaction"), "abort")
			}
			return true
		}
		failed = outcome(event, kind)
		if bytes == 0 && failed == nil {
			kept = event.Get("oldVersion").Int() * reservePiece
		} else if failed == nil {
			request.Get("result").Call("close")
		}
		close(answered)
		return false
	}, "upgradeneeded", "success", "error")
	if err := await(ctx, answered, b.options.AnswerTimeout); err != nil {
		return 0, failure(code.Unavailable, op, "given up before the browser answered", err)
	}
	switch {
	case failed == nil, isException(failed, exceptionVersion): // there is more already
		return kept, nil
	case isException(failed, exceptionAbort): // all that is known of an upgrade that found no room
		return 0, failure(code.Quota, op, noRoom, failed)
	}
	return 0, refused(op, failed)
}

// fill adds the pieces that a database lacks, within its upgrade.
func fill(request js.Value, from, to int) error {
	db := request.Get("result")
	if from == 0 {
		if _, err := invoke(db, "createObjectStore", reserveStore); err != nil {
			return err
		}
	}
	noise := uint8Array.New(reservePiece) // what does not get smaller by compression
	for at := 0; at < reservePiece; at += mostRandom {
		part := noise.Call("subarray", at, at+mostRandom)
		if _, err := invoke(js.Global().Get("crypto"), "getRandomValues", part); err != nil {
			return err
		}
	}
	store, err := invoke(request.Get("transaction"), "objectStore", reserveStore)
	for n := from + 1; n <= to && err == nil; n++ {
		_, err = invoke(store, "put", noise, n)
	}
	return err
}
