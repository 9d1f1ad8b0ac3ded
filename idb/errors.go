//go:build js && wasm

package idb

import (
	"errors"
	"syscall/js"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Names of exceptions, as IndexedDB defines them.
const (
	exceptionAbort        = "AbortError"
	exceptionConstraint   = "ConstraintError"
	exceptionInvalidState = "InvalidStateError"
	exceptionQuota        = "QuotaExceededError"
	exceptionSecurity     = "SecurityError"
	exceptionUnknown      = "UnknownError"
	exceptionVersion      = "VersionError"
)

const (
	lostMessage   = "the browser closed the connection: site data were cleared, or the tab was in the background for long; open the store again"
	closedMessage = "the connection was closed; open the store again"
)

const noRoom = "the browser has no room for more data of this site; delete records, or free space on the device"

// errAbsent is the cause when the browser lacks something.
var errAbsent = errors.New("the browser has no such thing")

// errAnswer is the cause when the browser did not answer in time.
var errAnswer = errors.New("the browser did not answer in time")

// failure is an error of this package.
func failure(c code.Code, op, message string, cause error) error {
	if thrown, ok := thrownIn(cause); ok {
		cause = exception{thrown}
	}
	return &code.Error{Code: c, Op: op, Message: message, Err: cause}
}

// exception is a thrown value that says its name, which js.Error does not.
type exception struct{ thrown js.Error }

func (e exception) Error() string { return js.Global().Get("String").Invoke(e.thrown.Value).String() }
func (e exception) Unwrap() error { return e.thrown }

// errorOf returns the error that a request or a transaction has, nil if there is
// none.
func errorOf(target js.Value) error {
	if value := target.Get("error"); value.Truthy() {
		return js.Error{Value: value}
	}
	return nil
}

// thrownIn returns the thrown value that err wraps. errors.As would do the same,
// and link reflection for it.
func thrownIn(err error) (js.Error, bool) {
	for ; err != nil; err = errors.Unwrap(err) {
		if thrown, ok := err.(js.Error); ok {
			return thrown, true
		}
	}
	return js.Error{}, false
}

// cancelled is the error of a call whose context ended before it did anything.
func cancelled(op string, cause error) error {
	return failure(code.Unavailable, op, "cancelled, nothing was done", cause)
}

// reason is what an exception means for the caller.
type reason struct {
	exception string // "" for every other
	code      code.Code
	message   string
}

// Why a transaction was aborted, but for a lost compare-and-swap.
var reasonsUndone = [...]reason{
	{exceptionQuota, code.Quota, noRoom},
	{"", code.Unavailable, "the browser's storage failed; nothing was changed"},
}

// Why a database could not be opened or removed.
var reasonsRefused = [...]reason{
	{exceptionSecurity, code.Unavailable, "the browser denies IndexedDB to this page: its settings block site data, " +
		"or it is in a sandboxed frame; allow site data, add allow-same-origin to the frame, or keep the store in memory"},
	{exceptionInvalidState, code.Unavailable, "the browser offers no storage here, as in some private windows; " +
		"use a normal window, or keep the store in memory"},
	{exceptionVersion, code.Format, "the database was written by a newer version of Granary; reload the page to get that version"},
	{exceptionQuota, code.Quota, "the browser has no room for a database; free space on the device"},
	{"", code.Unavailable, "the browser could not open the database: the disk may be full or its files damaged; " +
		"restart the browser, or clear the site's data"},
}

// undone is the error of a transaction that was aborted for this cause; there is
// none when somebody called abort, or the browser tore the connection down.
func undone(op string, cause error) error {
	if cause == nil {
		return failure(code.Unavailable, op, lostMessage, nil)
	}
	if (op == "append" || op == "replace") && isException(cause, exceptionConstraint) { // who only reads loses no race
		return log.ErrTaken
	}
	return explained(reasonsUndone[:], op, cause)
}

// refused is the error of an open that failed for this cause.
func refused(op string, cause error) error { return explained(reasonsRefused[:], op, cause) }

// explained is the error for the first reason that fits the cause.
func explained(reasons []reason, op string, cause error) error {
	i := 0
	for reasons[i].exception != "" && !isException(cause, reasons[i].exception) {
		i++
	}
	return failure(reasons[i].code, op, reasons[i].message, cause)
}

// isException reports whether err is the exception of this name, thrown at us or
// handed out by the library.
func isException(err error, name string) bool {
	if thrown, ok := thrownIn(err); ok {
		return thrown.Value.Type() == js.TypeObject && thrown.Value.Get("name").String() == name
	}
	return errors.Is(err, indexeddb.NewDOMException(name))
}
