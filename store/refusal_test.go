//go:build !js || sdl

package store_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/predicate"
)

// shelf is a library with an author, two books, a chapter and a loan.
func shelf(t *testing.T) (*store.Store, *store.Record) {
	st := library(t)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 5})
	saveAll(t, st, put("Book", `{"id":"b","title":"B","pages":3,"authorBooksId":"a"}`), put("Book", `{"id":"c","title":"C"}`),
		put("Chapter", `{"part":"1","number":1,"bookChaptersId":"b"}`), put("Loan", `{"id":"l","bookLoansId":"b"}`))
	return st, a
}

// refusals are inputs of every kind that are a mistake, by what they should give.
func refusals(st *store.Store, a *store.Record) map[store.Code]map[string]error {
	newRecord := func(model string, fields store.Fields) error { return second(st.New(model, fields)) }
	save := func(puts ...store.Put) error { return second(st.BeginSave(puts)) }
	edited := func(fields store.Fields) error { return second(a.With(fields)) }
	query := func(options ...store.QueryOption) error { return second(st.Query(ctx, "Author", options...)) }
	return map[store.Code]map[string]error{
		store.ErrInvalid: {
			"a model that is not there":   newRecord("Autor", nil),
			"a field that is not there":   newRecord("Author", store.Fields{"name": "x", "aeg": 5}),
			"a required field left out":   newRecord("Author", store.Fields{"age": 5}),
			"a required field null":       newRecord("Author", store.Fields{"name": nil}),
			"a required relation":         newRecord("Chapter", store.Fields{"part": "1", "number": 1}),
			"a value of another type":     newRecord("Author", store.Fields{"name": 5}),
			"a fraction for an Int":       newRecord("Author", store.Fields{"name": "x", "age": 1.5}),
			"an Int of 33 bits":           newRecord("Author", store.Fields{"name": "x", "age": int64(1) << 31}),
			"no number":                   newRecord("Author", store.Fields{"name": "x", "height": math.NaN()}),
			"a day that is none":          newRecord("Author", store.Fields{"name": "x", "born": "2026-02-29"}),
			"no member of the enum":       newRecord("Book", store.Fields{"title": "x", "genre": "NOVEL"}),
			"no list":                     newRecord("Author", store.Fields{"name": "x", "tags": "a"}),
			"null in a list without":      newRecord("Book", store.Fields{"title": "x", "scores": []any{nil}}),
			"an unknown field of a type":  newRecord("Author", store.Fields{"name": "x", "mark": map[string]any{"nte": "x"}}),
			"JSON that is a number":       newRecord("Author", store.Fields{"name": "x", "extra": 5}),
			"a string that is not UTF-8":  newRecord("Author", store.Fields{"name": "\xff"}),
			"a value that is no JSON":     newRecord("Author", store.Fields{"name": "x", "extra": struct{}{}}),
			"an empty key":                newRecord("Author", store.Fields{"id": "", "name": "x"}),
			"a key without a part":        newRecord("Chapter", store.Fields{"part": "1", "bookChaptersId": "b"}),
			"a relation of another model": newRecord("Book", store.Fields{"title": "x", "author": first(st.Get(ctx, "Book", "b"))}),
			"a relation to many":          newRecord("Author", store.Fields{"name": "x", "books": nil}),
			"a relation and another key":  newRecord("Book", store.Fields{"title": "x", "author": a, "authorBooksId": "z"}),
			"a time of the store's":       newRecord("Author", store.Fields{"name": "x", "createdAt": past}),
			"an edit of the key":          edited(store.Fields{"id": "z"}),
			"an edit of a time":           edited(store.Fields{"updatedAt": past}),
			"an edit to null":             edited(store.Fields{"name": nil}),
			"an edit of nothing there":    edited(store.Fields{"aeg": 5}),
			"a nil record":                second(st.Save(ctx, nil)),
			"text that is no JSON":        save(put("Book", `{"id":"x"`)),
			"one bad record of two":       save(put("Book", `{"id":"x","title":"x"}`), put("Book", `{"id":"y"}`)),
			"a changed field of none":     save(edit("Book", `{"id":"b","title":"x"}`, "ttle")),
			"a condition of none":         second(st.Save(ctx, a, store.If(predicate.Where("aeg").Eq(1)))),
			"no key":                      second(st.Get(ctx, "Author", nil)),
			"a key too long":              second(st.Get(ctx, "Author", []any{"a", "b"})),
			"a key of another type":       second(st.Get(ctx, "Chapter", []any{1, 1})),
			"a predicate of none":         query(store.Where(predicate.Where("aeg").Eq(1))),
			"a predicate of another type": query(store.Where(predicate.Where("age").Eq("5"))),
			"an unknown relation":         query(store.Where(predicate.Where("boks.title").Eq("x"))),
			"a sort of none":              query(store.Ascending("aeg")),
			"a limit below 0":             query(store.Limit(-1)),
			"a page below 0":              query(store.Page(-1, 5)),
			"a delete of none":            second(st.DeleteKey(ctx, "Autor", "a")),
			"a delete of no record":       st.Delete(ctx, nil),
			"a delete where none":         second(st.DeleteWhere(ctx, "Author", predicate.Where("aeg").Eq(1))),
		},
		store.ErrReference: {
			"a reference to nothing":    save(put("Book", `{"id":"x","title":"x","authorBooksId":"z"}`)),
			"an edit of a reference":    save(edit("Book", `{"id":"b","title":"B","authorBooksId":"z"}`, "authorBooksId")),
			"a delete of what is bound": st.Delete(ctx, a),
		},
		store.ErrConflict: {
			"a save on a condition":   second(st.Save(ctx, a, store.If(predicate.Where("age").Eq(6)))),
			"a delete on a condition": st.Delete(ctx, a, store.OnlyIf(predicate.Where("age").Eq(6))),
		},
		store.ErrLimit: {
			"a key of kilobytes":       save(put("Author", `{"id":"`+strings.Repeat("x", 2000)+`","name":"x"}`)),
			"types nested too deep":    save(put("Author", `{"name":"x","mark":`+strings.Repeat(`{"inner":`, 40)+"null"+strings.Repeat("}", 40)+"}")),
			"a predicate too deep":     query(store.Where(deep(100))),
			"too many records at once": save(make([]store.Put, store.MaxBatch+1)...),
		},
	}
}

