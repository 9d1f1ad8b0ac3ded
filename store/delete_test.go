//go:build !js || sdl

package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

// many is how long chains and how wide fans the cascades are tried on.
const many = 100_000

const tree = `type Node @model(timestamps: null) { id: ID! parent: Node @belongsTo kids: [Node] @hasMany }`

// plant saves many nodes, each below the one that parent names.
func plant(t *testing.T, st *store.Store, n int, parent func(i int) string) {
	t.Helper()
	list := make([]store.Put, n)
	for i := range list {
		list[i] = put("Node", fmt.Sprintf(`{"id":"%d","nodeKidsId":%s}`, i, parent(i)))
	}
	c, err := st.BeginSave(list)
	require.NoError(t, err)
	require.NoError(t, c.Wait(ctx))
}

func TestDelete_CascadesDownAChainOfAnyLength(t *testing.T) {
	st := storetest.Open(t, tree, memory.New())
	plant(t, st, many, func(i int) string {
		if i == 0 {
			return "null"
		}
		return fmt.Sprintf(`"%d"`, i-1)
	})
	create(t, st, "Node", store.Fields{"id": "alone"})
	_, err := st.DeleteKey(ctx, "Node", fmt.Sprint(many/2))
	require.NoError(t, err)
	n, err := st.Count(store.Query{Model: "Node"})
	require.NoError(t, err)
	require.Equal(t, many/2+1, n)
	_, err = st.DeleteKey(ctx, "Node", "0")
	require.NoError(t, err)
	require.Equal(t, []string{"alone"}, ids(t, st, "Node"))
}

func TestDelete_CascadesToAnyNumberOfChildren(t *testing.T) {
	st := storetest.Open(t, tree, memory.New())
	plant(t, st, many, func(i int) string {
		if i == 0 {
			return "null"
		}
		return `"0"`
	})
	problems, err := st.Check(ctx)
	require.NoError(t, err)
	require.Empty(t, problems)
	deleted, err := st.DeleteKey(ctx, "Node", "0")
	require.NoError(t, err)
	require.Equal(t, "0", deleted.ID())
	require.Empty(t, ids(t, st, "Node"))
}

func TestDelete_TakesManyKeysAtOnce(t *testing.T) {
	st := storetest.Open(t, tree, memory.New())
	plant(t, st, many, func(int) string { return "null" })
	d := store.Deletion{Model: "Node"}
	for i := range many {
		d.Keys = append(d.Keys, fmt.Appendf(nil, `["%d"]`, i), fmt.Appendf(nil, `["%d"]`, many-i))
	}
	c, err := st.BeginDelete(d)
	require.NoError(t, err)
	require.NoError(t, c.Wait(ctx))
	require.Len(t, c.Rows(), many, "each is deleted once")
	require.Empty(t, ids(t, st, "Node"))
	d.Keys = append(d.Keys, []byte(`["x"]`))
	_, err = st.BeginDelete(d)
	require.ErrorIs(t, err, store.ErrLimit)
}

func TestDelete_EndsOnCycles(t *testing.T) {
	t.Run("of has-one", func(t *testing.T) {
		st := library(t)
		_, err := st.BeginSave([]store.Put{put("Desk", `{"id":"d","deskLampId":"l"}`), put("Lamp", `{"id":"l","lampDeskId":"d"}`),
			put("Desk", `{"id":"other"}`)})
		require.NoError(t, err)
		lamp, err := st.Get(ctx, "Lamp", "l")
		require.NoError(t, err)
		require.NoError(t, st.Delete(ctx, lamp))
		require.Empty(t, ids(t, st, "Lamp"))
		require.Equal(t, []string{"other"}, ids(t, st, "Desk"))
	})
	t.Run("of a model with itself", func(t *testing.T) {
		st := storetest.Open(t, tree, memory.New())
		plant(t, st, 100, func(i int) string { return fmt.Sprintf(`"%d"`, (i+1)%100) })
		_, err := st.DeleteKey(ctx, "Node", "42")
		require.NoError(t, err)
		require.Empty(t, ids(t, st, "Node"))
	})
	t.Run("of one record with itself", func(t *testing.T) {
		st := storetest.Open(t, tree, memory.New())
		plant(t, st, 1, func(int) string { return `"0"` })
		_, err := st.DeleteKey(ctx, "Node", "0")
		require.NoError(t, err)
		require.Empty(t, ids(t, st, "Node"))
	})
}

