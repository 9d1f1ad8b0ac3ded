//go:build !js || sdl

package store_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
)

func TestTabs_ClearRemovesWhatOthersWroteAndNothingLater(t *testing.T) {
	stores := tabs(t, family, 3, 4)
	for i := range 5 {
		p := create(t, stores[0], "Parent", store.Fields{"id": fmt.Sprint("p", i)})
		create(t, stores[0], "Child", store.Fields{"id": fmt.Sprint("c", i), "parent": p})
	}
	require.NoError(t, store.Follow(stores[1]))
	p, err := stores[1].Get(ctx, "Parent", "p1")
	require.NoError(t, err)
	create(t, stores[1], "Child", store.Fields{"id": "unheard", "parent": p})

	require.NoError(t, stores[0].Clear(ctx))
	p, err = p.With(store.Fields{"name": "edited"})
	require.NoError(t, err)
	_, err = stores[1].Save(ctx, p) // the record is gone, so all of it is saved again
	require.NoError(t, err)
	create(t, stores[2], "Parent", store.Fields{"id": "later"})
	for _, st := range stores {
		require.NoError(t, store.Follow(st))
		require.Empty(t, ids(t, st, "Child"))
		require.Equal(t, []string{"p1", "later"}, ids(t, st, "Parent"))
	}
}

func TestTabs_ClearWhileOthersWriteKeepsRelationsWhole(t *testing.T) {
	stores := tabs(t, family, 3, 8)
	var group sync.WaitGroup
	for i, st := range stores {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for k := range 40 {
				var err error
				if random.IntN(8) == 0 {
					err = st.Clear(ctx)
				} else {
					err = family2(st, fmt.Sprintf("%d-%d", i, k))
				}
				if err != nil {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	group.Wait()
	for _, st := range stores {
		require.NoError(t, store.Follow(st)) // Check runs at the end
	}
	require.Equal(t, texts(t, stores[0], "Child"), texts(t, stores[1], "Child"))
	require.Equal(t, texts(t, stores[0], "Parent"), texts(t, stores[2], "Parent"))
}

// family2 saves a parent with a child, as one commit.
func family2(st *store.Store, id string) error {
	p, err := st.New("Parent", store.Fields{"id": id})
	if err != nil {
		return err
	}
	c, err := st.New("Child", store.Fields{"id": id, "parent": p})
	if err != nil {
		return err
	}
	_, err = st.SaveAll(ctx, []*store.Record{c, p})
	return err
}
