//go:build !js || sdl

package store_test

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/fault"
	"github.com/granarydb/granary/store/storetest"
)

var rollbackSeeds = flag.Int("rollback.seeds", 1000/share, "in how many random histories storage is emptied or rolled back")

const (
	rollbackSteps = 5 // before and after each loss
	losses        = 2 // of one history
)

// relapse is a history whose storage loses some or all of what it holds, while
// nobody is there or under the eyes of the stores.
type relapse struct {
	*ordeal
	witness *witness
	heard   []*heard // by store
}

// heard is what a store has told of itself and of its records.
type heard struct {
	mu      sync.Mutex
	resets  []store.Notice
	records map[string]string // what its events add up to
	strange []string          // events of what cannot be
	anew    bool              // others have written since the loss, so all must be asked for anew
}

func (h *heard) notice(n store.Notice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n.Type != store.NoticeReset {
		return
	}
	h.resets = append(h.resets, n)
	if n.Emptied {
		h.records, h.anew = map[string]string{}, n.Now > 0
	}
}

func (h *heard) events(list []store.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range list {
		at := place(e.Record)
		if _, known := h.records[at]; known != (e.Op != store.Inserted) {
			h.strange = append(h.strange, string(e.Op)+" "+at)
		}
		h.records[at] = string(e.Record.JSON())
		if e.Op == store.Deleted {
			delete(h.records, at)
		}
	}
}

// all are the records of a store.
func (r *relapse) all(st *store.Store) map[string]string {
	records := map[string]string{}
	for _, m := range r.schema.Models {
		list, err := st.Query(ctx, m.Name)
		require.NoError(r, err, r.replay)
		for _, one := range list {
			records[place(one)] = string(one.JSON())
		}
	}
	return records
}

// follow has all stores take in everything.
func (r *relapse) follow() {
	for _, st := range r.stores {
		require.NoError(r, store.Follow(st), r.replay)
	}
}

// agree has all stores agree with the reference, and their observers with them.
func (r *relapse) agree() {
	r.Helper()
	r.follow()
	for i, st := range r.stores {
		r.which(st, []*storetest.Reference{r.want}, 0)
		h := r.heard[i]
		h.mu.Lock()
		if h.anew {
			h.records, h.anew = r.all(st), false
		}
		require.Empty(r, h.strange, r.replay)
		require.Equal(r, r.all(st), h.records, r.replay)
		h.mu.Unlock()
	}
}

// told fails unless each store was told of one loss, if there was one for sure.
func (r *relapse) told(sure bool) {
	r.Helper()
	for i, h := range r.heard {
		h.mu.Lock()
		require.LessOrEqual(r, len(h.resets), 1, "store %d: %+v\n%s", i, h.resets, r.replay)
		require.True(r, !sure || len(h.resets) == 1, "store %d has not noticed a loss\n%s", i, r.replay)
		h.resets = nil
		h.mu.Unlock()
	}
	if sure {
		r.stats["noticed"]++
	}
}

// lose has the storage lose something.
func (r *relapse) lose() {
	r.agree()
	r.told(false)
	for _, st := range r.stores { // a log that is folded just then would make good what was lost
		require.NoError(r, store.Rest(st), r.replay)
	}
	switch r.IntN(5) {
	case 0:
		r.leave()
		r.rewind(false)
	case 1:
		r.leave()
		r.medium.Empty()
		r.want.Clear()
		r.reopen(true)
		r.stats["emptied, closed"]++
	case 2:
		r.medium.Empty()
		r.want.Clear()
		r.since()
		r.follow()
		r.told(true)
		r.stats["emptied, open"]++
	case 3:
		r.caught(r.IntN(len(r.stores)))
	default:
		r.rewind(true)
	}
	r.agree()
}

// reopen opens all stores anew. The first notices the loss.
func (r *relapse) reopen(sure bool) {
	r.begin()
	for i, h := range r.heard {
		require.True(r, len(h.resets) == 0 || len(h.resets) == 1 && i == 0, "store %d: %+v\n%s", i, h.resets, r.replay)
	}
	require.True(r, !sure || len(r.heard[0].resets) == 1, "a loss was not noticed\n%s", r.replay)
	r.heard[0].resets = nil
	if sure {
		r.stats["noticed"]++
	}
}

