//go:build !js || sdl

package store_test

import (
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

const placings = `
type Book @model { isbn: ID! @primaryKey(sortKeyFields: ["edition"]) edition: Int! title: String shelves: [Shelf] @manyToMany(relationName: "Placing") }
type Shelf @model { id: ID! books: [Book] @manyToMany(relationName: "Placing") }
`

// joinUUID is what docs/sync.md says of the key that add gives.
func joinUUID(keys ...string) string {
	h := fnv.New128a()
	for _, key := range keys {
		h.Write([]byte(key + "\n"))
	}
	b := h.Sum(nil)
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func TestConnect_GivesThePairTheSameKeyWhereverItIsMade(t *testing.T) {
	for _, fromShelf := range []bool{false, true} {
		st := storetest.Open(t, placings, memory.New())
		book := create(t, st, "Book", store.Fields{"isbn": "ü", "edition": 2})
		shelf := create(t, st, "Shelf", store.Fields{"id": "s"})
		if fromShelf {
			require.NoError(t, shelf.Many("books").Add(ctx, book))
		} else {
			require.NoError(t, book.Many("shelves").Add(ctx, shelf))
		}
		require.Equal(t, []string{joinUUID(`"ü",2`, `"s"`)}, ids(t, st, "Placing"))
	}
}

func TestConnect_LeavesARecordAloneThatHasTheKeyOfThePair(t *testing.T) {
	st := storetest.Open(t, placings, memory.New())
	book := create(t, st, "Book", store.Fields{"isbn": "b", "edition": 1})
	first, second := create(t, st, "Shelf", store.Fields{"id": "1"}), create(t, st, "Shelf", store.Fields{"id": "2"})
	require.NoError(t, book.Many("shelves").Add(ctx, first))
	placing := must(st.Get(ctx, "Placing", ids(t, st, "Placing")[0]))
	_, err := st.Save(ctx, must(placing.With(store.Fields{"shelf": second})))
	require.NoError(t, err)
	require.NoError(t, book.Many("shelves").Add(ctx, first))
	require.Equal(t, []string{"1", "2"}, far(t, book, "shelves"))
	require.Len(t, ids(t, st, "Placing"), 2)
}

// Two devices connect the same records while neither knows of the other.
func TestSync_OfAPairThatTwoHaveConnectedMakesOneOfIt(t *testing.T) {
	for name, strategy := range map[string]sim.Strategy{"merge": sim.Merge, "strict": sim.Strict, "last": sim.Last} {
		for _, policy := range []store.Policy{store.MergeFields, store.ServerWins, store.ClientWins} {
			t.Run(name+" "+string(policy), func(t *testing.T) {
				l := &line{server: sim.NewServer(strategy)}
				var list []*client
				for range 2 {
					list = append(list, newClientOf(t, placings, l, store.SyncOptions{Policy: policy}))
				}
				a, b := list[0], list[1]
				create(t, a.Store, "Book", store.Fields{"isbn": "b", "edition": 1})
				create(t, a.Store, "Shelf", store.Fields{"id": "s"})
				a.sync(t)
				b.sync(t)
				get := func(c *client) (book, shelf *store.Record) {
					return must(c.Get(ctx, "Book", []any{"b", 1})), must(c.Get(ctx, "Shelf", "s"))
				}
				connect := func(c *client, remove bool) {
					book, shelf := get(c)
					if remove {
						require.NoError(t, shelf.Many("books").Remove(ctx, book))
					} else {
						require.NoError(t, book.Many("shelves").Add(ctx, shelf))
					}
				}
				are := func(pairs int) {
					for range 2 {
						for _, c := range list {
							c.sync(t)
						}
					}
					for _, c := range list {
						require.Len(t, ids(t, c.Store, "Placing"), pairs)
						require.Empty(t, c.Rejected())
						require.Zero(t, c.Pending())
						book, _ := get(c)
						require.Len(t, far(t, book, "shelves"), pairs)
					}
					require.Len(t, serverRows(l.server), 2+pairs)
				}
				connect(a, false)
				connect(b, false)
				are(1)
				connect(a, true)
				connect(b, true)
				are(0)
				connect(b, false)
				are(1)
			})
		}
	}
}
