//go:build js && wasm

package main

import (
	"context"
	"math"
	"strconv"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
)

// The kinds of storage.
const (
	inIndexedDB = "indexeddb"
	inMemory    = "memory"
)

// opening is what the page says when it opens a store.
type opening struct {
	name, storage string
	schema        []byte // JSON: a string of SDL, or a compiled schema
	strict        bool
	version       int
	migrate       []byte // JSON: the versions that the page has functions for
	preload       int    // as in store.Options
	onDamage      string
}

//go:wasmexport granary_open
func exportOpen(op, length int32) int32 {
	return answer(0, func(dst []byte) ([]byte, error) {
		members, err := readObject(length)
		o := opening{textOf(members["name"]), textOf(members["storage"]), members["schema"], string(members["strict"]) == "true",
			versionOf(members), members["migrate"], preloadOf(members["preload"]), textOf(members["onDamage"])}
		if err != nil || o.name == "" || o.schema == nil || o.storage == "" && members["storage"] != nil ||
			o.storage != "" && o.storage != inIndexedDB && o.storage != inMemory {
			return nil, &code.Error{Code: code.Invalid, Op: "open",
				Message: `a store needs a name, a schema, and "indexeddb" or "memory" as its storage`, Err: err}
		}
		later(op, func(ctx context.Context) ([]byte, error) { return open(ctx, o) })
		return dst, nil
	})
}

// preloadOf returns what the page gives as bytes: nothing, "all", "none", or a number.
func preloadOf(text []byte) int {
	switch bytes, err := strconv.Atoi(string(text)); {
	case text == nil:
		return 0
	case textOf(text) == "none" || err == nil && bytes == 0:
		return -1
	case err == nil:
		return bytes
	}
	return math.MaxInt // all, or a number larger than any
}

// versionOf returns the version of the app that the page gives, 1 when it gives none.
func versionOf(members map[string][]byte) int {
	text, given := members["version"]
	if !given {
		return 1
	}
	if version, _ := strconv.Atoi(string(text)); version != 0 {
		return version
	}
	return -1 // no integer, and no version
}

func open(ctx context.Context, o opening) ([]byte, error) {
	s, compiled, err := readSchema(o.schema)
	if err != nil {
		return nil, err
	}
	steps, err := o.steps()
	if err != nil {
		return nil, err
	}
	b, storage, err := backend(ctx, o)
	if err != nil {
		return nil, err
	}
	var handle int32
	options := store.Options{Schema: s, Backend: b, Clock: clock, Random: random, Idle: idle, Strict: o.strict,
		Changed: changed, News: func() { news(handle) }, Notice: func(n store.Notice) { tell(o.name, handle, n) }, Version: o.version, Migrate: steps,
		Preload: o.preload, Pause: pause, Impatient: true}
	options.Witness = witnessOf(b)
	st, m, err := beginOpen(ctx, options, o.onDamage == repairDamage)
	if code.Of(err) == code.Corrupt && storage == inIndexedDB && o.onDamage == repairDamage {
		_ = b.Close()
		if options.Backend, err = repaired(ctx, o.name, s, o.version); err != nil {
			return nil, err
		}
		b, options.Witness = options.Backend, witnessOf(options.Backend)
		st, m, err = store.BeginOpen(ctx, options)
	}
	if err != nil {
		_ = b.Close()
		return nil, err
	}
	handle = keep(st)
	if storage == inIndexedDB {
		go lookAround(handle, st)
	}
	out := appendNumberMember([]byte{'{'}, "store", int(handle))
	out = appendTextMember(out, "storage", storage)
	out = migrating(out, handle, m, func() { _ = b.Close() })
	out = append(appendName(out, "schema"), compiled...)
	return append(out, '}'), nil
}

// witnessOf is the witness of a storage that may be lost.
func witnessOf(b log.Backend) store.Witness {
	if b, ok := b.(*idb.Backend); ok {
		return b.Witness()
	}
	return nil
}

// steps are the migrations whose functions the page runs.
func (o opening) steps() (map[int]store.MigrateFunc, error) {
	list, err := elements(o.migrate)
	steps := map[int]store.MigrateFunc{}
	for _, text := range list {
		version, _ := strconv.Atoi(string(text))
		steps[version] = nil
	}
	return steps, err
}

// backend opens the storage of a store. Where the page left open which it is, and
// there is no IndexedDB to be had, that is memory, and the page is told why.
func backend(ctx context.Context, o opening) (b log.Backend, storage string, err error) {
	if o.storage == inMemory {
		return memory.New(), inMemory, nil
	}
	b, err = idb.Open(ctx, o.name, idb.Options{})
	if o.storage == "" && code.Of(err) == code.Unavailable {
		notice(o.name, "STORAGE", err, func(dst []byte) []byte { return appendTextMember(dst, "storage", inMemory) })
		return memory.New(), inMemory, nil
	}
	return b, inIndexedDB, err
}
