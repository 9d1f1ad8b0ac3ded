//go:build js && wasm

package idb

import (
	"context"
	"syscall/js"
	"time"

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
	if err := checkName(op, name); err != nil {
		return err
	}
	// Whoever opens the store anew may do so before the browser has told us that it is
	// gone, and must not take it for lost: what the witness has seen is forgotten
	// before, and once more afterwards, and whoever finds a loss waits for that.
	b := &Backend{name: name, locks: map[*turn]bool{}}
	defer b.removal(ctx)()
	witness := NewWitness(name)
	identity, sequence := witness.Seen()
	witness.forget("")
	kept, err := remove(ctx, browser, name)
	if err == nil {
		witness.forget("")
	} else if kept && identity != "" {
		witness.Saw(identity, sequence)
	}
	return err
}

// remove removes the database. When it fails and the browser has refused, it is kept;
// otherwise it may go later.
func remove(ctx context.Context, browser js.Value, name string) (kept bool, err error) {
	const op = "destroy"
	request, err := invoke(browser, "deleteDatabase", namePrefix+name)
	if err != nil {
		return true, refused(op, err)
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
			return false, failure(code.Unavailable, op, "another tab has the store "+name+" open and does not close it; "+
				"close that tab, and the database is removed", nil)
		}
	}
	if err != nil {
		return false, failure(code.UnknownOutcome, op, "given up while the browser was removing the database", err)
	}
	if failed != nil {
		return true, refused(op, failed)
	}
	_, _ = invoke(browser, "deleteDatabase", reservePrefix+name) // nobody waits for its end
	return false, nil
}

// removal waits until no other tab is removing the database, and keeps others from
// it until the returned function is called. A tab that is frozen meanwhile holds
// nobody up for longer than BlockedTimeout.
func (b *Backend) removal(ctx context.Context) (over func()) {
	ctx, cancel := context.WithCancel(ctx)
	defer time.AfterFunc(BlockedTimeout, cancel).Stop() // a deadline would link the text of times
	unlock, err := b.Lock(ctx, "removal", true)
	if err != nil || unlock == nil {
		return func() {}
	}
	return unlock
}

// outcome returns the error with which a request ended, or nil.
func outcome(event js.Value, kind string) error {
	if kind != "error" {
		return nil
	}
	event.Call("preventDefault") // or Firefox reports it as an error of the page
	return errorOf(event.Get("target"))
}
