package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Options say what a store is made of.
type Options struct {
	Schema  *schema.Schema // required
	Backend Backend        // required; the store closes it
	Clock   Clock          // the machine's when nil
	Random  Random         // the machine's when nil; required under js
	Idle    func()         // returns when there is time for work that can wait; nil when there always is
	Changed func()         // is told, under the store's lock, that what queries answer may be another thing now; may be nil
	News    func()         // is told, under the store's lock, that answers of live queries may have changed, or the store has ended; may be nil
	Notice  func(Notice)   // is told what becomes of the store; holds up its writes meanwhile; may be nil
	Witness Witness        // notices when storage loses what it held; may be nil
	Version int            // of the app's records; 1 when 0
	Strict  bool           // wait until commits are on the medium, not only with the operating system

	// Migrate brings records of older versions to this one: the functions of all
	// versions after theirs are run when the store is opened, in order.
	Migrate map[int]MigrateFunc

	// Preload is how many bytes the store may have for all of it to be read into
	// memory behind the opening; PreloadBytes when it is 0, and nothing is when it is
	// negative. Models that are not are read when a verb first needs them.
	Preload   int
	Pause     func() // lets others have the processor amid work that is long; may be nil
	Impatient bool   // verbs never wait for models to be read: they fail with ErrNotLoaded instead

	compactCount int // entries of log after which blocks are written
	blockSize    int // bytes of a block; both are smaller in tests
}

// Store is an open store.
type Store struct {
	options  Options
	schema   *schema.Schema
	encoders []*record.Encoder // by model
	rules    []rules           // by model
	kin      []int             // by model: equal for those that relations connect

	mu      lock
	data    *dataset
	mark    record.Row   // of this schema and version
	marked  record.Row   // the mark that storage had when the store was opened, or nil
	seen    log.Position // by the witness, before that
	journal journal
	lives   lives

	observers []*Observer // replaced, never changed
	commits   uint64      // that observers were told of

	version uint32        // of the last commit applied; a row's state has the number of the commit that made it
	epoch   uint32        // grows whenever row numbers get a new meaning
	news    uint64        // grows with every change that everybody may see
	synced  chan struct{} // is closed when something is different about sync; nil while nobody waits
	renew   bool          // storage has lost what it held: the client of sync is another one
	losses  int           // times that it has
}

// Open reads the store from its Backend, or makes a new one, and starts it. It reads the
// log and no rows, unless they were written with another schema. Records
// of an older version are migrated first, all or nothing. It fails with
// ErrUnavailable, ErrCorrupt, ErrFormat, ErrSchemaChanged or ErrMigration, and then
// leaves storage as it was.
func Open(ctx context.Context, o Options) (*Store, error) {
	st, m, err := BeginOpen(ctx, o)
	for err == nil && m != nil {
		if err = m.run(ctx, o.Migrate); err == nil {
			m, err = m.Finish(ctx)
		}
	}
	if err != nil {
		return nil, wrap("open", err)
	}
	return st, nil
}

// prepare makes a store that has read nothing yet.
func prepare(o Options) (*Store, error) {
	if o.Schema == nil || o.Backend == nil {
		return nil, code.Fault(code.Invalid, "", "", "Options need a Schema and a Backend")
	}
	if o.Version == 0 {
		o.Version = 1
	}
	if err := checkVersions(o); err != nil {
		return nil, err
	}
	if o.compactCount == 0 {
		o.compactCount, o.blockSize = compactCount, log.BlockSize
	}
	if o.Clock == nil {
		o.Clock = systemClock
	}
	if o.Random == nil {
		o.Random = systemRandom
	}
	st := &Store{options: o, schema: o.Schema, rules: rulesOf(o.Schema), kin: kinOf(o.Schema), version: 1, epoch: 1, mark: newMark(o.Schema, o.Version)}
	for _, m := range o.Schema.Models {
		st.encoders = append(st.encoders, record.NewEncoder(m))
	}
	return st, nil
}

func checkVersions(o Options) error {
	if o.Version < 1 || o.Version > maxVersion {
		return code.Fault(code.Invalid, "", "", "the version must be an integer from 1 to "+strconv.Itoa(maxVersion)+", got "+strconv.Itoa(o.Version))
	}
	for version := range o.Migrate {
		if version < 2 || version > o.Version {
			return code.Fault(code.Invalid, "", "", "there is a function that migrates to version "+strconv.Itoa(version)+
				", and the versions to migrate to are 2 to "+strconv.Itoa(o.Version)+": raise the version")
		}
	}
	return nil
}

// start takes the store into use.
func (st *Store) start(ctx context.Context) {
	st.lives.news, st.lives.moved = st.options.News, st.options.Changed
	if n, lost := st.missing(ctx); lost {
		st.tell(n)
		st.lost()
	}
	st.saw()
	st.startJournal()
	st.options.Backend.Watch(watcher{st})
	if st.options.Idle == nil {
		st.Look()
	}
	go st.settleIn()
}

// load reads the log from storage, and the rows of those models, of all when names
// is nil. Rows get that version.
func (st *Store) load(ctx context.Context, version uint32, names map[string]bool) (*dataset, error) {
	return load(ctx, st.options.Backend, st.schema, st.options.Version, version, names)
}

// Schema returns the schema that the store was opened with.
func (st *Store) Schema() *schema.Schema { return st.schema }

// Close waits until the commits under way are in storage, or have failed, and
// gives up the Backend. Verbs called from then on fail with ErrClosed. Close is
// idempotent.
func (st *Store) Close() error {
	st.mu.Lock()
	st.fail(code.Fault(code.Closed, "", "", "the store was closed"))
	st.mu.Unlock()
	<-st.journal.stopped
	return nil
}

// tables are the present tables. The caller holds mu.
func (st *Store) tables() predicate.Tables { return st.data.tables }

func (st *Store) table(m *schema.Model) *table.Table { return st.data.tables[m.Index] }

// model returns the model of that name, or an error that names the nearest.
func (st *Store) model(op, name string) (*schema.Model, error) {
	if m := st.schema.Model(name); m != nil {
		return m, nil
	}
	var names []string
	for _, m := range st.schema.Models {
		names = append(names, m.Name)
	}
	message := "is no model of the schema" + schema.DidYouMean(name, names)
	return nil, wrap(op, code.Fault(code.Invalid, name, "", message))
}

// wrap gives an error the name of the verb that failed.
func wrap(op string, err error) error {
	if e, ok := err.(*code.Error); ok {
		if e.Op == "" {
			named := *e
			named.Op = op
			return &named
		}
		return e
	}
	return &code.Error{Code: code.Of(err), Op: op, Err: err}
}
