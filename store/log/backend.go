package log

import (
	"context"
	"errors"
)

// Backend is the port to storage. It keeps three things and understands none of
// them: one manifest, the blocks that the manifest names, and the entries of the
// log that came after it.
//
//	manifest  under its generation, a number that grows by one with every Replace; 0 means there is none yet
//	blocks    under ids that the store chooses
//	entries   under their sequence numbers, 1, 2, 3, …
//
// Several programs (tabs) may use the same storage. Append and Replace are
// compare-and-swap on the generation and, for Append, on the sequence number, so
// of several writers exactly one wins and the others learn of it. A storage has an
// identity from when it is made, by which it is told from one that was made later
// in its place; no write meant for the one gets into the other.
//
// Every method may be called from several goroutines and honours its context. A
// method that returns nil has done all of what it says, and it survives the end
// of the program; one that returns an error has done nothing of it, with the one
// exception of an error that is code.UnknownOutcome. Byte slices handed in may
// not be kept after the return, byte slices handed out belong to the caller.
//
// Errors carry a code of package code: Quota, Unavailable, Closed,
// UnknownOutcome; ErrTaken stands for a lost compare-and-swap. The conformance
// suite of store/storetest holds every Backend to this page.
type Backend interface {
	// Read returns the manifest and all entries numbered above after, as one
	// snapshot.
	Read(ctx context.Context, after uint64) (Snapshot, error)

	// Blocks returns the bytes of each block, in the order asked; nil for a block
	// that is not there (a Replace by somebody else dropped it).
	Blocks(ctx context.Context, ids []uint64) ([][]byte, error)

	// Append adds one entry. It fails with ErrTaken when the identity or the
	// generation in storage is not that of a, or when the sequence number is in use.
	Append(ctx context.Context, a Append) error

	// Replace, all or nothing: stores r.Put, removes the blocks r.Drop and every
	// entry up to and including r.Through, adds the entries r.Add, which are numbered
	// above that and in no use, and stores r.Manifest under
	// r.Generation+1 in the place of the old manifest. It fails with ErrTaken when
	// the identity or the generation in storage is not that of r and, with r.Alone,
	// when the number after r.Through is in use.
	Replace(ctx context.Context, r Replace) error

	// Position tells up to where others have written, at the least possible cost.
	Position(ctx context.Context) (Position, error)

	// Watch has the watcher told of what other connections do and of what becomes
	// of this one, until Close. It is called once at most. Nothing that a watcher
	// is told may be relied on but Ended: it may come late, twice or never, so who
	// wants to be sure asks for the Position now and then.
	Watch(w Watcher)

	// Lock takes the lock of that name, which one connection at a time can have,
	// and returns what gives it back. When another has it, Lock waits; or, without
	// wait, returns nil. The lock of a connection that is closed, or of a program
	// that has ended, is free. Where the platform has no locks everybody gets
	// them: nothing may depend on a lock but speed.
	Lock(ctx context.Context, name string, wait bool) (unlock func(), err error)

	// Survey returns all that is there but the bytes of the blocks, as one snapshot,
	// whatever state it is in. It is for a repair: where Read answers by the rules,
	// Survey answers with what it finds.
	Survey(ctx context.Context) (Survey, error)

	// SetAside keeps copies of what a repair takes out, apart from everything else:
	// no other method sees or removes them. A name that is in use is overwritten.
	SetAside(ctx context.Context, pieces []Piece) error

	// Aside returns what was set aside, in the order of the names.
	Aside(ctx context.Context) ([]Piece, error)

	// Reserve keeps room for at least that many bytes aside, which no data get; or with
	// 0 gives it back, and returns about how many bytes were kept until then. It fails
	// with code.Quota when there is no such room. A storage without bounds keeps
	// nothing.
	Reserve(ctx context.Context, bytes int) (kept int, err error)

	// Close gives up the connection. Calls under way end with code.Closed, or
	// with their result. Close is idempotent.
	Close() error
}

// Watcher is told by a Backend. Its methods must not wait for anything and may be
// called from any goroutine.
type Watcher interface {
	// Written is told that another connection has written, up to that position.
	Written(Position)

	// Lost is told that the connection broke and is being made again; calls wait
	// meanwhile. Restored is told that it is there again.
	Lost(cause error)
	Restored()

	// Ended is told that the connection is closed for good though nobody here
	// asked for it, and why.
	Ended(cause error)
}

// Position is a place in the history of a storage.
type Position struct {
	Identity   string
	Generation uint64
	Sequence   uint64 // of the last entry in the log; 0 when the log has none
}

// Snapshot is what Read returns.
type Snapshot struct {
	Identity   string // of the storage: another one after it was removed and made anew
	Generation uint64 // 0 when nothing was ever replaced
	Manifest   []byte // nil when Generation is 0
	Entries    []Entry
}

// Entry is one entry of the log.
type Entry struct {
	Sequence uint64
	Data     []byte
}

// Append is one entry to add.
type Append struct {
	Identity   string // of the storage that the writer has read; "" for whichever it is
	Generation uint64 // the generation that the writer has read
	Sequence   uint64 // the number that must be free
	Data       []byte
	Strict     bool // wait until the bytes are on the medium, where the backend knows the difference
}

// Replace is one exchange of the manifest.
type Replace struct {
	Identity   string // of the storage that the writer has read; "" for whichever it is
	Generation uint64 // the generation that the writer has read; the new one is one more
	Manifest   []byte
	Put        []Block
	Drop       []uint64
	Through    uint64
	Alone      bool // there may be no entry after that
	Add        []Entry
}

// Survey is what Survey returns. Numbers are in ascending order.
type Survey struct {
	Generation uint64
	Manifest   []byte // that of the generation; nil when there is none
	Blocks     []uint64
	Entries    []Entry
}

// Piece is something that was set aside, with the name that tells what it was.
type Piece struct {
	Name string
	Data []byte
}

// Block is a block of a segment.
type Block struct {
	ID   uint64
	Data []byte
}

// ErrTaken is returned when a compare-and-swap lost: another writer was first.
var ErrTaken = errors.New("another writer was first")
