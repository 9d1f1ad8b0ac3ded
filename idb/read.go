//go:build js && wasm

package idb

import (
	"context"
	"errors"
	"syscall/js"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

var reading = indexeddb.TransactionOptions{Mode: indexeddb.TransactionReadOnly}

// Read returns the manifest and all entries numbered above after, as one
// snapshot. It costs one transaction of four requests, however many entries there
// are.
func (b *Backend) Read(ctx context.Context, after uint64) (log.Snapshot, error) {
	const op = "read"
	if err := ctx.Err(); err != nil {
		return log.Snapshot{}, cancelled(op, err)
	}
	var manifests, entries table
	t, err := b.begin(op, reading, func(t *transaction) error {
		after, err := above(min(after, largestNumber))
		if err != nil {
			return err
		}
		return errors.Join(manifests.ask(t, storeManifest), entries.ask(t, storeLog, after))
	}, storeManifest, storeLog)
	if err == nil {
		err = t.wait(ctx)
	}
	if err != nil {
		return log.Snapshot{}, err
	}
	snapshot, err := assemble(manifests, entries)
	if err != nil {
		return log.Snapshot{}, failure(code.Corrupt, op, "", err)
	}
	return snapshot, nil
}

// table is a part of an object store that was asked for with two requests.
type table struct {
	keys, values js.Value // of type IDBRequest
}

// ask requests keys and values. The library has no getAll of values, and a cursor
// costs an event for each.
func (a *table) ask(t *transaction, store string, query ...any) error {
	object, err := invoke(t.raw, "objectStore", store)
	if err != nil {
		return err
	}
	if a.keys, err = invoke(object, "getAllKeys", query...); err != nil {
		return err
	}
	a.values, err = invoke(object, "getAll", query...)
	return err
}

// each calls do with each record, in the order of the keys.
func (a *table) each(do func(number uint64, data []byte)) error {
	keys, err := answer(a.keys)
	if err != nil {
		return err
	}
	values, err := answer(a.values)
	if err != nil {
		return err
	}
	for i := range keys.Length() {
		data, err := toGo(values.Index(i))
		if err != nil {
			return err
		}
		do(uint64(keys.Index(i).Float()), data)
	}
	return nil
}

func assemble(manifests, entries table) (log.Snapshot, error) {
	var snapshot log.Snapshot
	err := manifests.each(func(generation uint64, data []byte) {
		snapshot.Generation, snapshot.Manifest = generation, data
	})
	if err != nil {
		return snapshot, err
	}
	err = entries.each(func(sequence uint64, data []byte) {
		snapshot.Entries = append(snapshot.Entries, log.Entry{Sequence: sequence, Data: data})
	})
	return snapshot, err
}