func TestDelete_OfADiamondTakesEachOnce(t *testing.T) {
	st := storetest.Open(t, `
		type Top @model { id: ID! lefts: [Left] @hasMany rights: [Right] @hasMany }
		type Left @model { id: ID! ends: [End] @hasMany }
		type Right @model { id: ID! ends: [End] @hasMany }
		type End @model { id: ID! }`, memory.New())
	_, err := st.BeginSave([]store.Put{put("Top", `{"id":"t"}`), put("Left", `{"id":"l","topLeftsId":"t"}`), put("Right", `{"id":"r","topRightsId":"t"}`),
		put("End", `{"id":"both","leftEndsId":"l","rightEndsId":"r"}`), put("End", `{"id":"one","leftEndsId":"l"}`), put("End", `{"id":"none"}`)})
	require.NoError(t, err)
	deleted, err := st.DeleteWhere(ctx, "Top", predicate.All())
	require.NoError(t, err)
	require.Len(t, deleted, 1)
	require.Equal(t, []string{"none"}, ids(t, st, "End"))
	require.Empty(t, ids(t, st, "Left"))
	require.Empty(t, ids(t, st, "Right"))
}

func TestDelete_IsRefusedWhereTheSchemaSaysRestrict(t *testing.T) {
	st := library(t)
	_, err := st.BeginSave([]store.Put{put("Author", `{"id":"a","name":"Ada"}`), put("Book", `{"id":"b","title":"t","authorBooksId":"a"}`),
		put("Chapter", `{"part":"1","number":1,"bookChaptersId":"b"}`), put("Loan", `{"id":"l","bookLoansId":"b"}`)})
	require.NoError(t, err)
	for _, model := range []string{"Author", "Book"} {
		_, err = st.DeleteWhere(ctx, model, predicate.All())
		require.EqualError(t, err, "delete Book.loans: still has a Loan and is declared onDelete: RESTRICT; delete or move that first")
		require.ErrorIs(t, err, store.ErrReference)
	}
	require.Equal(t, []int{1, 1, 1, 1}, []int{len(ids(t, st, "Author")), len(ids(t, st, "Book")), len(ids(t, st, "Chapter")), len(ids(t, st, "Loan"))})
	_, err = st.DeleteWhere(ctx, "Loan", predicate.All())
	require.NoError(t, err)
	_, err = st.DeleteWhere(ctx, "Author", predicate.All())
	require.NoError(t, err)
	require.Empty(t, ids(t, st, "Chapter"))
}

func TestDelete_SetsNullWhereTheSchemaSaysSo(t *testing.T) {
	now := int64(0)
	st := at(t, storetest.Library, &now)
	mentor := create(t, st, "Author", store.Fields{"id": "m", "name": "Mentor"})
	create(t, st, "Author", store.Fields{"id": "p", "name": "Pupil", "mentor": mentor, "age": 5})
	now = noon
	require.NoError(t, st.Delete(ctx, mentor))
	pupil, err := st.Get(ctx, "Author", "p")
	require.NoError(t, err)
	require.Nil(t, pupil.Get("authorPupilsId"))
	require.Equal(t, 5, pupil.Int("age"))
	require.Equal(t, noonText, pupil.Get("updatedAt"))
	require.NotEqual(t, noonText, pupil.Get("createdAt"))
	self := create(t, st, "Author", store.Fields{"id": "s", "name": "Self", "authorPupilsId": "s"})
	require.NoError(t, st.Delete(ctx, self))
	require.Equal(t, []string{"p"}, ids(t, st, "Author"))
}

