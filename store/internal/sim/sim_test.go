//go:build !js || sdl

package sim

import (
	"bufio"
	"flag"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	seeds = flag.Int("seeds", 500, "how many worlds are run")
	from  = flag.Int64("from", 1, "the first of their seeds")
	seed  = flag.Int64("seed", 0, "run this one alone, and tell what happens in it")
	steps = flag.Int("steps", 0, "of writers in that one; 0 for as many as its seed says")
)

// found are seeds that failed once.
const found = "testdata/seeds.txt"

func TestSim_KeepsEveryPromiseWhateverHappens(t *testing.T) {
	schemas, err := Schemas()
	require.NoError(t, err)
	if *seed != 0 {
		report, err := Run(Config{Seed: *seed, Steps: *steps, Trace: func(s string) { t.Log(s) }}, schemas)
		t.Logf("%+v", report)
		require.NoError(t, err)
		return
	}
	list := foundSeeds(t)
	for n := range *seeds {
		list = append(list, *from+int64(n))
	}
	var mu sync.Mutex
	var sum Report
	var failed []int64
	work := make(chan int64)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for seed := range work {
				report, err := Run(Config{Seed: seed}, schemas)
				mu.Lock()
				add(&sum, report)
				if err != nil {
					failed = append(failed, seed)
					t.Logf("seed %d: %v", seed, err)
				}
				mu.Unlock()
			}
		})
	}
	for _, seed := range list {
		mu.Lock()
		enough := len(failed) > 3
		mu.Unlock()
		if enough {
			break
		}
		work <- seed
	}
	close(work)
	group.Wait()
	t.Logf("seeds=%d steps=%d acked=%d lost-with-their-profile=%d applied=%d rejected=%d conflicts=%d requests=%d ahead=%d",
		len(list), sum.Steps, sum.Acked, sum.Lost, sum.Applied, sum.Rejected, sum.Conflicts, sum.Requests, sum.Ahead)
	if len(failed) > 0 {
		explain(t, failed[0])
	}
	for f, n := range sum.Faults {
		t.Logf("%s: %d", Fault(f), n)
		require.GreaterOrEqual(t, n, len(list)/25, "too little of: %s", Fault(f))
	}
	require.GreaterOrEqual(t, sum.Acked, 20*len(list))
	require.GreaterOrEqual(t, sum.Conflicts, len(list)/5)
	require.GreaterOrEqual(t, sum.Ahead, len(list))
}

// explain makes the failure simpler and tells it.
func explain(t *testing.T, seed int64) {
	schemas, err := Schemas()
	require.NoError(t, err)
	c, err := Shrink(Config{Seed: seed}, schemas, nil)
	var trace []string
	c.Trace = func(s string) { trace = append(trace, s) }
	_, _ = Run(c, schemas)
	require.FailNow(t, "a promise was broken", "seed %d, steps %d, without %v: %v\n%s\nreplay: go test ./store/internal/sim -run Sim -seed=%d -v",
		seed, c.Steps, c.Off, err, strings.Join(trace[max(0, len(trace)-80):], "\n"), seed)
}

func foundSeeds(t *testing.T) (list []int64) {
	f, err := os.Open(found)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
		list = append(list, n)
	}
	return list
}

func add(sum *Report, r Report) {
	for f, n := range r.Faults {
		sum.Faults[f] += n
	}
	sum.Steps += r.Steps
	sum.Acked += r.Acked
	sum.Lost += r.Lost
	sum.Applied += r.Applied
	sum.Rejected += r.Rejected
	sum.Conflicts += r.Conflicts
	sum.Requests += r.Requests
	sum.Ahead += r.Ahead
	sum.Events += r.Events
}
