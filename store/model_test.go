//go:build !js || sdl

package store_test

import (
	"context"
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
)

var (
	modelSeeds = flag.Int("model.seeds", 100, "how many random histories the store is compared on")
	modelSeed  = flag.Uint64("model.seed", 0, "the first of them")
)

const (
	noon     = 1_700_000_000_000 // the time on every clock
	noonText = "2023-11-14T22:13:20.000Z"
	steps    = 60
)

// play runs histories, and fails if too little of what it is for has happened.
func play(t *testing.T, stores int, step func(g *game, st *store.Store)) {
	stats := map[string]int{}
	for seed := *modelSeed; seed < *modelSeed+uint64(*modelSeeds); seed++ {
		g := newGame(t, seed, stores)
		g.stats = stats
		g.replay = fmt.Sprintf("go test ./store -run '^%s$' -model.seed=%d -model.seeds=1", t.Name(), seed)
		for range steps {
			i := g.IntN(len(g.stores))
			switch n := g.IntN(60); {
			case n == 0:
				require.NoError(t, store.Follow(g.stores[i]), g.replay)
				require.NoError(t, g.stores[i].Clear(context.Background()), g.replay)
				g.want.Clear()
			case n < 4:
				require.NoError(t, g.stores[i].Close(), g.replay)
				g.stores[i] = g.open()
				if g.mirrors[g.stores[i]] != nil {
					g.agree(g.stores[i])
				}
				stats["reopen"]++
			default:
				step(g, g.stores[i])
			}
			g.remember()
		}
		g.end()
	}
	t.Log(*modelSeeds, "seeds:", stats)
	for _, what := range []string{"save", "batch", "delete", "reopen", "save CONFLICT", "save REFERENCE", "live patches", "live still", "live groups", "groups still", "events", "remembered"} {
		require.GreaterOrEqual(t, stats[what], *modelSeeds, what)
	}
	require.GreaterOrEqual(t, stats["delete REFERENCE"], *modelSeeds/100)
	require.GreaterOrEqual(t, stats["live trees"], *modelSeeds/20)
}

// mirrored makes a move in a store that knows all, and in the reference.
func mirrored(g *game, st *store.Store) {
	g.knowing = true
	var commits []*store.Commit
	for range 1 + g.IntN(3) { // several on their way at a time
		m := g.move()
		want := m.apply(g.want)
		c, err := m.begin(st)
		require.Equal(g, want, codeOf(err), "%s: %v\n%s", m.kind, err, g.replay)
		g.stats[m.kind]++
		if err == nil {
			commits = append(commits, c)
		} else {
			g.stats[m.kind+" "+string(want)]++
		}
	}
	// Before it is durable, too; but when another store folds the log meanwhile, the
	// change is made again between two looks at it.
	if g.Chance(2) && len(g.stores) == 1 {
		g.agree(st)
	}
	for _, c := range commits {
		require.NoError(g, c.Wait(context.Background()), g.replay)
	}
	g.agree(st)
}

func TestModel_OneStoreAgreesWithTheReference(t *testing.T) {
	t.Parallel()
	play(t, 1, mirrored)
}

func TestModel_ThreeStoresThatFollowAgreeWithTheReference(t *testing.T) {
	t.Parallel()
	play(t, 3, func(g *game, st *store.Store) {
		require.NoError(g, store.Follow(st), g.replay)
		mirrored(g, st)
	})
}

// A store that does not know what others have written runs its change again on top
// of it, and the outcome is that of a store that knew.
func TestModel_StoresThatAreBehindEndUpWithTheSame(t *testing.T) {
	t.Parallel()
	play(t, 3, func(g *game, st *store.Store) {
		m := g.move()
		require.NoError(g, store.Rest(st), g.replay) // a folding that has lost a race lets it know more
		head := store.Head(st)
		c, err := m.begin(st)
		if err == nil {
			err = c.Wait(context.Background())
		}
		g.stats[m.kind]++
		if err != nil {
			g.stats[m.kind+" "+string(codeOf(err))]++
		}
		if store.Head(st) == head {
			return // it was refused, or nothing was to be done, by what the store knew
		}
		require.Equal(g, m.apply(g.want), codeOf(err), "%s: %v\n%s", m.kind, err, g.replay)
		g.agree(st)
	})
}
