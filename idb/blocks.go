//go:build js && wasm

package idb

import (
	"context"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
)

// Blocks returns the bytes of each block, in the order asked, nil for one that is
// not there. It costs one transaction with a request for each block and one
// event; the bytes are in memory twice until it returns.
func (b *Backend) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	const op = "blocks"
	if err := ctx.Err(); err != nil {
		return nil, cancelled(op, err)
	}
	requests := make([]*indexeddb.Request, len(ids))
	t, err := b.begin(op, reading, func(t *transaction) error { return askBlocks(t, ids, requests) }, storeBlocks)
	if err == nil {
		err = t.wait(ctx)
	}
	if err != nil {
		return nil, err
	}
	blocks := make([][]byte, len(ids))
	for i, request := range requests {
		if blocks[i], err = blockOf(request); err != nil {
			return nil, failure(code.Corrupt, op, "", err)
		}
		requests[i] = nil
	}
	return blocks, nil
}

// askBlocks issues a request for each block that can be there.
func askBlocks(t *transaction, ids []uint64, requests []*indexeddb.Request) error {
	store, err := t.ObjectStore(storeBlocks)
	if err != nil {
		return err
	}
	for i, id := range ids {
		if !fits(id) {
			continue
		}
		if requests[i], err = store.Get(key(id)); err != nil {
			return err
		}
	}
	return nil
}

// blockOf returns the answer to a request, nil if there was nothing to ask or to
// find.
func blockOf(request *indexeddb.Request) ([]byte, error) {
	if request == nil {
		return nil, nil
	}
	if state, err := request.ReadyState(); err != nil || state != "done" {
		return nil, errPending
	}
	value, err := request.Result()
	if err != nil || value.IsUndefined() {
		return nil, err
	}
	return toGo(value)
}
