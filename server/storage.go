package server

import "context"

// Storage keeps records, their versions and the outcomes of mutations, by tenant.
// Its methods are safe for concurrent use. Package storagetest has the suite that
// every storage passes.
type Storage interface {
	// Write runs f in one transaction, which is committed when f returns nil and
	// taken back otherwise. Of each tenant one Write runs at a time, over all
	// processes, from before its first look at the tenant until its commit is
	// visible to all. When Write returns nil, what f did survives the end of the
	// process and of the machine. An error of f is returned as it is. f may be run
	// again, after what it did was taken back.
	Write(ctx context.Context, tenant string, f func(Tx) error) error

	// Read runs f on one state of the tenant: all that was committed at some moment,
	// and nothing else.
	Read(ctx context.Context, tenant string, f func(View) error) error

	// Listen sets what is called after commits that changed records of a tenant, of
	// this process and others. "" stands for any of them when all is true. Words may
	// come late, twice and for nothing, and be lost while a connection is; it is
	// called with all when that may have been. It is called once, before all else.
	Listen(wake func(tenant string, all bool))

	// Tenants returns the names of all that were written.
	Tenants(ctx context.Context) ([]string, error)

	// Renew gives the storage another epoch, which tells all clients to begin anew.
	Renew(ctx context.Context) error

	// Ping reports whether storage answers.
	Ping(ctx context.Context) error

	// Close ends the storage, after the transactions that are under way.
	Close() error
}

// View is one state of a tenant.
type View interface {
	// State returns where the tenant stands.
	State() (State, error)

	// Changes returns the rows with a version above after, by version, at most limit,
	// and none behind the one with which their data have that many bytes. A row that
	// was changed again stands only under its last version.
	Changes(after int64, limit, bytes int) ([]Row, error)

	// Row returns a record, deleted ones included, or nil.
	Row(model, id string) (*Row, error)

	// Past returns the data of former states of a record that ended above after, by
	// the order of their ends, at most limit.
	Past(model, id string, after int64, limit int) ([][]byte, error)

	// Outcome returns what became of a mutation, or nil.
	Outcome(id string) (*Outcome, error)
}

// Tx is a View that can be written. What it wrote, it sees.
type Tx interface {
	View

	// Expect says which outcomes and records are going to be asked for, so that a
	// storage that is far away can fetch them at once.
	Expect(mutations []string, keys []Key) error

	// Savepoint runs f and takes back what f did when f fails, whose error it returns.
	Savepoint(f func() error) error

	// Put writes a record under the next version, which it sets in the row.
	Put(row *Row) error

	// Keep remembers the data of a former state of a record, which ended with a version.
	Keep(model, id string, until int64, changed int64, data []byte) error

	// PutOutcome remembers what became of a mutation.
	PutOutcome(o *Outcome) error

	// Link and Unlink note and forget that a record has these values in these fields;
	// Linked returns the ids of records that have, at most limit, in order.
	Link(model, path, key, id string) error
	Unlink(model, path, key, id string) error
	Linked(model, path, key string, limit int) ([]string, error)

	// Paths is a text that says which paths are linked; SetPaths changes it and
	// forgets all links of the tenant.
	Paths() (string, error)
	SetPaths(paths string) error

	// Prune forgets at most limit of each: deleted records and former states that
	// ended before the time, in milliseconds since 1970, and outcomes from before the
	// other time, and returns how many it forgot. The horizon rises to the highest
	// version that was forgotten.
	Prune(before, outcomesBefore int64, limit int) (int, error)
}

// Key names a record.
type Key struct{ Model, ID string }

// State is where a tenant stands.
type State struct {
	Epoch   string // another one when the storage is another one
	Version int64  // of the last change
	Horizon int64  // who has seen less cannot be told all that went
}

// Row is a record as it is stored.
type Row struct {
	Model   string
	ID      string // canonical JSON text of the key; an array when it has several fields
	Version int64
	At      int64 // when the client made the last change, milliseconds since 1970
	Changed int64 // when the server took it in, milliseconds since 1970
	Deleted bool
	Data    []byte // JSON object of all fields; nil when deleted
}

// Outcome is what became of a mutation.
type Outcome struct {
	ID     string
	User   string
	Client string
	Seen   int64  // when the server took it in, milliseconds since 1970
	Text   []byte // JSON
}
