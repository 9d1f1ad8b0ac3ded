package predicate

// Bounds of one predicate. What passes them is refused with code.Limit.
const (
	MaxDepth  = 64      // groups and relations inside each other
	MaxNodes  = 10_000  // tests and groups in all
	MaxValues = 100_000 // values of one in or notIn
)
