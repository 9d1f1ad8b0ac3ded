package record

import (
	"slices"
	"strings"

	"github.com/granarydb/granary/store/schema"
)

// widens reports whether every value of a type, given as layouts describe it, is a
// value of t as it stands: text of any form is a String, an Int is a Float, an enum
// has grown, what was required is no longer. What becomes of a missing value that
// is required now is another question.
func widens(described string, t schema.Type) bool {
	base, rest, _ := strings.Cut(described, " ")
	base = strings.TrimSuffix(base, "!")
	if list := strings.HasPrefix(base, "["); list != t.List {
		return false
	} else if list {
		base = base[1 : len(base)-1]
		element := strings.TrimSuffix(base, "!")
		if t.Element && element == base {
			return false
		}
		base = element
	}
	if t.Scalar == schema.Enumeration {
		return subset(rest, t.Enum.Values)
	}
	if rest != "" { // an enum or a custom type
		return t.Scalar == schema.String && enumerates(rest)
	}
	was := func(s schema.Scalar) bool { return base == s.String() }
	switch t.Scalar {
	case schema.String: // of these, only strings are text
		return !was(schema.Int) && !was(schema.Float) && !was(schema.Boolean) && !was(schema.Timestamp) && !was(schema.JSON)
	case schema.ID:
		return was(schema.ID) || was(schema.String)
	case schema.Float:
		return was(schema.Float) || was(schema.Int) || was(schema.Timestamp)
	case schema.Timestamp:
		return was(schema.Timestamp) || was(schema.Int)
	}
	return was(t.Scalar)
}

// enumerates reports whether what stands behind the name of a type are the values
// of an enum, not the fields of a custom type.
func enumerates(rest string) bool { return rest != "" && !strings.ContainsAny(rest, ": ") }

// subset reports whether all values of an enum, joined, are among others.
func subset(joined string, values []string) bool {
	if !enumerates(joined) {
		return false
	}
	for _, v := range strings.Split(joined, "|") {
		if !slices.Contains(values, v) {
			return false
		}
	}
	return true
}
