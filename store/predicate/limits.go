package predicate

// Bounds of one predicate. What passes them is refused with code.Limit.
const (
	MaxDepth  = 64      // groups and relations inside each other
	MaxNodes  = 10_000  // tests and groups in all
	MaxValues = 100_000 // values of one in or notIn
)

// What the search for the cheapest way to rows goes by.
const (
	fewRows  = 16  // rows that are looked at without a look for a better way
	maxSpans = 256 // stretches of one index that are put together
)