func TestDelete_TakesWhatCannotBeWithoutTheRecord(t *testing.T) {
	st := library(t)
	floor := create(t, st, "Floor", store.Fields{"id": "f", "level": 1})
	other := create(t, st, "Floor", store.Fields{"id": "g", "level": 2})
	room := create(t, st, "Room", store.Fields{"id": "r", "floor": floor})
	create(t, st, "Room", store.Fields{"id": "q", "floor": other})
	desk := create(t, st, "Desk", store.Fields{"id": "d", "room": room})
	require.NoError(t, st.Delete(ctx, floor))
	require.Equal(t, []string{"q"}, ids(t, st, "Room"))
	require.Equal(t, []string{"d"}, ids(t, st, "Desk"), "an optional belongs-to is no reason to go")
	got, err := desk.One(ctx, "room")
	require.NoError(t, err)
	require.Nil(t, got)
}

func TestDelete_OnAConditionOrNotAtAll(t *testing.T) {
	st := library(t)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 5})
	create(t, st, "Author", store.Fields{"id": "b", "name": "Bob", "age": 50})
	err := st.Delete(ctx, a, store.OnlyIf(predicate.Where("age").Gt(10)))
	require.EqualError(t, err, "delete Author: the condition does not hold for the stored record")
	require.ErrorIs(t, err, store.ErrConflict)
	_, err = st.BeginDelete(store.Deletion{Model: "Author", Where: []byte(`{"all":true}`), Condition: []byte(`{"field":"age","op":"gt","value":10}`)})
	require.ErrorIs(t, err, store.ErrConflict, "one that does not match keeps all")
	require.Len(t, ids(t, st, "Author"), 2)
	require.NoError(t, st.Delete(ctx, a, store.OnlyIf(predicate.Where("age").Lt(10))))
	require.NoError(t, st.Delete(ctx, a), "what is gone is gone")
	require.NoError(t, st.Delete(ctx, a, store.OnlyIf(predicate.Where("age").Lt(0))), "and nothing fails to match")
	none, err := st.DeleteKey(ctx, "Author", "a")
	require.NoError(t, err)
	require.Nil(t, none)
}

func TestDelete_SaysWhatIsWrong(t *testing.T) {
	st := library(t)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	for name, err := range map[string]error{
		"nil":            st.Delete(ctx, nil),
		"a zero record":  st.Delete(ctx, &store.Record{}),
		"a bad option":   st.Delete(ctx, a, store.OnlyIf(predicate.Where("nme").Eq(1))),
		"a bad value":    st.Delete(ctx, a, store.OnlyIf(predicate.Where("name").Eq(struct{}{}))),
		"a null key":     second(st.DeleteKey(ctx, "Author", nil)),
		"no model":       second(st.DeleteKey(ctx, "Autor", "a")),
		"a bad where":    second(st.DeleteWhere(ctx, "Author", predicate.Where("nme").Eq(1))),
		"neither":        second(st.BeginDelete(store.Deletion{Model: "Author"})),
		"both":           second(st.BeginDelete(store.Deletion{Model: "Author", Keys: [][]byte{[]byte(`["a"]`)}, Where: []byte(`{"all":true}`)})),
		"a bad key":      second(st.BeginDelete(keys("Author", `["a"`))),
		"a key too many": second(st.BeginDelete(keys("Author", `["a","b"]`))),
	} {
		require.ErrorIs(t, err, store.ErrInvalid, name)
	}
	_, err := st.BeginDelete(store.Deletion{Model: "Author", Keys: [][]byte{}})
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, ids(t, st, "Author"), "no keys name no record")
}

func second[T any](_ T, err error) error { return err }

func TestDelete_KeepsTheOrderOfTheOthers(t *testing.T) {
	st := storetest.Open(t, tree, memory.New())
	plant(t, st, 50, func(int) string { return "null" })
	want := ids(t, st, "Node")
	for _, i := range []int{0, 49, 7, 8, 30} {
		_, err := st.DeleteKey(ctx, "Node", fmt.Sprint(i))
		require.NoError(t, err)
		want = slices.DeleteFunc(want, func(id string) bool { return id == fmt.Sprint(i) })
		require.Equal(t, want, ids(t, st, "Node"))
	}
}
