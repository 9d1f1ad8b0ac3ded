//go:build js && wasm

package idb

import (
	"context"
	"syscall/js"

	"github.com/granarydb/granary/store/log"
)

// Replace exchanges the manifest, or fails with log.ErrTaken. It is strict: what
// it removes was durable.
func (b *Backend) Replace(ctx context.Context, r log.Replace) error {
	if !fits(r.Generation + 1) {
		return unfit("replace", "generation")
	}
	var list requests
	list.passFrom(r.Generation, r.Generation+1)
	if r.Alone {
		if !fits(r.Through + 1) {
			return unfit("replace", "the number of an entry")
		}
		list.add(storeLog, "add", nothing, key(r.Through+1)) // fails, and all with it, when the number is in use
		list.add(storeLog, "delete", nil, key(r.Through+1))
	}
	list.add(storeManifest, "clear", nil, js.Undefined())
	list.add(storeManifest, "put", r.Manifest, key(r.Generation+1))
	for _, id := range r.Drop {
		if fits(id) { // or it cannot be there
			list.add(storeBlocks, "delete", nil, key(id))
		}
	}
	for _, block := range r.Put {
		if !fits(block.ID) {
			return unfit("replace", "the id of a block")
		}
		list.add(storeBlocks, "put", block.Data, key(block.ID))
	}
	folded, err := keysUpTo(r.Through)
	if err != nil {
		return undone("replace", err)
	}
	list.add(storeLog, "delete", nil, folded)
	for _, e := range r.Add {
		if !fits(e.Sequence) {
			return unfit("replace", "the number of an entry")
		}
		list.add(storeLog, "add", e.Data, key(e.Sequence))
	}
	how := strict
	how.commit = !commitsHalves
	_, err = b.performOn(ctx, r.Identity, "replace", how, list, names(objectStores[:]...))
	if err == nil {
		b.announce(r.Generation+1, 0)
	}
	return err
}
