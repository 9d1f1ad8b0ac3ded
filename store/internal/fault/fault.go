// Package fault is storage that fails on purpose: a Backend that meets faults at
// calls of one's choice, and a Medium that loses what had not reached it.
package fault

import (
	"context"
	"sync"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Fault is what happens at a call.
type Fault int

const (
	FailBefore  Fault = iota // an error, nothing done
	FailAfter                // done, but the answer is lost
	FailUnknown              // nothing done, and nobody knows
	FailBlind                // done, the answer is lost, and the next read fails as well
	CrashBefore              // the program ends, nothing done
	CrashAfter               // the program ends, all done
	Quota                    // no room, for this write and the next two
	Close                    // the connection is closed from now on
)

// All are the faults there are.
var All = []Fault{FailBefore, FailAfter, FailUnknown, FailBlind, CrashBefore, CrashAfter, Quota, Close}

var names = [...]string{"fail before", "fail after", "fail unknown", "fail blind", "crash before", "crash after", "quota", "close"}

// String returns the name of the fault.
func (f Fault) String() string { return names[f] }

// quotaWrites is how many writes in a row find no room.
const quotaWrites = 3

// Plan says which fault happens at which call. Calls are counted from 1.
type Plan map[int]Fault

// Backend passes calls on to another, but for those that the plan is about. Read,
// Blocks, Append, Replace, Survey, SetAside and Aside are calls.
type Backend struct {
	log.Backend
	plan Plan

	mu      sync.Mutex
	calls   int
	met     int
	left    int // writes that find no room
	blind   bool
	dead    bool
	crashed bool
}

// New returns a Backend that meets the faults of the plan.
func New(b log.Backend, plan Plan) *Backend { return &Backend{Backend: b, plan: plan} }

// Met returns how many calls were reached at which a fault made a difference.
func (b *Backend) Met() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.met
}

// Calls returns how many calls there were.
func (b *Backend) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// Crashed reports whether the program has ended, as far as storage can tell.
func (b *Backend) Crashed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.crashed
}

// Dead reports whether no call will succeed any more.
func (b *Backend) Dead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dead
}

// Reopen goes on with a new connection, unless the program has ended. The plan and
// the count of calls stay.
func (b *Backend) Reopen(connection log.Backend) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Backend = connection
	b.dead = b.crashed
}

// Read is a call.
func (b *Backend) Read(ctx context.Context, after uint64) (s log.Snapshot, err error) {
	err = b.call("read", false, func() error {
		s, err = b.Backend.Read(ctx, after)
		return err
	})
	if err != nil {
		return log.Snapshot{}, err
	}
	return s, nil
}

// Blocks is a call.
func (b *Backend) Blocks(ctx context.Context, ids []uint64) (blocks [][]byte, err error) {
	err = b.call("blocks", false, func() error {
		blocks, err = b.Backend.Blocks(ctx, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	return blocks, nil
}

// Append is a call that writes.
func (b *Backend) Append(ctx context.Context, a log.Append) error {
	return b.call("append", true, func() error { return b.Backend.Append(ctx, a) })
}

// Replace is a call that writes.
func (b *Backend) Replace(ctx context.Context, r log.Replace) error {
	return b.call("replace", true, func() error { return b.Backend.Replace(ctx, r) })
}

// Watch tells of nothing, so that the calls that there are do not hang on when a
// store hears of others.
func (b *Backend) Watch(log.Watcher) {}

// Survey is a call.
func (b *Backend) Survey(ctx context.Context) (s log.Survey, err error) {
	err = b.call("survey", false, func() error {
		s, err = b.Backend.Survey(ctx)
		return err
	})
	if err != nil {
		return log.Survey{}, err
	}
	return s, nil
}

// SetAside is a call that writes.
func (b *Backend) SetAside(ctx context.Context, pieces []log.Piece) error {
	return b.call("set aside", true, func() error { return b.Backend.SetAside(ctx, pieces) })
}

// Aside is a call.
func (b *Backend) Aside(ctx context.Context) (pieces []log.Piece, err error) {
	err = b.call("aside", false, func() error {
		pieces, err = b.Backend.Aside(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pieces, nil
}

// call runs do, unless the plan is against it.
func (b *Backend) call(op string, writes bool, do func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	f, hit := b.plan[b.calls]
	hit = hit && !b.dead && (writes || f != Quota && f != FailUnknown && f != FailBlind)
	if hit {
		b.met++
	}
	if hit && f == Quota {
		b.left = quotaWrites
	}
	b.crashed = b.crashed || hit && f == CrashBefore
	b.dead = b.dead || b.crashed || hit && f == Close
	switch {
	case b.dead:
		return &code.Error{Code: code.Closed, Op: op, Message: "the connection was closed by the test"}
	case writes && b.left > 0:
		b.left--
		return &code.Error{Code: code.Quota, Op: op, Message: "no room by order of the test"}
	case !writes && b.blind:
		b.blind = false
		return &code.Error{Code: code.Unavailable, Op: op, Message: "not read by order of the test"}
	case hit && f == FailBefore:
		return &code.Error{Code: code.Unavailable, Op: op, Message: "failed by order of the test"}
	case hit && f == FailUnknown:
		return &code.Error{Code: code.UnknownOutcome, Op: op, Message: "lost by order of the test"}
	}
	err := do()
	if err != nil || !hit {
		return err
	}
	return b.after(op, f, writes)
}

// after is the error of a call that has done its work.
func (b *Backend) after(op string, f Fault, writes bool) error {
	lost := &code.Error{Code: code.Unavailable, Op: op, Message: "the answer was lost by order of the test"}
	if writes {
		lost.Code = code.UnknownOutcome
	}
	switch f {
	case FailAfter:
		return lost
	case FailBlind:
		b.blind = true
		return lost
	case CrashAfter:
		b.dead, b.crashed = true, true
		return &code.Error{Code: code.Closed, Op: op, Message: "the program ended by order of the test"}
	}
	return nil
}
