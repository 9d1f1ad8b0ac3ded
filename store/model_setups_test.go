//go:build !js || sdl

package store_test

import (
	"flag"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/storetest"
)

var setupSeeds = flag.Int("setup.seeds", 200/share, "how many random schemas are played on, in stores that are set up in turn in every way")

const setupSteps = 20

// setup is how the stores of a history are made, none of which may make a
// difference to what they hold.
type setup struct {
	tabs   int
	batch  int // records of a large save
	fold   int // entries after which the log is folded
	block  int // bytes of a block
	reopen int // a store is opened again after one operation in so many
}

// setupOf takes the setups in turn: neighbours differ in everything.
func setupOf(seed uint64) setup {
	turn := func(list ...int) int {
		at := seed % uint64(len(list))
		seed /= uint64(len(list))
		return list[at]
	}
	return setup{tabs: turn(1, 3), batch: turn(1, 6, 48), fold: turn(1, 2, 7, 1000), reopen: turn(1, 1, 5), block: turn(100, 500, 100_000)}
}

// various is a game of stores that are set up in some way.
type various struct {
	*game
	setup setup
}

func (v *various) enter(i int) {
	edition := &atomic.Int64{}
	st, err := store.Open(ctx, store.Small(store.Options{Schema: v.schema, Backend: storetest.Deaf{Backend: v.storage.Handle()},
		Clock: func() int64 { return noon }, Preload: -v.IntN(2), Changed: func() { edition.Add(1) }}, v.setup.fold, v.setup.block))
	require.NoError(v, err, v.replay)
	require.NoError(v, store.Follow(st), v.replay) // so that it has looked around when this is done
	v.stores[i], v.edition[st] = st, edition
	v.watch(st)
	v.mirror(st)
}

// step lets one store do something.
func (v *various) step() {
	i := v.IntN(len(v.stores))
	st := v.stores[i]
	behind := len(v.stores) > 1 && v.Chance(2)
	if !behind {
		require.NoError(v, store.Follow(st), v.replay)
	}
	switch n := v.IntN(40); {
	case n == 0 && !behind:
		v.want.Clear()
		require.NoError(v, st.Clear(ctx), v.replay)
		v.stats["clear"]++
	case n < 6 && !behind:
		v.does(st, v.transaction(), false)
	case n < 12:
		v.does(st, v.save("batch", v.large()), behind)
	default:
		v.does(st, v.move(), behind)
	}
	v.remember()
	if v.Chance(v.setup.reopen) {
		v.again(i)
	}
}

// large makes records to save at once, most often such as can be saved.
func (v *various) large() (puts []store.Put) {
	mixed := v.Chance(3)
	for range v.setup.batch {
		if mixed {
			puts = append(puts, v.put())
			continue
		}
		m := storetest.Pick(v.Generator, v.schema.Models)
		if row := v.mended(m, v.Row(m)); !v.hangs(m, row) {
			puts = append(puts, store.Put{Model: m.Name, Row: v.Text(row)})
		}
	}
	return puts
}

// does makes a move in a store and in the reference.
func (v *various) does(st *store.Store, m move, behind bool) {
	v.knowing = !behind
	head := store.Head(st)
	c, err := m.begin(st)
	if err == nil {
		err = c.Wait(ctx)
	}
	if behind && store.Head(st) == head {
		return // it was refused, or nothing was to be done, by what the store knew
	}
	require.Equal(v, m.apply(v.want), codeOf(err), "%s: %v\n%s", m.kind, err, v.replay)
	v.agree(st)
	if behind {
		v.stats["behind"]++
	}
	if err != nil {
		v.stats["refused"]++
		return
	}
	v.stats[m.kind]++
}

// again closes a store and opens it again, on what it has left.
func (v *various) again(i int) {
	require.NoError(v, v.stores[i].Close(), v.replay)
	v.enter(i)
	v.agree(v.stores[i])
	problems, err := v.stores[i].Check(ctx)
	require.NoError(v, err, v.replay)
	require.Empty(v, problems, v.replay)
	v.stats["opened again"]++
}

// TestModel_OnRandomSchemasHoweverTheStoreIsSetUp plays on random schemas, with one
// tab and three, small and large batches, logs that are folded at once or never, and
// stores that are opened again after every operation.
func TestModel_OnRandomSchemasHoweverTheStoreIsSetUp(t *testing.T) {
	stats := map[string]int{}
	for seed := *modelSeed; seed < *modelSeed+uint64(*setupSeeds); seed++ {
		sdl := storetest.NewGenerator(seed).SDL(mostModels)
		v := &various{game: gameOn(t, seed, storetest.Schema(t, sdl)), setup: setupOf(seed)}
		v.IDs, v.stats = 2+v.IntN(12), stats
		v.replay = fmt.Sprintf("%s\n%+v\ngo test ./store -run '^%s$' -model.seed=%d -setup.seeds=1", sdl, v.setup, t.Name(), seed)
		v.stores = make([]*store.Store, v.setup.tabs)
		for i := range v.stores {
			v.enter(i)
		}
		for range setupSteps {
			v.step()
		}
		v.end()
	}
	t.Log(*setupSeeds, "seeds:", stats)
	for what, each := range map[string]int{"save": 3, "batch": 2, "delete": 1, "behind": 1, "refused": 2, "opened again": 10} {
		require.GreaterOrEqual(t, stats[what], each**setupSeeds, what)
	}
}
