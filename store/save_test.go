//go:build !js || sdl

package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

// at opens a store whose clock stands at what now points to.
func at(t testing.TB, sdl string, now *int64) *store.Store {
	t.Helper()
	return storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, sdl), Backend: memory.New(), Clock: func() int64 { return *now }})
}

// library opens a store of the schema with everything.
func library(t testing.TB) *store.Store {
	t.Helper()
	return storetest.Open(t, storetest.Library, memory.New())
}

func TestSave_StampsTheTimesThatTheStoreKeeps(t *testing.T) {
	now := int64(0)
	st := at(t, storetest.Library, &now)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	require.Equal(t, "1970-01-01T00:00:00.000Z", a.Get("createdAt"))
	require.Equal(t, a.Get("createdAt"), a.Get("updatedAt"))
	now = noon
	again, err := st.Save(ctx, a)
	require.NoError(t, err)
	require.Equal(t, string(a.JSON()), string(again.JSON()), "nothing changed, so nothing was updated")
	a, err = a.With(store.Fields{"age": 5})
	require.NoError(t, err)
	a, err = st.Save(ctx, a)
	require.NoError(t, err)
	require.Equal(t, "1970-01-01T00:00:00.000Z", a.Get("createdAt"))
	require.Equal(t, noonText, a.Get("updatedAt"))
}

func TestSave_WritesTheChangedFieldsOnTopOfWhatIsThere(t *testing.T) {
	st := library(t)
	old := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 1})
	for _, fields := range []store.Fields{{"name": "Eve"}, {"age": 2}, {"tags": []any{"x", nil}}} {
		r, err := old.With(fields)
		require.NoError(t, err)
		_, err = st.Save(ctx, r)
		require.NoError(t, err)
	}
	a, err := st.Get(ctx, "Author", "a")
	require.NoError(t, err)
	require.Equal(t, []any{"Eve", 2.0, []any{"x", nil}}, []any{a.Get("name"), a.Get("age"), a.Get("tags")})

	require.NoError(t, st.Delete(ctx, a))
	r, err := old.With(store.Fields{"age": 9})
	require.NoError(t, err)
	r, err = st.Save(ctx, r)
	require.NoError(t, err)
	require.Equal(t, []any{"Ada", 9.0, nil}, []any{r.Get("name"), r.Get("age"), r.Get("tags")}, "all of it, when the record is gone")
}

func TestSave_OfARecordMadeAnewReplacesWhatItNames(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 1})
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Eve"})
	require.Nil(t, a.Get("age"), "a new record has a value for every field")
	require.Equal(t, []string{"a"}, ids(t, st, "Author"))
}

func TestSave_OnAConditionOrNotAtAll(t *testing.T) {
	st := library(t)
	young := store.If(predicate.Where("age").Lt(30))
	a, err := st.New("Author", store.Fields{"id": "a", "name": "Ada", "age": 50})
	require.NoError(t, err)
	a, err = st.Save(ctx, a, young)
	require.NoError(t, err, "there is no record yet that could fail to match")
	b, err := a.With(store.Fields{"age": 20})
	require.NoError(t, err)
	_, err = st.Save(ctx, b, young)
	require.EqualError(t, err, `save Author: the condition does not hold for the stored record "a"`)
	require.ErrorIs(t, err, store.ErrConflict)
	_, err = st.Save(ctx, b)
	require.NoError(t, err)
	_, err = st.Save(ctx, a, young, store.If(predicate.Where("name").Eq("Ada")))
	require.NoError(t, err)
	_, err = st.Save(ctx, b, store.If(predicate.Where("nme").Eq("x")))
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = st.Save(ctx, b, store.If(predicate.Where("name").Eq(make(chan int))))
	require.ErrorIs(t, err, store.ErrInvalid)
	related := store.If(predicate.Some("books", predicate.All()))
	_, err = st.Save(ctx, b, related)
	require.ErrorIs(t, err, store.ErrConflict)
}

func TestSaveAll_IsAllOrNothing(t *testing.T) {
	st := library(t)
	ada := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 1})
	before := texts(t, st, "Author")
	edited, err := ada.With(store.Fields{"name": "Eve"})
	require.NoError(t, err)
	fresh, err := st.New("Author", store.Fields{"name": "New"})
	require.NoError(t, err)
	lost, err := st.New("Book", store.Fields{"title": "t", "authorBooksId": "nobody"})
	require.NoError(t, err)
	for name, batch := range map[string][]*store.Record{
		"a dangling reference": {edited, fresh, lost}, "a nil": {edited, fresh, nil}, "nothing at all": {edited, {}},
	} {
		_, err = st.SaveAll(ctx, batch)
		require.Error(t, err, name)
		require.Equal(t, before, texts(t, st, "Author"), name)
		require.Empty(t, ids(t, st, "Book"))
	}
	none, err := st.SaveAll(ctx, nil)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = st.SaveAll(ctx, make([]*store.Record, store.MaxBatch+1))
	require.Error(t, err)
	saved, err := st.SaveAll(ctx, []*store.Record{edited, fresh})
	require.NoError(t, err)
	require.Equal(t, []string{"Eve", "New"}, []string{saved[0].String("name"), saved[1].String("name")})
}

