package main_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	kills     = 6
	killAfter = 25 // batches answered between two kills
	clients   = 4
	batchSize = 3
)

// fleet is clients that push the same mutations until they are answered, whatever
// becomes of the server.
type fleet struct {
	answered atomic.Int64 // batches
	repeated atomic.Int64 // calls that failed and were made again
	ended    atomic.Bool
	wg       sync.WaitGroup

	mu       sync.Mutex
	url      string            // where the server is now
	next     chan struct{}     // closed when it is another one
	versions map[string]string // of records that were answered, by key
}

func (f *fleet) where() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.url
}

func (f *fleet) started() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next
}

func (f *fleet) moved(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.url = url
	close(f.next)
	f.next = make(chan struct{})
}

func (f *fleet) run(t *testing.T, ctx context.Context, client int) {
	for n := 0; !f.ended.Load(); n++ {
		var batch []object
		for i := range batchSize {
			batch = append(batch, family(fmt.Sprintf("%d-%d-%d", client, n, i)))
		}
		results, err := push(ctx, f.where(), batch...)
		for ; err != nil; results, err = push(ctx, f.where(), batch...) {
			if ctx.Err() != nil {
				return
			}
			f.repeated.Add(1)
			select { // nobody is in the way of the server that starts
			case <-f.started():
			case <-time.After(50 * time.Millisecond):
			}
		}
		f.mu.Lock()
		for _, r := range results {
			if r.Status != "applied" {
				t.Errorf("%s was answered with %s %v", r.ID, r.Status, r.Error)
			}
			for _, record := range r.Records {
				f.versions[record.ID] = record.Version
			}
		}
		f.mu.Unlock()
		f.answered.Add(1)
	}
}

func TestKill_InTheMiddleOfPushesAppliesEachMutationOnce(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			p := start(t, db)
			f := &fleet{versions: map[string]string{}, next: make(chan struct{})}
			f.moved(p.url)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for c := range clients {
				f.wg.Go(func() { f.run(t, ctx, c) })
			}
			for k := range kills {
				for f.answered.Load() < int64(killAfter*(k+1)) {
					require.NoError(t, ctx.Err(), "the server does not get on: %s", p.output())
				}
				p.kill()
				p = start(t, db)
				f.moved(p.url)
			}
			f.ended.Store(true)
			f.wg.Wait()
			require.GreaterOrEqual(t, f.repeated.Load(), int64(kills), "each kill met a push")
			requireOnce(t, f, pullAll(t, p.url))
			t.Logf("%d kills, %d batches, %d calls made again", kills, f.answered.Load(), f.repeated.Load())
		})
	}
}

// requireOnce wants what is stored to be what was answered, and every number of the
// counter to have been given out to one of its records: a mutation that was applied
// twice would have taken further ones.
func requireOnce(t *testing.T, f *fleet, all page) {
	t.Helper()
	var versions []int
	for _, c := range all.Changes {
		require.Equal(t, f.versions[c.ID], c.Version, "%s %s", c.Model, c.ID)
		n, err := strconv.Atoi(c.Version)
		require.NoError(t, err)
		versions = append(versions, n)
	}
	require.Len(t, all.Changes, len(f.versions))
	require.Len(t, all.Changes, int(f.answered.Load())*batchSize*2)
	require.True(t, slices.IsSorted(versions))
	require.Equal(t, len(versions), versions[len(versions)-1], "a number was given out to a change that is not there")
}
