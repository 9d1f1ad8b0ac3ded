package fault

import (
	"fmt"
	"testing"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

// mostCalls bounds a sweep: work that makes more calls does not end.
const mostCalls = 10_000

// Sweep runs work once for every call that it makes and every fault, on a new
// storage each time, and returns how many faults were met. work gets a Backend on
// the storage that open has made.
func Sweep(t *testing.T, faults []Fault, open func() log.Backend, work func(t *testing.T, storage log.Backend, b *Backend)) int {
	t.Helper()
	total := 0
	for _, f := range faults {
		met := 0
		for at := 1; ; at++ {
			require.Less(t, at, mostCalls, "the work does not end")
			storage := open()
			b := New(storage, f, at)
			t.Run(fmt.Sprintf("%s at call %d", f, at), func(t *testing.T) { work(t, storage, b) })
			if b.Met() {
				met++
			}
			if t.Failed() || b.Calls() < at {
				break
			}
		}
		require.Positive(t, met, "%s was never met", f)
		total += met
	}
	return total
}
