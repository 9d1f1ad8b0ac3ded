//go:build js && wasm

package idb

import (
	"context"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Append adds one entry, or fails with log.ErrTaken. Strict asks the browser to
// wait for the medium; otherwise it waits for the operating system.
func (b *Backend) Append(ctx context.Context, a log.Append) error {
	const op = "append"
	if err := ctx.Err(); err != nil {
		return cancelled(op, err)
	}
	if !fits(a.Generation, a.Sequence) {
		return failure(code.Limit, op, "generation and sequence number", errNumber)
	}
	how := indexeddb.TransactionOptions{Mode: indexeddb.TransactionReadWrite, Durability: indexeddb.DurabilityRelaxed}
	if a.Strict {
		how.Durability = indexeddb.DurabilityStrict
	}
	t, err := b.begin(op, how, func(t *transaction) error {
		if err := t.passFrom(a.Generation, a.Generation); err != nil {
			return err
		}
		entries, err := t.ObjectStore(storeLog)
		if err != nil {
			return err
		}
		_, err = entries.AddKey(key(a.Sequence), toJS(a.Data))
		return err
	}, storeGeneration, storeLog)
	if err != nil {
		return err
	}
	return t.wait(ctx)
}

// passFrom lets the transaction go on only if from is the present generation, and
// makes it to. The package comment says how.
func (t *transaction) passFrom(from, to uint64) error {
	generation, err := t.ObjectStore(storeGeneration)
	if err != nil {
		return err
	}
	if _, err := generation.Delete(key(from)); err != nil {
		return err
	}
	_, err = generation.AddKey(key(to), present())
	return err
}
