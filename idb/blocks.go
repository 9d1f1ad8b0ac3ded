//go:build js && wasm

package idb

import (
	"context"

	"github.com/granarydb/granary/store/code"
)

// Blocks returns the bytes of each block, in the order asked, nil for one that is
// not there. It costs one transaction with a request for each block and one
// event; the bytes are in memory twice until it returns.
func (b *Backend) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	var list requests
	for _, id := range ids {
		if fits(id) { // or it cannot be there
			list.add(storeBlocks, "get", nil, key(id))
		}
	}
	answers, err := b.perform(ctx, "blocks", reading, list, names(storeBlocks))
	if err != nil {
		return nil, err
	}
	blocks := make([][]byte, len(ids))
	for i, id := range ids {
		if !fits(id) {
			continue
		}
		value, err := answer(answers[0])
		if err == nil && !value.IsUndefined() {
			blocks[i] = toGo(value)
		}
		if err != nil {
			return nil, failure(code.Corrupt, "blocks", "", err)
		}
		answers = answers[1:]
	}
	return blocks, nil
}
