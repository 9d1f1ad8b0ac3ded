package conformance

import (
	"fmt"
	"io"
	"time"
)

// Print writes a line for a result.
func Print(w io.Writer, r Result) {
	sign := map[Status]string{Passed: "✓", Failed: "✗", NotApplicable: "–"}[r.Status]
	fmt.Fprintf(w, "%s %-24s %s", sign, r.Name, r.What)
	switch r.Status {
	case Failed:
		fmt.Fprintf(w, "\n  failed: %s", r.Why)
	case NotApplicable:
		fmt.Fprintf(w, "\n  not applicable: %s", r.Why)
	}
	fmt.Fprintln(w)
}

// Summary is how many checks ended in which way.
func Summary(results []Result) string {
	counts := map[Status]int{}
	var took time.Duration
	for _, r := range results {
		counts[r.Status]++
		took += r.Took
	}
	return fmt.Sprintf("%d passed, %d failed, %d not applicable, in %s", counts[Passed], counts[Failed], counts[NotApplicable], took.Round(time.Millisecond))
}

// Passes reports whether no check failed.
func Passes(results []Result) bool {
	for _, r := range results {
		if r.Status == Failed {
			return false
		}
	}
	return true
}
