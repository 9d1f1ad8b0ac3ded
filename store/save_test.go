package store_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
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

func TestNew_GivesKeysDefaultsAndNulls(t *testing.T) {
	st := storetest.Open(t, `
		type Post @model { title: String! stars: Int @default(value: "3") tag: String @default(value: "new") }
		type Own @model { id: ID! @primaryKey(sortKeyFields: ["n"]) n: Int! }
		type Custom @model { code: ID! @primaryKey }`, memory.New())
	p, err := st.New("Post", store.Fields{"title": "t", "tag": nil})
	require.NoError(t, err)
	require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`), p.ID())
	require.Equal(t, 3, p.Int("stars"))
	require.Nil(t, p.Get("tag"), "a null that was given is no absence")
	require.Nil(t, p.Get("createdAt"))
	require.Nil(t, p.Get("nothing"))
	other, err := st.New("Post", store.Fields{"title": "t"})
	require.NoError(t, err)
	require.NotEqual(t, p.ID(), other.ID())
	own, err := st.New("Post", store.Fields{"title": "t", "id": "mine"})
	require.NoError(t, err)
	require.Equal(t, "mine", own.ID())
	half, err := st.New("Own", store.Fields{"n": 1})
	require.NoError(t, err)
	require.Equal(t, []any{half.ID(), 1.0}, half.Key())
	_, err = st.New("Custom", store.Fields{})
	require.EqualError(t, err, "new Custom.code: is required: give a value of type ID!")
}

func TestNew_RefusesWhatCannotBeSaved(t *testing.T) {
	st := library(t)
	club := create(t, st, "Club", store.Fields{"id": "c"})
	for want, c := range map[string]struct {
		model  string
		fields store.Fields
	}{
		"new Autor: is no model of the schema: did you mean Author?":                       {"Autor", nil},
		"new Author.name: is required: give a value of type String!":                       {"Author", nil},
		"new Author.name: must be a string, got 5":                                         {"Author", store.Fields{"name": 5}},
		"new Author.nme: is no field of Author: did you mean name?":                        {"Author", store.Fields{"nme": "x"}},
		"new Author.id: is part of the key and may not be empty":                           {"Author", store.Fields{"id": "", "name": "x"}},
		"new Author.books: leads to many records: set it from their side":                  {"Author", store.Fields{"name": "x", "books": nil}},
		"new Author.mentor: must be a record of Author":                                    {"Author", store.Fields{"name": "x", "mentor": club}},
		"new Author.desk: must be a record of Desk":                                        {"Author", store.Fields{"name": "x", "desk": "d"}},
		"new Author.createdAt: is set by the store and cannot be given":                    {"Author", store.Fields{"name": "x", "createdAt": noonText}},
		"new Chapter.book: is required: give a Book as book, or its key as bookChaptersId": {"Chapter", store.Fields{"part": "1", "number": 1}},
		"new Chapter.part: is part of the key and may not be empty":                        {"Chapter", store.Fields{"part": "", "number": 1, "bookChaptersId": "b"}},
		"new Chapter.number: is required: give a value of type Int!":                       {"Chapter", store.Fields{"part": "1", "bookChaptersId": "b"}},
		"new Author.height: must be a finite number, got NaN":                              {"Author", store.Fields{"name": "x", "height": nan()}},
		"new Author.name: a string that is not UTF-8: \"\\xff\"":                           {"Author", store.Fields{"name": "\xff"}},
		"new Membership.club: is required: give a Club as club, or its key as clubId":      {"Membership", store.Fields{"authorId": "a"}},
		"new Membership.club: and clubId are given and differ: give one of them":           {"Membership", store.Fields{"authorId": "a", "club": club, "clubId": "d"}},
	} {
		r, err := st.New(c.model, c.fields)
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, store.ErrInvalid)
		require.Nil(t, r)
	}
	_, err := st.New("Author", store.Fields{"id": strings.Repeat("x", record.MaxKey), "name": "x"})
	require.ErrorIs(t, err, store.ErrLimit)
	_, err = st.New("Membership", store.Fields{"authorId": "a", "club": club, "clubId": "c"})
	require.NoError(t, err, "twice the same is no contradiction")
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}

func TestWith_ChangesACopyAndOnlyWhatMayChange(t *testing.T) {
	st := library(t)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 1})
	before := string(a.JSON())
	b, err := a.With(store.Fields{"name": "Eve", "tags": []string{"x"}})
	require.NoError(t, err)
	require.Equal(t, "Eve", b.String("name"))
	require.Equal(t, []any{"x"}, b.Get("tags"))
	require.Equal(t, before, string(a.JSON()))
	same, err := a.With(store.Fields{"id": "a", "createdAt": a.Get("createdAt")})
	require.NoError(t, err, "what stays as it is may be named")
	require.Equal(t, before, string(same.JSON()))
	for want, fields := range map[string]store.Fields{
		"new Author.id: is part of the key and cannot be changed: save a new record and delete this one": {"id": "b"},
		"new Author.createdAt: is set by the store and cannot be given":                                  {"createdAt": nil},
		"new Author.name: is required: give a value of type String!":                                     {"name": nil},
		"new Author.nam: is no field of Author: did you mean name?":                                      {"nam": "x"},
	} {
		_, err := a.With(fields)
		require.EqualError(t, err, want)
	}
}

func TestOne_OfARecordThatIsNotSavedIsWhatWasGiven(t *testing.T) {
	st := library(t)
	author, err := st.New("Author", store.Fields{"name": "Ada"})
	require.NoError(t, err)
	book, err := st.New("Book", store.Fields{"title": "t", "author": author})
	require.NoError(t, err)
	book, err = book.With(store.Fields{"title": "u"})
	require.NoError(t, err)
	got, err := book.One(ctx, "author")
	require.NoError(t, err)
	require.Same(t, author, got)
	book, err = book.With(store.Fields{"author": nil})
	require.NoError(t, err)
	got, err = book.One(ctx, "author")
	require.NoError(t, err)
	require.Nil(t, got)
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
		"save Author: must be an object of fields, got []":                     {Model: "Author", Row: []byte(`[]`)},
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
