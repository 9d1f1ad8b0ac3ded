// Package code holds the stable error codes of Granary and the error type that
// carries them. A code is API: it reaches JavaScript unchanged as err.code.
package code

import (
	"errors"
	"strings"
)

// Code names a kind of failure. It is an error itself, so that
// errors.Is(err, code.Conflict) works on any error that carries it.
type Code string

// Error returns the code.
func (c Code) Error() string { return string(c) }

// What the caller handed in.
const (
	Invalid   Code = "INVALID"   // a record, key, predicate or option breaks the schema or the API; nothing was written
	Schema    Code = "SCHEMA"    // the schema has faults; Error.Details lists each with line and column
	Reference Code = "REFERENCE" // a belongs-to target is not in the store; nothing was written
	Conflict  Code = "CONFLICT"  // the condition of a conditional save or delete did not hold; nothing was written
	Limit     Code = "LIMIT"     // a bound of store/limits.go was passed; nothing was written
)

// What storage answered.
const (
	Quota          Code = "QUOTA"           // storage refused the bytes for want of room; the commit was undone
	Unavailable    Code = "UNAVAILABLE"     // storage is absent, refused to open, or failed; the commit was undone
	Corrupt        Code = "CORRUPT"         // stored bytes fail their checksum or their structure
	Format         Code = "FORMAT"          // the stored format is of a newer version than this code reads
	SchemaChanged  Code = "SCHEMA_CHANGED"  // stored rows do not fit the schema that was given
	Migration      Code = "MIGRATION"       // a migration function failed; nothing was changed
	UnknownOutcome Code = "UNKNOWN_OUTCOME" // storage failed in such a way that nobody knows whether the commit is kept
)

// What sync met.
const (
	Protocol Code = "PROTOCOL" // the server said what the protocol does not know; nothing was taken in
	Rejected Code = "REJECTED" // the server did not want a mutation; it is in the rejected box
	Stale    Code = "STALE"    // another store has synced meanwhile; no user sees it
	Unsent   Code = "UNSENT"   // there are changes that no server has, which would be lost
)

// What became of the store or the engine.
const (
	Closed        Code = "CLOSED"         // the store was closed
	RuntimeExited Code = "RUNTIME_EXITED" // the engine crashed and takes no more calls
	Internal      Code = "INTERNAL"       // a bug in Granary
	NotLoaded     Code = "NOT_LOADED"     // what an engine that may not wait answers until models are loaded; no user sees it
)

// Error is the error that Granary's functions return.
type Error struct {
	Code    Code
	Op      string // the verb that failed: "save", "query", …; may be empty
	Model   string // the model concerned; may be empty
	Field   string // the field or relation concerned; may be empty
	Message string // lower case; what is wrong and what would be right
	Err     error  // the cause; may be nil
	Details any    // more, by code: Schema has []schema.Fault
}

// Fault returns an error about a model and a field of it; both may be "". It is a
// function for the page's sake: a literal in every place would weigh more.
func Fault(c Code, model, field, message string) *Error {
	return &Error{Code: c, Model: model, Field: field, Message: message}
}

// Error puts the parts together: "save Post.title: must be a string, got 5".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Model != "" {
		space(&b)
		b.WriteString(e.Model)
		if e.Field != "" {
			b.WriteByte('.')
			b.WriteString(e.Field)
		}
	}
	if e.Message != "" {
		colon(&b)
		b.WriteString(e.Message)
	}
	if e.Err != nil {
		colon(&b)
		b.WriteString(e.Err.Error())
	}
	if b.Len() == 0 {
		return string(e.Code)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the code of e.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == e.Code
}

// Of returns the code that err carries: the outermost one, or Internal.
func Of(err error) Code {
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := err.(type) {
		case *Error:
			return e.Code
		case Code:
			return e
		}
	}
	return Internal
}

func space(b *strings.Builder) {
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
}

func colon(b *strings.Builder) {
	if b.Len() > 0 {
		b.WriteString(": ")
	}
}
