//go:build js && wasm

package idb

import (
	"context"

	"github.com/granarydb/granary/store/log"
)

// appended are the object stores that an entry goes into.
var appended = names(storeGeneration, storeLog)

// Append adds one entry, or fails with log.ErrTaken. Strict asks the browser to
// wait for the medium; otherwise it waits for the operating system.
func (b *Backend) Append(ctx context.Context, a log.Append) error {
	if !fits(a.Generation) || !fits(a.Sequence) {
		return unfit("append", "generation and sequence number")
	}
	how := relaxed
	if a.Strict {
		how = strict
	}
	var list requests
	list.add(storeLog, "add", a.Data, key(a.Sequence))
	list.remain(a.Generation) // the last: see the package comment
	_, err := b.performOn(ctx, a.Identity, "append", how, list, appended)
	if err == nil {
		b.announce(a.Generation, a.Sequence)
	}
	return err
}
