package schema

import (
	"strconv"
	"unicode/utf8"

	"github.com/granarydb/granary/store/code"
)

// refusal is the error for a schema with faults, of which there is at least one.
func refusal(faults []Fault) error {
	n := strconv.Itoa(len(faults)) + " faults in the schema; first: "
	if len(faults) == 1 {
		n = "1 fault in the schema: "
	}
	f := faults[0]
	return &code.Error{
		Code:    code.Schema,
		Message: n + "line " + itoa(f.Line) + ", column " + itoa(f.Column) + ": " + f.Message,
		Details: faults,
	}
}

// quote returns a short form of s in quotes, fit for a message.
func quote(s string) string { return code.Quote(shorten(s)) }

func shorten(s string) string {
	if len(s) <= maxShownValue {
		return s
	}
	n := maxShownValue
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

func itoa(n int) string { return strconv.Itoa(n) }

// enumerate puts words in a row: "a, b or c".
func enumerate(words []string, last string) string {
	out := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			out += " " + last + " "
		default:
			out += ", "
		}
		out += w
	}
	return out
}
