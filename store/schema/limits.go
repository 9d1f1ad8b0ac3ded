package schema

// Bounds of a schema. What passes one is refused with code.Schema.
const (
	MaxSDL        = 1 << 20  // bytes of SDL
	MaxCompiled   = 64 << 20 // bytes of a compiled schema
	MaxTokens     = 300_000  // tokens of SDL
	MaxNesting    = 64       // brackets open at once in SDL
	MaxModels     = 1000     // models, generated join models included
	MaxEnums      = 1000     // enums
	MaxTypes      = 1000     // custom types
	MaxFields     = 1000     // stored fields and relations of one model, fields of one custom type
	MaxAllFields  = 100_000  // stored fields of all models together
	MaxEnumValues = 10_000   // values of one enum
	MaxIndexes    = 100      // declared indexes of one model
	MaxKeyFields  = 16       // fields of a primary key or of an index
	MaxName       = 128      // bytes of a name
	MaxFaults     = 1000     // faults that one error lists
)

// maxSuggestions bounds the faults that get a "did you mean", and
// maxSuggested the length of the names that are compared for it.
const (
	maxSuggestions = 100
	maxSuggested   = 64
)

// maxShownValue bounds the bytes of a value that a message shows.
const maxShownValue = 40