func TestSaveAll_RecordsReferToEachOtherInAnyOrder(t *testing.T) {
	st := library(t)
	author, err := st.New("Author", store.Fields{"id": "a", "name": "Ada"})
	require.NoError(t, err)
	book, err := st.New("Book", store.Fields{"id": "b", "title": "t", "author": author})
	require.NoError(t, err)
	chapter, err := st.New("Chapter", store.Fields{"part": "1", "number": 1, "book": book})
	require.NoError(t, err)
	_, err = st.Save(ctx, chapter)
	require.EqualError(t, err, `save Chapter.book: refers to Book "b", which is not in the store: save it first`)
	for _, order := range [][]*store.Record{{chapter, book, author}, {book, author, chapter}, {author, chapter, book}} {
		_, err = st.SaveAll(ctx, order)
		require.NoError(t, err)
		require.NoError(t, st.Clear(ctx))
	}
	desk, err := st.New("Desk", store.Fields{"id": "d", "deskLampId": "l"})
	require.NoError(t, err)
	lamp, err := st.New("Lamp", store.Fields{"id": "l", "desk": desk})
	require.NoError(t, err)
	_, err = st.SaveAll(ctx, []*store.Record{desk, lamp})
	require.NoError(t, err, "a cycle too")
}

func TestSave_LeavesAReferenceThatDangledBefore(t *testing.T) {
	st := library(t)
	floor := create(t, st, "Floor", store.Fields{"id": "f", "level": 1})
	room := create(t, st, "Room", store.Fields{"id": "r", "floor": floor})
	desk := create(t, st, "Desk", store.Fields{"id": "d", "room": room})
	require.NoError(t, st.Delete(ctx, room)) // a belongs-to that nobody owns is left as it is
	desk, err := desk.With(store.Fields{"label": "x"})
	require.NoError(t, err)
	_, err = st.Save(ctx, desk)
	require.NoError(t, err)
	desk, err = desk.With(store.Fields{"roomId": "other"})
	require.NoError(t, err)
	_, err = st.Save(ctx, desk)
	require.ErrorIs(t, err, store.ErrReference)
}

func TestBeginSave_RefusesBadData(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	before := texts(t, st, "Author")
	for want, p := range map[string]store.Put{
		"save: is no model of the schema":                                      {Row: []byte(`{}`)},
		"save Author: must be an object of fields, got nothing":                {Model: "Author"},
		"save Author: must be an object of fields, got 7":                      {Model: "Author", Row: []byte(`7`)},
		"save Author: must be an array of the values of all 14 fields":         {Model: "Author", Row: []byte(`["a","Ada"]`)},
		"save Author.id: must be a string, got 7":                              {Model: "Author", Row: []byte(`[7]`)},
		"save Author: is not JSON: text after the end of the value at byte 23": {Model: "Author", Row: []byte(`{"id":"b","name":"Bob"}}`)},
		"save Author.x: is no field that can be changed":                       edit("Author", `{"id":"a","name":"x"}`, "x"),
		"save Author.books: is no field that can be changed":                   edit("Author", `{"id":"a","name":"x"}`, "books"),
		"save Author.createdAt: is no field that can be changed":               edit("Author", `{"id":"a","name":"x"}`, "createdAt"),
		"save Author: the predicate is not JSON: expected a number at byte 0":  {Model: "Author", Row: []byte(`{"id":"a","name":"x"}`), Condition: []byte(`x`)},
		"save Chapter.part: is required: give a value of type String!":         put("Chapter", `{"number":1,"bookChaptersId":"b"}`),
	} {
		c, err := st.BeginSave([]store.Put{put("Author", `{"id":"c","name":"Good"}`), p})
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, store.ErrInvalid)
		require.Nil(t, c)
		require.Equal(t, before, texts(t, st, "Author"))
	}
	_, err := st.BeginSave(make([]store.Put, store.MaxBatch+1))
	require.ErrorIs(t, err, store.ErrLimit)
}

func TestVerbs_OfAClosedStoreSayThatItIsClosed(t *testing.T) {
	st := library(t)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	require.NoError(t, st.Close())
	require.NoError(t, st.Close())
	for name, verb := range map[string]func() error{
		"save":   func() error { _, err := st.Save(ctx, a); return err },
		"delete": func() error { return st.Delete(ctx, a) },
		"key":    func() error { _, err := st.DeleteKey(ctx, "Author", "a"); return err },
		"where":  func() error { _, err := st.DeleteWhere(ctx, "Author", predicate.All()); return err },
		"query":  func() error { _, err := st.Query(ctx, "Author"); return err },
		"get":    func() error { _, err := st.Get(ctx, "Author", "a"); return err },
		"count":  func() error { _, err := st.Count(store.Query{Model: "Author"}); return err },
		"one":    func() error { _, err := a.One(ctx, "mentor"); return err },
		"many":   func() error { _, err := a.Many("books").Slice(ctx); return err },
		"clear":  func() error { return st.Clear(ctx) },
		"check":  func() error { _, err := st.Check(ctx); return err },
	} {
		require.ErrorIs(t, verb(), store.ErrClosed, name)
	}
	_, err := store.Open(ctx, store.Options{})
	require.ErrorIs(t, err, store.ErrInvalid)
}
