//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

var ctx = context.Background()

// tabs opens several stores on one storage, as tabs of a browser do that are not
// told of each other's writes. They fold their logs early.
func tabs(t testing.TB, sdl string, n, entries int) []*store.Store {
	t.Helper()
	storage, s := memory.New(), storetest.Schema(t, sdl)
	list := make([]*store.Store, n)
	for i := range list {
		list[i] = storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storetest.Deaf{Backend: storage.Handle()}}, entries, 400))
	}
	return list
}

func create(t testing.TB, st *store.Store, model string, fields store.Fields) *store.Record {
	t.Helper()
	r, err := st.New(model, fields)
	require.NoError(t, err)
	r, err = st.Save(ctx, r)
	require.NoError(t, err)
	return r
}

func texts(t testing.TB, st *store.Store, model string, options ...store.QueryOption) []string {
	t.Helper()
	records, err := st.Query(ctx, model, options...)
	require.NoError(t, err)
	list := []string{}
	for _, r := range records {
		list = append(list, string(r.JSON()))
	}
	return list
}

func ids(t testing.TB, st *store.Store, model string, options ...store.QueryOption) []string {
	t.Helper()
	records, err := st.Query(ctx, model, options...)
	require.NoError(t, err)
	list := []string{}
	for _, r := range records {
		list = append(list, r.ID())
	}
	return list
}

const counters = `type Counter @model(timestamps: null) { id: ID! n: Int! } type Note @model(timestamps: null) { id: ID! text: String }`

func TestTabs_ConcurrentWritesAreAllInAllOfThemInOneOrder(t *testing.T) {
	for n := 2; n <= 3; n++ {
		t.Run(fmt.Sprint(n, " tabs"), func(t *testing.T) {
			stores := tabs(t, counters, n, 20)
			const each = 60
			var group sync.WaitGroup
			for i, st := range stores {
				group.Go(func() {
					for k := range each {
						r, err := st.New("Note", store.Fields{"id": fmt.Sprintf("%d-%d", i, k)})
						if err == nil {
							_, err = st.Save(ctx, r)
						}
						if err != nil {
							t.Errorf("save: %v", err)
							return
						}
					}
				})
			}
			group.Wait()
			for i, st := range stores {
				create(t, st, "Note", store.Fields{"id": fmt.Sprint("last ", i)})
			}
			for _, st := range stores {
				require.NoError(t, store.Follow(st))
			}
			want := texts(t, stores[0], "Note")
			require.Len(t, want, n*(each+1))
			for _, st := range stores[1:] {
				require.Equal(t, want, texts(t, st, "Note"))
			}
		})
	}
}

