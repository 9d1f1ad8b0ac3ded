//go:build !js || sdl

package store_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/fault"
	"github.com/granarydb/granary/store/storetest"
)

var crashPoints = flag.Int("crash.points", 5000/share, "at how many points of random histories the program or the power ends")

const (
	crashSteps  = 25 // of one history
	afterwards  = 4  // of what goes on after a crash
	mostPending = 3  // commits on their way at a time
)

// ordeal is a random history on a medium that may end at any of its writes, and
// then goes on from what is left.
type ordeal struct {
	*game
	medium *fault.Medium
	base   int                 // writes of the medium that were there before
	ends   []*fault.Connection // of the stores
	states []*storetest.Reference
	reach  atomic.Int64 // the last state that may be in storage by now
	acked  []ack
	strict []bool                        // by store
	tuned  func(i int, o *store.Options) // says what else store number i is made of; may be nil
	opened func(i int)                   // is told that it was opened; may be nil
	cuts   *rand.Rand                    // apart from the history's, so that this stays the same
}

// ack is that storage was said to hold a state.
type ack struct {
	state, writes int
	strict        bool
}

// ordealOn begins a history in a state.
func ordealOn(g *game, medium *fault.Medium, stores int) *ordeal {
	o := &ordeal{game: g, medium: medium}
	o.start(stores)
	return o
}

func (o *ordeal) start(stores int) {
	o.cuts = rand.New(rand.NewPCG(o.Uint64(), 1))
	o.medium.Mark = func() int { return int(o.reach.Load()) }
	o.stores = make([]*store.Store, stores)
	o.ends, o.strict = make([]*fault.Connection, stores), make([]bool, stores)
	o.begin()
}

// begin takes the present state for the first, and opens all stores.
func (o *ordeal) begin() {
	o.since()
	for i := range o.stores {
		o.enter(i)
	}
}

// since takes the present state for the first.
func (o *ordeal) since() {
	o.base, o.acked = o.medium.Writes(), nil
	o.states = []*storetest.Reference{o.want.Clone()}
	o.reach.Store(0)
}

// enter opens store number i.
func (o *ordeal) enter(i int) {
	o.ends[i], o.strict[i] = o.medium.Connect(), o.Chance(3)
	options := store.Small(store.Options{Schema: o.schema, Backend: o.ends[i], Strict: o.strict[i],
		Clock: func() int64 { return noon }, Preload: -o.IntN(2)}, 2+o.IntN(8), 200+o.IntN(600))
	if o.tuned != nil {
		o.tuned(i, &options)
	}
	st, err := store.Open(ctx, options)
	require.NoError(o, err, o.replay)
	require.NoError(o, store.Follow(st), o.replay) // so that it has looked around when this is done
	o.stores[i] = st
	if o.opened != nil {
		o.opened(i)
	}
}

// leave closes all stores; what they do from then on is no part of the history.
func (o *ordeal) leave() {
	for _, st := range o.stores {
		require.NoError(o, st.Close())
	}
}

// next is the state that a commit under way leads to.
func (o *ordeal) next() {
	o.reached()
	o.reach.Store(int64(len(o.states) - 1))
}

// reached notes the present state.
func (o *ordeal) reached() {
	if !o.want.Equal(o.states[len(o.states)-1]) {
		o.states = append(o.states, o.want.Clone())
	}
}

// ack notes that everything so far was acknowledged, by a store that promises that
// what it has written is on the medium, or does not.
func (o *ordeal) ack(strict bool) {
	wrote := len(o.acked) == 0 || o.acked[len(o.acked)-1].state < len(o.states)-1
	o.acked = append(o.acked, ack{len(o.states) - 1, o.medium.Writes(), strict && wrote})
}

// step lets one store do something.
func (o *ordeal) step() {
	i := o.IntN(len(o.stores))
	st := o.stores[i]
	switch n := o.IntN(24); {
	case n == 0:
		require.NoError(o, store.Follow(st), o.replay)
		o.want.Clear()
		o.next()
		require.NoError(o, st.Clear(ctx), o.replay)
		o.ack(o.strict[i])
	case n < 4:
		require.NoError(o, st.Close(), o.replay)
		o.enter(i)
	case n < 7:
		o.die(i)
	case n < 12 && len(o.stores) > 1:
		o.behind(i)
	default:
		o.several(i)
	}
	o.remember()
}

