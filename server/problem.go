package server

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/granarydb/granary/store/code"
)

// What a server says beyond the codes of package code. They are API, as those are.
const (
	Unauthenticated code.Code = "UNAUTHENTICATED" // 401: who calls is not known; the queue is kept
	Forbidden       code.Code = "FORBIDDEN"       // the user may not do this
	NotFound        code.Code = "NOT_FOUND"       // 404: no such endpoint
	Method          code.Code = "METHOD"          // 405: the endpoint takes another method
	MediaType       code.Code = "MEDIA_TYPE"      // 415: the body must be application/json
	Reset           code.Code = "RESET"           // 409: the checkpoint is none of this server's
	Upgrade         code.Code = "UPGRADE"         // 426: the app's schema is not accepted any more
	Busy            code.Code = "BUSY"            // 429, 503: too much at once; wait as Retry-After says
)

// ErrRetry is what a hook returns when it cannot decide now. The mutation is answered
// with "retry", and so are all behind it.
var ErrRetry = errors.New("cannot be decided now")

// Problem is what is told of a failure, of a whole call or of one mutation. A hook
// that returns one refuses a mutation for good.
type Problem struct {
	Code    code.Code `json:"code"`
	Message string    `json:"message"`         // lower case; what is wrong and what would be right
	Model   string    `json:"model,omitempty"` // that it is about
	Field   string    `json:"field,omitempty"` // of the model; of the request, as a path, when the call failed
	Limit   int64     `json:"limit,omitempty"` // the bound that was passed

	status     int
	retryAfter time.Duration
}

// Forbid returns the refusal of a hook.
func Forbid(message string) *Problem {
	return &Problem{Code: Forbidden, Message: message, status: http.StatusForbidden}
}

// Error returns the parts as one line.
func (p *Problem) Error() string {
	return (&code.Error{Model: p.Model, Field: p.Field, Message: p.Message}).Error()
}

// Is reports whether target is the code of p.
func (p *Problem) Is(target error) bool {
	c, ok := target.(code.Code)
	return ok && c == p.Code
}

// failure is the body of every answer that is not 200.
type failure struct {
	Error *Problem `json:"error"`
	Reset bool     `json:"reset,omitempty"` // forget the checkpoint, keep the queue
}

func invalid(field, message string) *Problem {
	return &Problem{Code: code.Invalid, Field: field, Message: message, status: http.StatusBadRequest}
}

func tooLarge(field, message string, limit int64) *Problem {
	return &Problem{Code: code.Limit, Field: field, Message: message, Limit: limit, status: http.StatusRequestEntityTooLarge}
}

func busy(status int, message string, after time.Duration) *Problem {
	return &Problem{Code: Busy, Message: message, status: status, retryAfter: after}
}

// problemOf is the problem in err when it is one of the caller's making; nil when it
// is the server's or storage's.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*code.Error](err); ok {
		return &Problem{Code: e.Code, Model: e.Model, Field: e.Field, Message: e.Message, status: http.StatusBadRequest}
	}
	return nil
}

// fail answers with the problem.
func (s *Server) fail(w http.ResponseWriter, p *Problem) {
	status := p.status
	orElse(&status, http.StatusBadRequest)
	if p.retryAfter > 0 {
		seconds := int64((p.retryAfter + time.Second - 1) / time.Second)
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	s.answer(w, status, failure{Error: p, Reset: p.Code == Reset})
}
