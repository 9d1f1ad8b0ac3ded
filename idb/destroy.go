//go:build js && wasm

package idb

import (
	"context"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
)

// Destroy removes the database of the store with this name; that there is none is
// no error. Connections of other tabs are asked to close, and Backends do. If one
// does not within BlockedTimeout, Destroy fails with code.Unavailable; the browser
// then removes the database as soon as that tab lets go of it.
//
// It goes by the library, which knows no blocked event.
func Destroy(ctx context.Context, name string) error {
	const op = "destroy"
	if err := ctx.Err(); err != nil {
		return cancelled(op, err)
	}
	browser, err := factory(op)
	if err != nil {
		return err
	}
	request, err := invoke(browser, "deleteDatabase", namePrefix+name)
	if err != nil {
		return refused(op, err)
	}
	var failed error
	blocked, heard, ended := false, make(chan struct{}), make(chan struct{})
	listen(request, func(event js.Value, kind string) bool {
		if kind != "blocked" {
			failed = outcome(event, kind)
			close(ended)
		}
		if !blocked {
			close(heard)
		}
		blocked = kind == "blocked"
		return blocked
	}, "success", "error", "blocked")

	if err = await(ctx, heard, AnswerTimeout); err == nil {
		err = await(ctx, ended, BlockedTimeout)
		if err == errAnswer {
			return failure(code.Unavailable, op, "another tab has the store "+name+" open and does not close it; "+
				"close that tab, and the database is removed", nil)
		}
	}
	if err != nil {
		return failure(code.UnknownOutcome, op, "given up while the browser was removing the database", err)
	}
	if failed != nil {
		return refused(op, failed)
	}
	_, _ = invoke(browser, "deleteDatabase", reservePrefix+name) // nobody waits for its end
	NewWitness(name).forget()
	return nil
}

// outcome returns the error with which a request ended, or nil.
func outcome(event js.Value, kind string) error {
	if kind != "error" {
		return nil
	}
	event.Call("preventDefault") // or Firefox reports it as an error of the page
	return errorOf(event.Get("target"))
}
