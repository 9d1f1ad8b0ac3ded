package fault

import (
	"fmt"
	"testing"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

// mostCalls bounds a sweep: work that makes more calls does not end.
const mostCalls = 10_000

// Work is what faults are tried on. It gets a Backend on the storage that was made
// for this run.
type Work[S log.Backend] func(t *testing.T, storage S, b *Backend)

// Sweep runs work once for every call that it makes and every fault, on a new
// storage each time, and returns how many faults were met, by fault.
func Sweep[S log.Backend](t *testing.T, faults []Fault, open func() S, work Work[S]) map[Fault]int {
	t.Helper()
	met := map[Fault]int{}
	for _, f := range faults {
		for at := 1; ; at++ {
			b := run(t, Plan{at: f}, open, work)
			met[f] += b.Met()
			if t.Failed() || b.Calls() < at {
				break
			}
		}
		require.Positive(t, met[f], "%s was never met", f)
	}
	return met
}

// SweepPairs runs work for every two of the calls that it makes and all faults, and
// returns in how many runs both were met. Work that has ended at the first fault
// meets no second one.
func SweepPairs[S log.Backend](t *testing.T, faults []Fault, open func() S, work Work[S]) int {
	t.Helper()
	both := 0
	for _, f := range faults {
		for at := 1; ; at++ {
			calls := run(t, Plan{at: f}, open, work).Calls()
			for next := at + 1; next <= calls; next++ {
				for _, g := range faults {
					if run(t, Plan{at: f, next: g}, open, work).Met() == 2 {
						both++
					}
				}
			}
			if t.Failed() || calls < at {
				break
			}
		}
	}
	return both
}

// run runs work once.
func run[S log.Backend](t *testing.T, plan Plan, open func() S, work Work[S]) *Backend {
	t.Helper()
	for at := range plan {
		require.Less(t, at, mostCalls, "the work does not end")
	}
	storage := open()
	b := New(storage, plan)
	t.Run(fmt.Sprint(plan), func(t *testing.T) { work(t, storage, b) })
	return b
}
