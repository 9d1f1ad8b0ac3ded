//go:build !js || sdl

package store_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/storetest"
)

var (
	liveSeeds = flag.Int("live.seeds", someSeeds, "how many random schemas with live queries are played on")
	liveSeed  = flag.Uint64("live.seed", 0, "the first of them")
)

const (
	mostModels = 8
	liveRounds = 24
)

// inTenSeeds is how often something must have happened in ten seeds, about half of
// what does.
var inTenSeeds = map[string]int{
	"save": 100, "batch": 30, "delete": 40, "transaction": 30, "cascade": 10, "save CONFLICT": 6, "race": 6, "undone": 30, "corrected": 30, "reopen": 5,
	"live patches": 250, "live still": 2000, "live moves": 20, "live windows": 50, "live counts": 12, "live trees": 70,
	"live groups": 180, "groups still": 2000, "other tab": 170, "events": 300,
}

// Every emission of every live query is folded after each commit, and compared with
// a fresh query, and with a look at every row by code that knows nothing of views:
// on schemas, data, queries and commits at random, of which some are undone because
// storage refuses them, some are cascades or transactions, and some are another
// tab's.
func TestLive_IsAFreshQueryAfterEachCommitOnRandomSchemas(t *testing.T) {
	t.Parallel()
	stats := map[string]int{}
	for seed := *liveSeed; seed < *liveSeed+uint64(*liveSeeds); seed++ {
		playLive(t, seed, stats)
	}
	t.Log(*liveSeeds, "seeds:", stats)
	for what, least := range inTenSeeds {
		if *liveSeeds >= 20 {
			require.GreaterOrEqual(t, 10*stats[what], least**liveSeeds, "too little of this happened: %s", what)
		}
	}
}

// playLive plays on the schema of one seed.
func playLive(t *testing.T, seed uint64, stats map[string]int) {
	sdl := storetest.NewGenerator(seed).SDL(mostModels)
	g := gameOn(t, seed, storetest.Schema(t, sdl))
	g.stats = stats
	g.replay = fmt.Sprintf("%s\ngo test ./store -run '^%s$' -live.seed=%d -live.seeds=1", sdl, t.Name(), seed)
	g.IDs = 3 + g.IntN(10)
	g.knowing = true
	r := &rounds{game: g, storages: map[*store.Store]*refusing{}, looked: map[*store.Store]state{}}
	r.begin(1 + g.IntN(2))
	for range liveRounds {
		r.step()
	}
	g.end()
}
