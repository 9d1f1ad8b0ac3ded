//go:build !js || sdl

package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

const friends = `
type User @model(timestamps: null) {
  name: ID! @primaryKey(sortKeyFields: ["number"])
  number: Int!
  friends: [User] @manyToMany(relationName: "Friendship")
  friendOf: [User] @manyToMany(relationName: "Friendship")
  notes: [Note] @hasMany
}
type Note @model(timestamps: null) { id: ID! }
`

// far lists the far side of a relation by name.
func far(t testing.TB, r *store.Record, relation string) []string {
	t.Helper()
	records, err := r.Many(relation).Slice(ctx)
	require.NoError(t, err)
	list := []string{}
	for _, f := range records {
		list = append(list, f.ID())
	}
	slices.Sort(list)
	return list
}

func TestConnect_AddsWhatIsMissingInOneCommitAndRemovesThePair(t *testing.T) {
	st := library(t)
	ada := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	var clubs []*store.Record
	for i := range 3 {
		clubs = append(clubs, create(t, st, "Club", store.Fields{"id": fmt.Sprint(i), "name": "n"}))
	}
	head := store.Head(st)
	require.NoError(t, ada.Many("clubs").Add(ctx, clubs[0], clubs[1], clubs[0]))
	require.Equal(t, head+1, store.Head(st))
	joins := texts(t, st, "Membership")
	require.Len(t, joins, 2)
	require.NoError(t, ada.Many("clubs").Add(ctx, clubs...))
	require.Equal(t, joins, texts(t, st, "Membership")[:2], "what was connected stays as it is")
	require.Equal(t, []string{"0", "1", "2"}, far(t, ada, "clubs"))
	head = store.Head(st)
	require.NoError(t, clubs[0].Many("members").Add(ctx, ada))
	require.NoError(t, clubs[0].Many("members").Add(ctx))
	require.Equal(t, head, store.Head(st), "nothing was to be done")

	create(t, st, "Membership", store.Fields{"authorId": "a", "clubId": "1"})
	require.NoError(t, clubs[1].Many("members").Remove(ctx, ada), "also what is there twice")
	require.Equal(t, []string{"0", "2"}, far(t, ada, "clubs"))
	require.NoError(t, ada.Many("clubs").Remove(ctx, clubs...))
	require.Empty(t, ids(t, st, "Membership"))
	require.Len(t, ids(t, st, "Club"), 3, "the records themselves stay")
}

func TestConnect_SelfRelationsWorkFromBothSidesWithCompositeKeys(t *testing.T) {
	st := storetest.Open(t, friends, memory.New())
	users := map[string]*store.Record{}
	for i, name := range []string{"ada", "bob", "cy"} {
		users[name] = create(t, st, "User", store.Fields{"name": name, "number": i})
	}
	ada, bob, cy := users["ada"], users["bob"], users["cy"]
	require.NoError(t, ada.Many("friends").Add(ctx, bob, ada))
	require.NoError(t, bob.Many("friendOf").Add(ctx, cy, ada), "the latter is there")
	require.Len(t, ids(t, st, "Friendship"), 3)
	require.Equal(t, []string{"ada", "bob"}, far(t, ada, "friends"))
	require.Equal(t, []string{"ada", "cy"}, far(t, bob, "friendOf"))
	require.Empty(t, far(t, bob, "friends"), "it has a direction")
	require.NoError(t, ada.Many("friendOf").Remove(ctx, bob))
	require.Len(t, ids(t, st, "Friendship"), 3)
	require.NoError(t, bob.Many("friendOf").Remove(ctx, ada))
	require.Equal(t, []string{"ada"}, far(t, ada, "friends"))
	require.Equal(t, []string{"cy"}, far(t, bob, "friendOf"))
}

func TestConnect_RefusesWhatCannotBeAndChangesNothing(t *testing.T) {
	st := storetest.Open(t, friends, memory.New())
	ada := create(t, st, "User", store.Fields{"name": "ada", "number": 1})
	note := create(t, st, "Note", store.Fields{"id": "n"})
	unsaved := fresh(t, st, "User", store.Fields{"name": "bob", "number": 2})
	for message, run := range map[string]func() error{
		"add User.notes: is no many-to-many relation: save or delete the records of Note, which keep it": func() error { return ada.Many("notes").Add(ctx, note) },
		"remove User.notes: is no many-to-many relation: save or delete the records of Note, which keep it": func() error {
			return st.Transaction(ctx, func(tx *store.Tx) error { return tx.Remove(ctx, ada, "notes", note) })
		},
		"add User.friends: takes records of User":                           func() error { return ada.Many("friends").Add(ctx, ada, note) },
		"remove User.friends: takes records of User":                        func() error { return ada.Many("friends").Remove(ctx, nil) },
		"query User.freinds: is no relation of User: did you mean friends?": func() error { return ada.Many("freinds").Add(ctx) },
	} {
		err := run()
		require.EqualError(t, err, message)
		require.ErrorIs(t, err, store.ErrInvalid)
	}
	for _, err := range []error{ada.Many("friends").Add(ctx, ada, unsaved), unsaved.Many("friends").Add(ctx, ada)} {
		require.ErrorIs(t, err, store.ErrReference)
		require.ErrorContains(t, err, `refers to User "bob",2, which is not in the store`)
	}
	require.NoError(t, ada.Many("friends").Remove(ctx, unsaved))
	require.Empty(t, ids(t, st, "Friendship"))
	tooMany := make([]*store.Record, store.MaxBatch+1)
	for i := range tooMany {
		tooMany[i] = ada
	}
	require.ErrorIs(t, ada.Many("friends").Add(ctx, tooMany...), store.ErrLimit)
}

func TestConnect_TwoTabsThatAddTheSamePairMakeOneJoin(t *testing.T) {
	stores := tabs(t, storetest.Library, 2, 50)
	create(t, stores[0], "Author", store.Fields{"id": "a", "name": "Ada"})
	create(t, stores[0], "Club", store.Fields{"id": "c", "name": "n"})
	require.NoError(t, store.Follow(stores[1]))
	for _, st := range stores { // the second does not know of the first's
		a, err := st.Get(ctx, "Author", "a")
		require.NoError(t, err)
		c, err := st.Get(ctx, "Club", "c")
		require.NoError(t, err)
		require.NoError(t, a.Many("clubs").Add(ctx, c))
	}
	create(t, stores[1], "Floor", store.Fields{"level": 1}) // makes it follow
	for _, st := range stores {
		require.NoError(t, store.Follow(st))
		require.Len(t, ids(t, st, "Membership"), 1)
	}
}
