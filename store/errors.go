package store

import "github.com/granarydb/granary/store/code"

// Code names a kind of failure; errors.Is(err, store.ErrInvalid) asks for it. The
// codes reach JavaScript unchanged as err.code.
type Code = code.Code

// Error is the error that the functions of this package return.
type Error = code.Error

// What the caller handed in. Nothing was written.
const (
	ErrInvalid   = code.Invalid   // a record, key, predicate or option breaks the schema or the API
	ErrSchema    = code.Schema    // the schema has faults; Error.Details is []schema.Fault
	ErrReference = code.Reference // a belongs-to target is not in the store
	ErrConflict  = code.Conflict  // the condition of a conditional save or delete did not hold
	ErrLimit     = code.Limit     // a bound was passed
)

// What storage answered. The commit was undone, except after ErrUnknownOutcome.
const (
	ErrQuota          = code.Quota          // storage has no room
	ErrUnavailable    = code.Unavailable    // storage is absent, refused to open, or failed
	ErrCorrupt        = code.Corrupt        // stored bytes were damaged
	ErrFormat         = code.Format         // storage was written by a newer version
	ErrSchemaChanged  = code.SchemaChanged  // stored rows do not fit the schema that was given
	ErrMigration      = code.Migration      // a function that migrates records failed; nothing was changed
	ErrUnknownOutcome = code.UnknownOutcome // nobody knows whether the commit is kept
)

// What sync met.
const (
	ErrProtocol = code.Protocol // the server said what the protocol does not know
	ErrRejected = code.Rejected // the server did not want a change; it is in the rejected box
	ErrUnsent   = code.Unsent   // changes that no server has would be lost
)

// What became of the store.
const (
	ErrClosed   = code.Closed   // the store was closed
	ErrInternal = code.Internal // a bug in Granary

	// ErrNotLoaded is what verbs of a store with Options.Impatient fail with while
	// they need models that are in storage only. Error.Details is a *Lacking.
	ErrNotLoaded = code.NotLoaded
)
