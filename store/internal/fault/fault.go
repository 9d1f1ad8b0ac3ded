// Package fault is a Backend that fails on purpose, at one call of one's choice.
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

// Backend passes calls on to another, but for those that the plan is about. Calls
// are counted from 1: Read, Blocks, Append and Replace.
type Backend struct {
	log.Backend
	fault Fault
	at    int

	mu    sync.Mutex
	calls int
	met   bool
	left  int // writes that find no room
	blind bool
	dead  bool
}

// New returns a Backend that meets the fault at call number at, or never if that
// is 0.
func New(b log.Backend, f Fault, at int) *Backend { return &Backend{Backend: b, fault: f, at: at} }

// Met reports whether the call was reached and the fault made a difference.
func (b *Backend) Met() bool {
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
	return b.dead && b.fault != Close
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

// call runs do, unless the plan is against it.
func (b *Backend) call(op string, writes bool, do func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	hit := b.calls == b.at
	if hit && (writes || b.fault != Quota && b.fault != FailUnknown && b.fault != FailBlind) {
		b.met = true
		if b.fault == Quota {
			b.left = quotaWrites
		}
	}
	before := hit && b.fault == CrashBefore || hit && b.fault == Close
	switch {
	case b.dead || before:
		b.dead = true
		return &code.Error{Code: code.Closed, Op: op, Message: "the connection was closed by the test"}
	case writes && b.left > 0:
		b.left--
		return &code.Error{Code: code.Quota, Op: op, Message: "no room by order of the test"}
	case !writes && b.blind:
		b.blind = false
		return &code.Error{Code: code.Unavailable, Op: op, Message: "not read by order of the test"}
	case hit && b.fault == FailBefore:
		return &code.Error{Code: code.Unavailable, Op: op, Message: "failed by order of the test"}
	case hit && b.fault == FailUnknown && writes:
		return &code.Error{Code: code.UnknownOutcome, Op: op, Message: "lost by order of the test"}
	}
	err := do()
	if err != nil || !hit {
		return err
	}
	return b.after(op, writes)
}

// after is the error of a call that has done its work.
func (b *Backend) after(op string, writes bool) error {
	b.blind = b.fault == FailBlind && writes
	switch b.fault {
	case FailAfter, FailBlind:
		if b.fault == FailBlind && !writes {
			return nil
		}
		if writes {
			return &code.Error{Code: code.UnknownOutcome, Op: op, Message: "the answer was lost by order of the test"}
		}
		return &code.Error{Code: code.Unavailable, Op: op, Message: "the answer was lost by order of the test"}
	case CrashAfter:
		b.dead = true
		return &code.Error{Code: code.Closed, Op: op, Message: "the program ended by order of the test"}
	}
	return nil
}
