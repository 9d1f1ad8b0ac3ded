// Package memory keeps the data of a store in memory: a log.Backend for tests,
// for pages without storage, and for rendering on a server. What it holds ends
// with the program.
package memory

import (
	"context"
	"sync"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Backend is one connection to a storage in memory. It fulfils log.Backend.
//
// Several stores may be opened on one Backend and then share its data. Who wants
// to close one of them without ending the others gives each its own Handle.
type Backend struct {
	storage *storage
	mu      sync.RWMutex // held for reading by every call, for writing by Close
	closed  bool
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
	var snapshot log.Snapshot
	err := b.call(ctx, "read", func(s *storage) error {
		snapshot = s.read(after)
		return nil
	})
	return snapshot, err
}

// Blocks returns a copy of each block, in the order asked, nil for one that is
// not there.
func (b *Backend) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	var blocks [][]byte
	err := b.call(ctx, "blocks", func(s *storage) error {
		blocks = s.readBlocks(ids)
		return nil
	})
	return blocks, err
}

// Append adds one entry, or fails with log.ErrTaken. Strict makes no difference.
func (b *Backend) Append(ctx context.Context, a log.Append) error {
	return b.call(ctx, "append", func(s *storage) error { return s.append(a) })
}

// Replace exchanges the manifest, or fails with log.ErrTaken.
func (b *Backend) Replace(ctx context.Context, r log.Replace) error {
	return b.call(ctx, "replace", func(s *storage) error { return s.replace(r) })
}

// Close ends this connection; calls under way end with their result. The data
// stays as long as a connection refers to it.
func (b *Backend) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// call runs do alone on the storage, unless the connection is closed or the
// caller no longer wants it.
func (b *Backend) call(ctx context.Context, op string, do func(*storage) error) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return &code.Error{Code: code.Closed, Op: op, Message: "the connection was closed; open the store again"}
	}
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return &code.Error{Code: code.Unavailable, Op: op, Message: "cancelled before anything was done", Err: err}
	}
	return do(b.storage)
}
