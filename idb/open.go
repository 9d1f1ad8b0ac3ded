//go:build js && wasm

package idb

import (
	"context"
	"errors"
	"slices"
	"syscall/js"
	"time"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
)

// Open connects to the database of the store with this name and creates it when
// there is none. The library keeps one small js.Func for each connection for
// ever, so a connection is for the life of a store, not for a call.
//
// It fails with code.Unavailable when the browser has no IndexedDB, denies it, or
// does not answer within the timeout; with code.Format when a newer version of
// this package wrote the database; with code.Corrupt when the database is not one
// of ours. The message says what the likely cause is.
func Open(ctx context.Context, name string, options Options) (*Backend, error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled("open", err)
	}
	o := &opening{ended: make(chan struct{})}
	if err := o.start(name); err != nil {
		return nil, err
	}
	if err := o.wait(ctx, orDefault(options.OpenTimeout, OpenTimeout)); err != nil {
		return nil, err
	}
	return o.finish(orDefault(options.AnswerTimeout, AnswerTimeout))
}

// opening is one request to open a database, from its start to its end.
type opening struct {
	request   *indexeddb.OpenDBRequest
	raw       js.Value // the IDBOpenDBRequest
	backend   *Backend // the connection, once there is one
	failed    error    // why there is none
	ended     chan struct{}
	abandoned bool // nobody waits any more
}

// start asks the browser for the database.
func (o *opening) start(name string) error {
	browser, err := factory("open")
	if err != nil {
		return err
	}
	// The library knows no events of a connection. Its factory is therefore one
	// whose open is ours, which puts its listeners there first.
	way := newDetour(func(args []any) (js.Value, error) { return invoke(browser, "open", args...) }, o.listen)
	defer way.release()
	wrapped, err := indexeddb.WrapFactory(js.ValueOf(map[string]any{"open": way.fn}))
	if err != nil {
		return refused("open", err)
	}
	// The library listens for an upgrade until this context ends. It must not end
	// before the request: an upgrade that nobody hears leaves a database without
	// object stores for good.
	untilEnd, end := context.WithCancel(context.Background())
	_, err = way.through(func() error {
		o.request, err = wrapped.Open(untilEnd, namePrefix+name, version, o.upgrade)
		return err
	})
	if err != nil {
		end()
		return refused("open", err)
	}
	go func() {
		<-o.ended
		end()
	}()
	return nil
}

// listen hears how the request ends, also when that is long after Open gave up.
func (o *opening) listen(raw js.Value) {
	o.raw = raw
	var l *listener
	l = listen(raw, func(event js.Value, kind string) {
		l.stop()
		defer close(o.ended)
		switch {
		case kind == "error":
			event.Call("preventDefault") // or Firefox reports it as an error of the page
			if o.failed == nil {
				o.failed = js.Error{Value: raw.Get("error")}
			}
		case o.abandoned:
			raw.Get("result").Call("close")
		default:
			o.backend = &Backend{raw: raw.Get("result")}
			o.backend.listen()
		}
	}, "success", "error")
}

// upgrade creates the object stores of a new database.
func (o *opening) upgrade(db *indexeddb.Database, _, _ uint) error {
	if err := create(db); err != nil {
		o.failed = err
		_, _ = invoke(o.raw.Get("transaction"), "abort")
	}
	return nil // an error here would end the whole program: the library panics with it
}

func create(db *indexeddb.Database) (err error) {
	defer recoverThrown(&err)
	for _, name := range []string{storeManifest, storeLog, storeBlocks} {
		if _, err := db.CreateObjectStore(name, indexeddb.ObjectStoreOptions{}); err != nil {
			return err
		}
	}
	generation, err := db.CreateObjectStore(storeGeneration, indexeddb.ObjectStoreOptions{})
	if err != nil {
		return err
	}
	if _, err = generation.CreateIndex(fieldPresent, js.ValueOf(fieldPresent), indexeddb.IndexOptions{Unique: true}); err != nil {
		return err
	}
	_, err = generation.AddKey(key(0), present())
	return err
}

// wait returns when the request has ended or nobody wants to wait any longer.
func (o *opening) wait(ctx context.Context, timeout time.Duration) error {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	var given error
	select {
	case <-o.ended:
	case <-ctx.Done():
		given = cancelled("open", ctx.Err())
	case <-timer.C:
		given = failure(code.Unavailable, "open", "the browser did not answer within "+timeout.String()+
			"; close other tabs of this site or restart the browser, or keep the store in memory", errAnswer)
	}
	select {
	case <-o.ended:
		return nil
	default:
		o.abandoned = true
		return given
	}
}

// finish makes the Backend of an opening that has ended.
func (o *opening) finish(answerTimeout time.Duration) (*Backend, error) {
	b := o.backend
	if b == nil {
		return nil, refused("open", o.failed)
	}
	if err := b.open("open"); err != nil {
		return nil, err // another tab wanted the database at once
	}
	db, err := o.request.Result()
	if err == nil {
		err = check(db)
	}
	if err != nil {
		b.end(err)
		return nil, failure(code.Corrupt, "open", "the database is damaged; clear the site's data", err)
	}
	b.db, b.answerTimeout = db, answerTimeout
	b.watchTransactions()
	return b, nil
}

// check fails when the database lacks an object store.
func check(db *indexeddb.Database) error {
	names, err := db.ObjectStoreNames()
	if err != nil {
		return err
	}
	for _, name := range []string{storeGeneration, storeManifest, storeLog, storeBlocks} {
		if !slices.Contains(names, name) {
			return errors.New("it has no object store " + name)
		}
	}
	return nil
}

// present returns the record that marks the present generation.
func present() js.Value {
	return js.ValueOf(map[string]any{fieldPresent: 1})
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
