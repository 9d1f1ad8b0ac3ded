// Package memory keeps the data of a store in memory: a log.Backend for tests,
// for pages without storage, and for rendering on a server. What it holds ends
// with the program.
package memory

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Backend is one connection to a storage in memory. It fulfils log.Backend.
//
// Several stores may be opened on one Backend and then share its data. Who wants
// to close one of them without ending the others gives each its own Handle.
type Backend struct {
	storage *storage
	closed  bool        // guarded by the storage, like everything in it
	watcher log.Watcher // nil until Watch
}

var made atomic.Uint64 // storages

// New returns a connection to a new, empty storage.
func New() *Backend {
	return &Backend{storage: &storage{
		identity: "memory-" + strconv.FormatUint(made.Add(1), 10),
		blocks:   map[uint64][]byte{},
		watching: map[*Backend]bool{},
		aside:    map[string][]byte{},
		locks:    map[string]*lock{},
	}}
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
	return b.write(ctx, "append", func() error { return b.storage.append(a) })
}

// Replace exchanges the manifest, or fails with log.ErrTaken.
func (b *Backend) Replace(ctx context.Context, r log.Replace) error {
	return b.write(ctx, "replace", func() error { return b.storage.replace(r) })
}

// write does it and tells the watchers of the other connections.
func (b *Backend) write(ctx context.Context, op string, do func() error) error {
	b.storage.mu.Lock()
	err := b.usable(ctx, op)
	if err == nil {
		err = do()
	}
	position, others := b.storage.position(), b.storage.watchers(b)
	b.storage.mu.Unlock()
	if err != nil {
		return err
	}
	for _, w := range others {
		w.Written(position)
	}
	return nil
}

// Position tells up to where others have written.
func (b *Backend) Position(ctx context.Context) (log.Position, error) {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "position"); err != nil {
		return log.Position{}, err
	}
	return b.storage.position(), nil
}

// Watch has the watcher told of what other connections write, as soon as they
// have.
func (b *Backend) Watch(w log.Watcher) {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if !b.closed {
		b.watcher = w
		b.storage.watching[b] = true
	}
}

// Close ends this connection, and gives back its locks; calls under way end with
// their result. The data stays as long as a connection refers to it.
func (b *Backend) Close() error {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	b.closed = true
	delete(b.storage.watching, b)
	b.storage.release(b)
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
