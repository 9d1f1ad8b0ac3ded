//go:build js && wasm

package idb

import (
	"context"
	"errors"
	"syscall/js"
	"time"
	"unicode/utf8"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
)

// Open connects to the database of the store with this name and creates it when
// there is none. The library keeps one small js.Func for each connection for
// ever, so a connection is for the life of a store, not for a call.
//
// It fails with code.Unavailable when the browser has no IndexedDB, denies it, or
// does not answer within the timeout; with code.Invalid when the name is no text; with code.Format when a newer version of
// this package wrote the database; with code.Corrupt when the database is not one
// of ours. The message says what the likely cause is.
func Open(ctx context.Context, name string, options Options) (*Backend, error) {
	if err := checkName("open", name); err != nil {
		return nil, err
	}
	options.OpenTimeout = orDefault(options.OpenTimeout, OpenTimeout)
	options.AnswerTimeout = orDefault(options.AnswerTimeout, AnswerTimeout)
	c, err := dial(ctx, name, options)
	if err != nil {
		return nil, err
	}
	b := &Backend{name: name, options: options, locks: map[*turn]bool{}}
	b.announcing.while, b.noting.while = announcesWithin, notesWithin
	b.life, b.die = context.WithCancel(context.Background())
	b.use(c)
	return b, nil
}

// checkName refuses the names that Go cannot hand to the browser as they are: those
// with half of a surrogate pair, which would all be one.
func checkName(op, name string) error {
	if utf8.ValidString(name) {
		return nil
	}
	return failure(code.Invalid, op, "the name of the store has half of a surrogate pair, which is no character; take another name", nil)
}

// dial makes a connection.
func dial(ctx context.Context, name string, options Options) (*connection, error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled("open", err)
	}
	o := &opening{ended: make(chan struct{})}
	if err := o.start(name); err != nil {
		return nil, err
	}
	if cause := await(ctx, o.ended, options.OpenTimeout); cause != nil {
		o.abandoned = true
		return nil, failure(code.Unavailable, "open", "given up before the browser answered; "+
			"close other tabs of this site or restart the browser, or keep the store in memory", cause)
	}
	return o.finish()
}

// opening is one request to open a database, from its start to its end.
type opening struct {
	request   *indexeddb.OpenDBRequest
	raw       js.Value    // the IDBOpenDBRequest
	c         *connection // once there is one
	failed    error       // why there is none
	ended     chan struct{}
	abandoned bool // nobody waits any more
}

// start asks the browser for the database.
func (o *opening) start(name string) error {
	browser, err := factory("open")
	if err != nil {
		return err
	}
	raw, err := invoke(browser, "open", namePrefix+name, version)
	if err != nil {
		return refused("open", err)
	}
	// The library knows no events of a connection. Our listeners are therefore there
	// first, and its factory is one that answers with this request.
	o.listen(raw)
	given := js.Global().Get("Object").Get("prototype").Get("valueOf").Call("bind", raw)
	// The library listens for an upgrade until this context ends. It must not end
	// before the request: an upgrade that nobody hears leaves a database without
	// object stores for good.
	untilEnd, end := context.WithCancel(context.Background())
	err = caught(func() error {
		wrapped, err := indexeddb.WrapFactory(object("open", given))
		if err == nil {
			o.request, err = wrapped.Open(untilEnd, namePrefix+name, version, o.upgrade)
		}
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
	listen(raw, func(event js.Value, kind string) bool {
		err := outcome(event, kind)
		if o.failed == nil {
			o.failed = err
		}
		if err == nil {
			o.connected(raw.Get("result"))
		}
		close(o.ended)
		return false
	}, "success", "error")
}

func (o *opening) connected(raw js.Value) {
	if o.abandoned {
		raw.Call("close")
		return
	}
	endWithProgram(raw)
	o.c = &connection{raw: raw}
	o.c.listen()
}

// upgrade creates the object stores of a new database.
func (o *opening) upgrade(db *indexeddb.Database, _, _ uint) error {
	o.failed = caught(func() error { return create(db) })
	if o.failed != nil {
		_, _ = invoke(o.raw.Get("transaction"), "abort")
	}
	return nil // an error here would end the whole program: the library panics with it
}

func create(db *indexeddb.Database) error {
	for _, name := range objectStores {
		store, err := db.CreateObjectStore(name, indexeddb.ObjectStoreOptions{})
		if err == nil && name == storeGeneration {
			_, err = store.CreateIndex(fieldPresent, js.ValueOf(fieldPresent), indexeddb.IndexOptions{Unique: true})
			if err == nil {
				_, err = store.AddKey(key(0), present)
			}
			if err == nil {
				_, err = store.AddKey(js.ValueOf(keyIdentity), js.ValueOf(newIdentity()))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// finish makes the connection of an opening that has ended.
func (o *opening) finish() (*connection, error) {
	c := o.c
	if c == nil {
		return nil, refused("open", o.failed)
	}
	if reason := c.over(); reason != nil {
		return nil, closed("open", reason) // another tab wanted the database at once
	}
	_, err := o.request.Result()
	if err == nil {
		err = check(c.raw)
	}
	if err != nil {
		c.end(err)
		return nil, failure(code.Corrupt, "open", "the database is damaged; clear the site's data", err)
	}
	return c, nil
}

// check fails when the database lacks an object store.
func check(raw js.Value) error {
	names := raw.Get("objectStoreNames")
	for _, name := range objectStores {
		if !names.Call("contains", name).Bool() {
			return errors.New("it has no object store " + name)
		}
	}
	return nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