func TestTabs_ConditionalIncrementsAddUp(t *testing.T) {
	stores := tabs(t, counters, 3, 15)
	create(t, stores[0], "Counter", store.Fields{"id": "c", "n": 0})
	const each = 40
	var group sync.WaitGroup
	conflicts := make([]int, len(stores))
	for i, st := range stores {
		group.Go(func() {
			for done := 0; done < each; {
				err := increment(st)
				switch codeOf(err) {
				case "":
					done++
				case store.ErrConflict:
					conflicts[i]++
				default:
					t.Errorf("increment: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	for _, st := range stores {
		require.NoError(t, store.Follow(st))
		c, err := st.Get(ctx, "Counter", "c")
		require.NoError(t, err)
		require.Equal(t, len(stores)*each, c.Int("n"))
	}
	t.Log("conflicts", conflicts)
}

// increment adds one to the counter unless somebody else was faster.
func increment(st *store.Store) error {
	if err := store.Follow(st); err != nil {
		return err
	}
	c, err := st.Get(ctx, "Counter", "c")
	if err != nil {
		return err
	}
	next, err := c.With(store.Fields{"n": c.Int("n") + 1})
	if err != nil {
		return err
	}
	_, err = st.Save(ctx, next, store.If(predicate.Where("n").Eq(c.Int("n"))))
	return err
}

const family = `
type Parent @model(timestamps: null) { id: ID! name: String children: [Child] @hasMany }
type Child @model(timestamps: null) { id: ID! name: String parent: Parent! @belongsTo }`

func TestTabs_CascadeTakesChildrenThatAnotherTabAddedMeanwhile(t *testing.T) {
	stores := tabs(t, family, 2, 100)
	parent := create(t, stores[0], "Parent", store.Fields{"id": "p"})
	require.NoError(t, store.Follow(stores[1]))
	create(t, stores[1], "Child", store.Fields{"id": "c", "parent": parent})
	require.Empty(t, ids(t, stores[0], "Child"), "the first tab has not heard of the child")
	require.NoError(t, stores[0].Delete(ctx, parent))
	for _, st := range stores {
		require.NoError(t, store.Follow(st))
		require.Empty(t, ids(t, st, "Child"))
		require.Empty(t, ids(t, st, "Parent"))
	}
}

func TestTabs_AChildOfAParentThatAnotherTabDeletedIsRefused(t *testing.T) {
	stores := tabs(t, family, 2, 100)
	parent := create(t, stores[0], "Parent", store.Fields{"id": "p"})
	require.NoError(t, store.Follow(stores[1]))
	require.NoError(t, stores[0].Delete(ctx, parent))
	child, err := stores[1].New("Child", store.Fields{"id": "c", "parent": parent})
	require.NoError(t, err)
	_, err = stores[1].Save(ctx, child)
	require.ErrorIs(t, err, store.ErrReference)
	require.Empty(t, ids(t, stores[1], "Child"))
	require.Empty(t, ids(t, stores[1], "Parent"))
}

func TestTabs_EditsOfDifferentFieldsAreBothKept(t *testing.T) {
	stores := tabs(t, storetest.Library, 2, 100)
	create(t, stores[0], "Author", store.Fields{"id": "a", "name": "Ada", "age": 1})
	require.NoError(t, store.Follow(stores[1]))
	for i, fields := range []store.Fields{{"name": "Eve"}, {"age": 2}} {
		a, err := stores[i].Get(ctx, "Author", "a")
		require.NoError(t, err)
		a, err = a.With(fields)
		require.NoError(t, err)
		a, err = stores[i].Save(ctx, a)
		require.NoError(t, err)
		require.Equal(t, "Eve", a.String("name"), "what a save returns is what the store has then")
	}
	a, err := stores[1].Get(ctx, "Author", "a")
	require.NoError(t, err)
	require.Equal(t, 2, a.Int("age"))
}

func TestTabs_AStoreFollowsAfterAnotherHasFoldedTheLog(t *testing.T) {
	stores := tabs(t, counters, 2, 3)
	stale, busy := stores[0], stores[1]
	create(t, stale, "Note", store.Fields{"id": "first"})
	before, err := stale.Find(store.Query{Model: "Note", Limit: -1})
	require.NoError(t, err)
	var want []string
	for i := range 20 {
		create(t, busy, "Note", store.Fields{"id": fmt.Sprint(i)})
		want = append(want, fmt.Sprint(i))
	}
	old := ids(t, stale, "Note")
	require.Equal(t, []string{"first"}, old)
	create(t, stale, "Note", store.Fields{"id": "last"})
	require.Equal(t, append(append([]string{"first"}, want...), "last"), ids(t, stale, "Note"))
	now, err := stale.Find(store.Query{Model: "Note", Limit: -1})
	require.NoError(t, err)
	require.Greater(t, now.Epoch, before.Epoch, "row numbers have a new meaning")
}

// folding is a Backend on which another tab folds the log whenever blocks are read.
type folding struct {
	log.Backend
	fold func()
}

func (f folding) Blocks(ctx context.Context, ids []uint64) ([][]byte, error) {
	f.fold()
	return f.Backend.Blocks(ctx, ids)
}

func (folding) Watch(log.Watcher) {}

func TestLoad_StartsAgainWhenBlocksVanishWhileItReads(t *testing.T) {
	storage := memory.New()
	s := storetest.Schema(t, counters)
	busy := storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storetest.Deaf{Backend: storage.Handle()}}, 2, 400))
	create(t, busy, "Counter", store.Fields{"id": "c", "n": 0})
	create(t, busy, "Note", store.Fields{"id": "0"})
	require.NoError(t, store.Follow(busy))
	times := 0
	var folds sync.Mutex // one at a time: the store and its verbs read blocks side by side
	fold := func(most int) func() {
		return func() {
			folds.Lock()
			defer folds.Unlock()
			if times++; times > most {
				return
			}
			for range 2 {
				require.NoError(t, increment(busy))
			}
			require.NoError(t, store.Follow(busy)) // the log has been folded when this is done
		}
	}
	st := storetest.OpenWith(t, store.Options{Schema: s, Backend: folding{storage.Handle(), fold(3)}, Preload: -1})
	got := texts(t, st, "Counter")
	require.Greater(t, times, 3)
	require.Equal(t, texts(t, busy, "Counter"), got)

	times = 0
	st, err := store.Open(ctx, store.Options{Schema: s, Backend: folding{storage.Handle(), fold(1 << 30)}, Preload: -1})
	require.NoError(t, err)
	_, err = st.Query(ctx, "Counter")
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.NoError(t, st.Close())
}
