package record

// Bounds of one record. What passes them is refused with code.Limit.
const (
	MaxRow     = 16 << 20 // bytes of one row
	MaxKey     = 1024     // bytes of a primary key
	MaxNesting = 32       // custom types inside custom types
)