func first[T any](v T, _ error) T { return v }

func deep(n int) predicate.Predicate {
	p := predicate.Where("age").Eq(1)
	for range n {
		p = predicate.Not(p)
	}
	return p
}

func TestRefusals_HaveTheirCodeAndLeaveEverythingAsItWas(t *testing.T) {
	st, a := shelf(t)
	models := []string{"Author", "Book", "Chapter", "Loan", "Desk", "Lamp", "Room", "Floor", "Club", "Membership"}
	before, head := dump(t, st, models...), store.Head(st)
	tried := 0
	for code, inputs := range refusals(st, a) {
		for name, err := range inputs {
			tried++
			require.ErrorIs(t, err, code, name)
			require.NotEmpty(t, err.(*store.Error).Message, name)
		}
	}
	require.Greater(t, tried, 50)
	require.Equal(t, before, dump(t, st, models...))
	require.Equal(t, head, store.Head(st))
}

// TestPredicates_MeanTheSameInEveryVerb asks every verb that takes a predicate about
// the same authors, with predicates over relations among them.
func TestPredicates_MeanTheSameInEveryVerb(t *testing.T) {
	good := predicate.Where("title").BeginsWith("good")
	for name, c := range map[string]struct {
		where predicate.Predicate
		want  []string // of: all, that has good books alone; some, good and bad ones; none, without books
	}{
		"some":     {predicate.Some("books", good), []string{"all", "some"}},
		"a path":   {predicate.Where("books.title").BeginsWith("good"), []string{"all", "some"}},
		"every":    {predicate.Every("books", good), []string{"all", "none"}},
		"none":     {predicate.None("books", good), []string{"none"}},
		"not some": {predicate.Not(predicate.Some("books", good)), []string{"none"}},
		"null":     {predicate.Where("age").Lt(10), []string{"some"}},
		"not null": {predicate.Not(predicate.Where("age").Lt(10)), []string{"all", "none"}},
		"eq null":  {predicate.Where("age").Eq(nil), []string{"all", "none"}},
		"ne null":  {predicate.Where("age").Ne(nil), []string{"some"}},
		"ne":       {predicate.Where("age").Ne(7), []string{"all", "some", "none"}},
		"between":  {predicate.Where("age").Between(-5, 5), []string{"some"}},
	} {
		t.Run(name, func(t *testing.T) {
			st := library(t)
			saveAll(t, st, put("Author", `{"id":"all","name":"x"}`), put("Author", `{"id":"some","name":"x","age":5}`), put("Author", `{"id":"none","name":"x"}`),
				put("Book", `{"id":"1","title":"good 1","authorBooksId":"all"}`), put("Book", `{"id":"2","title":"good 2","authorBooksId":"some"}`),
				put("Book", `{"id":"3","title":"bad","authorBooksId":"some"}`))
			require.Equal(t, c.want, ids(t, st, "Author", store.Where(c.where)))
			text, err := c.where.JSON()
			require.NoError(t, err)
			n, err := st.Count(store.Query{Model: "Author", Where: text})
			require.NoError(t, err)
			require.Equal(t, len(c.want), n)
			for _, id := range []string{"all", "some", "none"} {
				matches := slices.Contains(c.want, id)
				r, err := st.Get(ctx, "Author", id)
				require.NoError(t, err)
				_, err = st.Save(ctx, r, store.If(c.where))
				require.Equal(t, matches, err == nil, "save %s: %v", id, err)
				c := c.where
				if !matches {
					require.ErrorIs(t, st.Delete(ctx, r, store.OnlyIf(c)), store.ErrConflict)
				}
			}
			deleted, err := st.DeleteWhere(ctx, "Author", c.where)
			require.NoError(t, err)
			var gone []string
			for _, r := range deleted {
				gone = append(gone, r.ID())
			}
			require.Equal(t, c.want, gone)
		})
	}
}
