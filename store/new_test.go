//go:build !js || sdl

package store_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

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
