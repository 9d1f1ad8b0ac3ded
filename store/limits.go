package store

// Bounds of the store. The packages below have their own in a limits.go each.
const (
	MaxBatch    = 200_000       // records of one save or one delete by keys
	MaxSteps    = 200_000       // verbs of one transaction
	maxVersion  = 1_000_000_000 // of the app's records
	MaxSortKeys = 16            // fields of one sort

	MaxIncludeDepth = 16        // relations included inside each other
	MaxIncludes     = 64        // relations included in one query
	MaxIncluded     = 4_000_000 // records of all relations of one query, counted with each parent

	MaxGroupKeys  = 16 // fields that one groupBy groups by
	MaxAggregates = 64 // sums, averages, least and greatest values of one groupBy

	defaultRetries = 4 // more times that a transaction is tried when others change what it has read

	exportPiece    = 256 << 10 // bytes of an export handed over at once
	maxImport      = 1_000_000 // records of one import
	maxImportBytes = 128 << 20 // bytes of their rows
	maxImportLine  = 64 << 20  // bytes of one line of an import; a row may have 16 MiB, and its text escapes
	importRunBytes = 256 << 10 // bytes of rows kept together until they are committed

	storageTries    = 5    // times that storage is asked when it fails and nothing was done
	storagePatience = 8000 // milliseconds after which it is not asked again

	// PreloadBytes is how large a store may be for all of it to be read into memory
	// behind the opening.
	PreloadBytes = 64 << 20

	maxMutationOps   = 1000     // records of one mutation; a commit of more is several
	maxMutationBytes = 1 << 20  // bytes of their fields
	maxMergeBytes    = 64 << 10 // bytes of a mutation up to which another is merged into it
	maxSorted        = 64       // mutations that are kept sorted by record
	maxTries         = 10       // times that a conflict of one change is resolved anew
	maxRejected      = 1000     // mutations that are kept in the rejected box
	maxCancel        = 1000     // mutations up to which it is looked whether one can be left out

	defaultPage  = 1000    // changes of one page that are asked for
	defaultBatch = 100     // mutations of one push
	maxScope     = 4 << 10 // bytes of what the server is told with each pull
	maxPagesSeen = 1 << 16 // checkpoints that are remembered of pages in a row
	enrolAtOnce  = 1000    // records that begin to be synced in one commit
	enrolOps     = 100     // and in one mutation

	maxEntry       = 8 << 20   // bytes of operations after which an entry takes no further commit
	maxReload      = 8         // tries to read a store that others are compacting
	blocksAtOnce   = 4         // blocks read in one request
	requestsAtOnce = 3         // such requests under way while blocks are looked at
	compactBytes   = 4 << 20   // bytes of log after which blocks are written
	lastBytes      = 512 << 10 // bytes of log that are folded when the store is closed
	longLog        = 64 << 20  // bytes of log that are folded even in a hurry
	compactCount   = 256       // entries of log after which blocks are written
)