// rewind rolls the storage back, under the stores that are open or before they are
// opened again.
func (r *relapse) rewind(open bool) {
	left := r.base + r.IntN(r.medium.Writes()-r.base+1)
	states := r.states[:r.most(left)+1]
	least, acked := r.least(left, false), r.least(r.medium.Writes(), false)
	r.medium.Rewind(left)
	// Which of the states it is, a store of its own tells.
	look, err := store.Open(ctx, store.Options{Schema: r.schema, Backend: r.medium.Connect()})
	require.NoError(r, err, r.replay)
	at := r.which(look, states, least)
	require.NoError(r, look.Close())
	r.want = states[at].Clone()
	missing := at < acked && !r.want.Equal(r.states[acked])
	if !open {
		r.reopen(missing)
		r.stats["rolled back, closed"]++
		return
	}
	r.since()
	before := make([]int, len(r.heard))
	for i, h := range r.heard {
		before[i] = len(h.records)
	}
	r.follow()
	r.told(missing)
	for i, h := range r.heard {
		h.mu.Lock()
		require.Len(r, h.records, before[i], "observers heard of what nobody did\n%s", r.replay)
		h.records = r.all(r.stores[i])
		h.mu.Unlock()
	}
	r.stats["rolled back, open"]++
}

// caught empties the storage while commits are on their way to it. They are made
// anew on what there is then: nothing.
func (r *relapse) caught(i int) {
	st, begun := r.stores[i], make(chan struct{})
	var reached atomic.Bool
	r.ends[i].Before(func() {
		<-begun
		reached.Store(true)
		r.medium.Empty()
	})
	var moves []move
	var commits []*store.Commit
	for range 1 + r.IntN(mostPending) {
		m := r.move()
		want := m.apply(r.want)
		pending := st.Stats().Pending
		c, err := m.begin(st)
		require.Equal(r, want, codeOf(err), "%s: %v\n%s", m.kind, err, r.replay)
		if st.Stats().Pending > pending {
			moves, commits = append(moves, m), append(commits, c)
		}
	}
	close(begun)
	lost := r.want
	r.want = storetest.NewReference(r.schema, noonText)
	for n, c := range commits {
		err := c.Wait(ctx)
		if !reached.Load() {
			break
		}
		require.Equal(r, moves[n].apply(r.want), codeOf(err), "%s: %v\n%s", moves[n].kind, err, r.replay)
		r.stats["caught"]++
	}
	if !reached.Load() { // there was nothing to write
		r.ends[i].Before(nil)
		r.want = lost
		return
	}
	r.follow()
	r.since()
	r.told(true)
	r.stats["emptied, open"]++
}

// TestRollback_IsNoticedAndWhatIsWrittenThenIsKept plays random histories whose
// storage is emptied, or rolled back to an earlier state, two times. That is noticed
// each time that acknowledged commits are gone, no observer hears of deletions, and
// of what is acknowledged from then on nothing is missing.
func TestRollback_IsNoticedAndWhatIsWrittenThenIsKept(t *testing.T) {
	stats := map[string]int{}
	for seed := *modelSeed; seed < *modelSeed+uint64(*rollbackSeeds); seed++ {
		g := gameOn(t, seed, storetest.Schema(t, storetest.NewGenerator(seed).SDL(mostModels)))
		g.IDs, g.stats = 2+g.IntN(6), stats
		g.replay = fmt.Sprintf("go test ./store -run '^%s$' -model.seed=%d -rollback.seeds=1", t.Name(), seed)
		playRelapse(g)
	}
	t.Logf("%d histories: %v", *rollbackSeeds, stats)
	for _, what := range []string{"emptied, closed", "emptied, open", "rolled back, closed", "rolled back, open", "caught"} {
		require.GreaterOrEqual(t, stats[what], *rollbackSeeds/5, what)
	}
	require.GreaterOrEqual(t, stats["noticed"], *rollbackSeeds)
}

func playRelapse(g *game) {
	stores := 1 + g.IntN(3)
	r := &relapse{witness: &witness{}, heard: make([]*heard, stores)}
	o := &ordeal{game: g, medium: fault.NewMedium()}
	r.ordeal = o
	o.tuned = func(i int, options *store.Options) {
		r.heard[i] = &heard{}
		options.Witness, options.Notice = r.witness, r.heard[i].notice
	}
	o.opened = func(i int) {
		h := r.heard[i]
		h.records = r.all(r.stores[i])
		_, err := r.stores[i].Observe("", h.events)
		require.NoError(r, err)
	}
	o.start(stores)
	for range losses {
		for range rollbackSteps {
			r.step()
		}
		r.lose()
	}
	for range rollbackSteps {
		r.step()
	}
	r.agree()
	r.told(false)
	problems, err := r.stores[0].Check(ctx)
	require.NoError(r, err, r.replay)
	require.Empty(r, problems, r.replay)
	r.leave()
	r.begin()
	r.agree()
	r.told(false)
	r.leave()
}