// several sends some commits of a store that knows everything on their way, and
// waits for them.
func (o *ordeal) several(i int) {
	st := o.stores[i]
	require.NoError(o, store.Follow(st), o.replay)
	defer o.hurry(st)()
	var commits []*store.Commit
	for range 1 + o.IntN(mostPending) {
		m := o.move()
		want := m.apply(o.want)
		if want == "" {
			o.next()
		}
		c, err := m.begin(st)
		require.Equal(o, want, codeOf(err), "%s: %v\n%s", m.kind, err, o.replay)
		if err == nil {
			commits = append(commits, c)
		}
	}
	for _, c := range commits {
		require.NoError(o, c.Wait(ctx), o.replay)
		o.stats["acknowledged"]++
	}
	o.ack(o.strict[i])
}

// hurry has a store write in a hurry, now and then, until what it returns is called.
func (o *ordeal) hurry(st *store.Store) (end func()) {
	if !o.Chance(3) {
		return func() {}
	}
	o.stats["in a hurry"]++
	st.Hurry()
	return func() {
		st.Wake()
		require.NoError(o, store.Follow(st), o.replay) // so that it has looked around when this is done
	}
}

// behind makes one commit of a store that may not know what others wrote.
func (o *ordeal) behind(i int) {
	st := o.stores[i]
	m, head := o.move(), store.Head(st)
	o.reach.Store(int64(len(o.states)))
	c, err := m.begin(st)
	if err == nil {
		err = c.Wait(ctx)
	}
	if store.Head(st) == head {
		return // it was refused, or nothing was to be done, by what the store knew
	}
	require.Equal(o, m.apply(o.want), codeOf(err), "%s: %v\n%s", m.kind, err, o.replay)
	if err == nil {
		o.next()
		o.ack(o.strict[i])
		o.stats["acknowledged"]++
	}
}

// die lets the program of a store end while commits are on their way. What was
// acknowledged is there when it starts again, and of the rest a beginning.
func (o *ordeal) die(i int) {
	st := o.stores[i]
	require.NoError(o, store.Follow(st), o.replay)
	o.hurry(st)
	o.ends[i].Kill(o.IntN(3), o.Chance(2))
	possible := []*storetest.Reference{o.want.Clone()}
	var commits []*store.Commit
	for range 1 + o.IntN(mostPending) {
		m, after := o.move(), possible[len(possible)-1].Clone()
		want := m.apply(after)
		o.reach.Add(1)
		c, err := m.begin(st)
		if codeOf(err) != want && o.ends[i].Dead() {
			break // the commits before were taken back
		}
		require.Equal(o, want, codeOf(err), "%s: %v\n%s", m.kind, err, o.replay)
		if err == nil {
			commits, possible = append(commits, c), append(possible, after)
		}
	}
	acked := 0
	for n, c := range commits {
		err := c.Wait(ctx)
		if err == nil && acked == n { // what begins after the end has nothing to store, or fails
			acked++
		}
		require.True(o, err == nil || o.ends[i].Dead(), "%v\n%s", err, o.replay)
	}
	require.NoError(o, st.Close())
	strict := o.strict[i]
	o.enter(i)
	at := o.which(o.stores[i], possible, acked)
	for n, s := range possible[1 : at+1] {
		o.want = s
		o.reached() // all of them are written: what another store folds meanwhile has the last
		o.ack(strict && n < acked)
	}
	o.reach.Store(int64(len(o.states) - 1))
	o.stats["acknowledged"] += acked
	o.stats["kill"]++
	o.stats["unknown, kept"] += at - acked
	o.stats["unknown, lost"] += len(possible) - 1 - at
}

// which returns the first of the states, from number least on, that a store holds.
func (o *ordeal) which(st *store.Store, states []*storetest.Reference, least int) int {
	o.Helper()
	got, err := o.want.Read(st)
	require.NoError(o, err, o.replay)
	for at := least; at < len(states); at++ {
		if states[at].Equal(got) {
			return at
		}
	}
	for at, s := range o.states {
		require.False(o, s.Equal(got), "the store holds state %d, and may hold those from %d to %d\n%s", at, least, len(states)-1, o.replay)
	}
	require.Equal(o, states[least].String(), got.String(), "state %d to %d\n%s", least, len(states)-1, o.replay)
	return -1
}

