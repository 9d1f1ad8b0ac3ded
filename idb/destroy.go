//go:build js && wasm

package idb

import (
	"context"
	"syscall/js"
	"time"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
)

// Destroy removes the database of the store with this name; that there is none is
// no error. Connections of other tabs are asked to close, and Backends do. If one
// does not within BlockedTimeout, Destroy fails with code.Unavailable; the browser
// then removes the database as soon as that tab lets go of it.
func Destroy(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return cancelled("destroy", err)
	}
	r := &removal{ended: make(chan error, 1), blocked: make(chan struct{}, 1)}
	if err := r.start(name); err != nil {
		return err
	}
	return r.wait(ctx, name)
}

// removal is one request to delete a database.
type removal struct {
	ended   chan error
	blocked chan struct{}
}

func (r *removal) start(name string) error {
	browser, err := factory("destroy")
	if err != nil {
		return err
	}
	// As in open.go: the library knows no blocked event.
	way := newDetour(func(args []any) (js.Value, error) { return invoke(browser, "deleteDatabase", args...) }, r.listen)
	defer way.release()
	wrapped, err := indexeddb.WrapFactory(js.ValueOf(map[string]any{"deleteDatabase": way.fn}))
	if err != nil {
		return refused("destroy", err)
	}
	_, err = way.through(func() error {
		_, err := wrapped.DeleteDatabase(namePrefix + name)
		return err
	})
	if err != nil {
		return refused("destroy", err)
	}
	return nil
}

func (r *removal) listen(raw js.Value) {
	var l *listener
	l = listen(raw, func(event js.Value, kind string) {
		switch kind {
		case "blocked":
			r.blocked <- struct{}{} // comes once at most, and there is room for one
			return
		case "error":
			event.Call("preventDefault") // or Firefox reports it as an error of the page
			r.ended <- refused("destroy", js.Error{Value: raw.Get("error")})
		default:
			r.ended <- nil
		}
		l.stop()
	}, "success", "error", "blocked")
}

func (r *removal) wait(ctx context.Context, name string) error {
	timer := time.NewTimer(AnswerTimeout)
	defer timer.Stop()
	blocked := false
	for {
		select {
		case err := <-r.ended:
			return err
		case <-r.blocked:
			blocked = true
			timer.Reset(BlockedTimeout)
		case <-ctx.Done():
			return failure(code.UnknownOutcome, "destroy", "given up while the browser was removing the database", ctx.Err())
		case <-timer.C:
			if blocked {
				return failure(code.Unavailable, "destroy", "another tab has the store "+name+" open and does not close it; "+
					"close that tab, and the database is removed", nil)
			}
			return failure(code.UnknownOutcome, "destroy", "the browser did not answer in time; the database may still be removed", nil)
		}
	}
}
