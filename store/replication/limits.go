package replication

// Bounds of what a server may say. A text that passes them is refused as a whole,
// a change that does is set aside.
const (
	Version       = 1         // of the protocol
	MaxBody       = 64 << 20  // bytes of one answer
	MaxChanges    = 100_000   // changes of one page
	MaxResults    = 10_000    // results of one answer to a push
	MaxRecords    = 100_000   // records of all results together
	MaxCheckpoint = 16 << 10  // bytes of JSON text
	MaxVersion    = 1024      // bytes of JSON text of a record's version
	MaxName       = 256       // bytes of a model's name, a field's, a code, an id of a mutation
	MaxMessage    = 2048      // bytes of a message that are kept
	maxBadKept    = 100       // changes out of form that a page reports
	maxRetryAfter = 3_600_000 // milliseconds that a server can have a client wait
	maxTurns      = 8         // attempts in a row that come to nothing before one pauses
)

// What the Machine goes by when its Config says nothing else, in milliseconds.
const (
	defaultInterval = 30_000
	defaultTimeout  = 60_000
	defaultBackoff  = 1_000
	maxBackoff      = 60_000
	steady          = 10_000 // a channel that was there so long has not failed
	quickAnswer     = 1_000  // a held pull that came back sooner, with nothing, was not held
)