// most is the last state that so many writes can have led to.
func (o *ordeal) most(writes int) int {
	if writes == o.base {
		return 0
	}
	return min(o.medium.MarkOf(writes), len(o.states)-1)
}

// least is the last state that was acknowledged by so many writes; or, if only
// strict promises count, by strict ones.
func (o *ordeal) least(writes int, strict bool) int {
	state := 0
	for _, a := range o.acked {
		if a.writes <= writes && (a.strict || !strict) {
			state = max(state, a.state)
		}
	}
	return state
}

// judge ends the program and the power at each write of the history and looks at
// what is left. Now and then the history goes on from there, and is judged again.
func (o *ordeal) judge(deeper bool) {
	nothing := []*storetest.Reference{storetest.NewReference(o.schema, noonText)}
	for n := o.base; n <= o.medium.Writes(); n++ {
		o.stats["crash"]++
		o.point(n, o.states[:o.most(n)+1], o.least(n, false), deeper)
		o.stats["power cut"]++
		left, wiped := o.medium.Left(o.cuts, n)
		if wiped {
			o.stats["wiped"]++
			o.point(0, nothing, 0, deeper)
			continue
		}
		least := max(o.least(left, false), o.least(n, true))
		if least < o.least(n, false) {
			o.stats["acknowledged and lost"]++
		}
		o.point(left, o.states[:o.most(left)+1], least, deeper)
	}
}

// point opens a store on the first writes of the history. It must hold one of the
// states, from number least on.
func (o *ordeal) point(writes int, states []*storetest.Reference, least int, deeper bool) {
	medium := o.medium.Cut(writes)
	st, err := store.Open(ctx, store.Options{Schema: o.schema, Backend: medium.Connect(), Clock: func() int64 { return noon }, Preload: -o.cuts.IntN(2)})
	require.NoError(o, err, "after write %d\n%s", writes, o.replay)
	at := o.which(st, states, least)
	problems, err := st.Check(ctx)
	require.NoError(o, err, o.replay)
	require.Empty(o, problems, "after write %d\n%s", writes, o.replay)
	require.NoError(o, st.Close())
	if !deeper || o.cuts.IntN(8) > 0 {
		return
	}
	g := gameOn(o.TB, o.cuts.Uint64(), o.schema)
	g.IDs, g.want, g.past, g.stats, g.replay = o.IDs, states[at].Clone(), slices.Clone(o.past), o.stats, o.replay
	next := ordealOn(g, medium, 1+o.cuts.IntN(2))
	next.run(afterwards)
	next.judge(false)
	o.stats["went on"]++
}

// run makes that many steps.
func (o *ordeal) run(steps int) {
	for range steps {
		o.step()
	}
	o.leave()
}

// TestCrash_AtEachWriteLeavesWhatWasAcknowledged plays random histories of one to
// three stores and ends the program, and the power, at each of their writes. After
// the end of a program nothing acknowledged is missing; after a power cut only the
// last commits that were not strict; and there is never half of anything.
func TestCrash_AtEachWriteLeavesWhatWasAcknowledged(t *testing.T) {
	stats := map[string]int{}
	points, seed := 0, *modelSeed
	wanted := []string{"acknowledged", "kill", "in a hurry", "unknown, kept", "unknown, lost", "acknowledged and lost", "wiped", "went on"}
	rare := func(what string) bool { return stats[what] < *crashPoints/100 }
	// When goroutines run is part of a history, so what must be met may need some more of them.
	for ; points < *crashPoints || points < 10**crashPoints && slices.ContainsFunc(wanted, rare); seed++ {
		s := storetest.Schema(t, storetest.Library)
		if seed%2 == 1 {
			s = storetest.Schema(t, storetest.NewGenerator(seed).SDL(mostModels))
		}
		g := gameOn(t, seed, s)
		g.IDs, g.stats = 2+g.IntN(6), stats
		g.replay = fmt.Sprintf("go test ./store -run '^%s$' -model.seed=%d -crash.points=1", t.Name(), seed)
		o := ordealOn(g, fault.NewMedium(), 1+g.IntN(3))
		o.run(crashSteps)
		o.judge(true)
		points = stats["crash"] + stats["power cut"]
	}
	t.Logf("%d points in %d histories: %v", points, seed-*modelSeed, stats)
	for _, what := range wanted {
		require.GreaterOrEqual(t, stats[what], *crashPoints/100, what)
	}
}
