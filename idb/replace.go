//go:build js && wasm

package idb

import (
	"context"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Replace exchanges the manifest, or fails with log.ErrTaken. It is strict: what
// it removes was durable.
func (b *Backend) Replace(ctx context.Context, r log.Replace) error {
	const op = "replace"
	if err := ctx.Err(); err != nil {
		return cancelled(op, err)
	}
	for _, block := range r.Put {
		if !fits(block.ID) {
			return failure(code.Limit, op, "the id of a block", errNumber)
		}
	}
	if !fits(r.Generation + 1) {
		return failure(code.Limit, op, "generation", errNumber)
	}
	how := indexeddb.TransactionOptions{Mode: indexeddb.TransactionReadWrite, Durability: indexeddb.DurabilityStrict}
	t, err := b.begin(op, how, func(t *transaction) error { return t.exchange(r) },
		storeGeneration, storeManifest, storeLog, storeBlocks)
	if err != nil {
		return err
	}
	return t.wait(ctx)
}

// exchange issues the requests of a Replace.
func (t *transaction) exchange(r log.Replace) error {
	if err := t.passFrom(r.Generation, r.Generation+1); err != nil {
		return err
	}
	if err := t.exchangeManifest(r); err != nil {
		return err
	}
	if err := t.exchangeBlocks(r); err != nil {
		return err
	}
	entries, err := t.ObjectStore(storeLog)
	if err != nil {
		return err
	}
	folded, err := upTo(min(r.Through, largestNumber))
	if err != nil {
		return err
	}
	_, err = entries.Delete(folded)
	return err
}

func (t *transaction) exchangeManifest(r log.Replace) error {
	manifest, err := t.ObjectStore(storeManifest)
	if err != nil {
		return err
	}
	if _, err := manifest.Clear(); err != nil {
		return err
	}
	_, err = manifest.PutKey(key(r.Generation+1), toJS(r.Manifest))
	return err
}

func (t *transaction) exchangeBlocks(r log.Replace) error {
	blocks, err := t.ObjectStore(storeBlocks)
	if err != nil {
		return err
	}
	for _, id := range r.Drop {
		if !fits(id) {
			continue // it cannot be there
		}
		if _, err := blocks.Delete(key(id)); err != nil {
			return err
		}
	}
	for _, block := range r.Put {
		if _, err := blocks.PutKey(key(block.ID), toJS(block.Data)); err != nil {
			return err
		}
	}
	return nil
}
