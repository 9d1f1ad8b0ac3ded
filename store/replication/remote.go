package replication

import (
	"context"
	"errors"
	"strconv"

	"github.com/granarydb/granary/store/code"
)

// Remote is a server that syncs. Its methods take and return the JSON text of the
// protocol, and put on it whatever the server needs besides, such as who asks. They
// are called from goroutines, one at a time but for Live, and honour their context.
//
// An answer whose status is not 200 is returned as a *Refusal; any other error
// means that nobody knows whether the server has heard.
type Remote interface {
	// Pull answers POST {base}/pull.
	Pull(ctx context.Context, request []byte) ([]byte, error)

	// Push answers POST {base}/push.
	Push(ctx context.Context, request []byte) ([]byte, error)

	// Live listens for news from that checkpoint on, tells of each, and returns when the
	// channel has ended. A Remote without such a channel returns ErrNoLive at once.
	Live(ctx context.Context, checkpoint []byte, tell func(News)) error
}

// News is what a live channel tells.
type News struct {
	Open bool   // the channel is there
	Page []byte // the JSON text of a pull's answer; nil for a poke
}

// ErrNoLive is what a Remote without a live channel answers.
const ErrNoLive = code.Code("NO_LIVE")

// Refusal is an answer of a server that is none of the protocol's.
type Refusal struct {
	Status     int
	RetryAfter int64  // milliseconds; -1 when the server does not say
	Body       []byte // as much as helps to understand it
}

// RefusalOf returns the Refusal that an error is or wraps, or nil.
func RefusalOf(err error) *Refusal {
	for ; err != nil; err = errors.Unwrap(err) {
		if r, ok := err.(*Refusal); ok {
			return r
		}
	}
	return nil
}

// Error says what was answered.
func (r *Refusal) Error() string {
	message := "the server answered " + strconv.Itoa(r.Status)
	const most = 200
	if len(r.Body) > 0 {
		message += ": " + string(r.Body[:min(len(r.Body), most)])
	}
	return message
}

// reset reports whether the server wants the client to forget its checkpoint.
func (r *Refusal) reset() bool {
	if r.Status != 409 || len(r.Body) > MaxBody {
		return false
	}
	yes := false
	_ = members(r.Body, func(name string, value []byte) error {
		if name == "reset" {
			yes = string(value) == "true"
		}
		return nil
	})
	return yes
}
