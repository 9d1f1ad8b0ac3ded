// Package memory keeps the data of a store in memory: a log.Backend for tests,
// for pages without storage, and for rendering on a server. What it holds ends
// with the program.
package memory

import (
	"context"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Backend is one connection to a storage in memory. It fulfils log.Backend.
//
// Several stores may be opened on one Backend and then share its data. Who wants
// to close one of them without ending the others gives each its own Handle.
type Backend struct {
	storage *storage
	closed  bool // guarded by the storage, like everything in it
}

// New returns a connection to a new, empty storage.
func New() *Backend {
	return &Backend{storage: &storage{blocks: map[uint64][]byte{}}}
}

// Handle returns another connection to the same data, as a second tab would have
// it. Closing one connection leaves the others open and the data in place; a
// closed connection still hands out new ones.
func (b *Backend) Handle() *Backend {
	return &Backend{storage: b.storage}
}

// Read returns the manifest and all entries numbered above after.
func (b *Backend) Read(ctx context.Context, after uint64) (log.Snapshot, error) {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "read"); err != nil {
		return log.Snapshot{}, err
	}
	return b.storage.read(after), nil
}

// Blocks returns a copy of each block, in the order asked, nil for one that is
// not there.
func (b *Backend) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "blocks"); err != nil {
		return nil, err
	}
	return b.storage.readBlocks(ids), nil
}

// Append adds one entry, or fails with log.ErrTaken. Strict makes no difference.
func (b *Backend) Append(ctx context.Context, a log.Append) error {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "append"); err != nil {
		return err
	}
	return b.storage.append(a)
}

// Replace exchanges the manifest, or fails with log.ErrTaken.
func (b *Backend) Replace(ctx context.Context, r log.Replace) error {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "replace"); err != nil {
		return err
	}
	return b.storage.replace(r)
}

// Close ends this connection; calls under way end with their result. The data
// stays as long as a connection refers to it.
func (b *Backend) Close() error {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	b.closed = true
	return nil
}

// usable fails when the connection is closed or the caller wants nothing any more.
func (b *Backend) usable(ctx context.Context, op string) error {
	if b.closed {
		return &code.Error{Code: code.Closed, Op: op, Message: "the connection was closed; open the store again"}
	}
	if err := ctx.Err(); err != nil {
		return &code.Error{Code: code.Unavailable, Op: op, Message: "cancelled before anything was done", Err: err}
	}
	return nil
}
