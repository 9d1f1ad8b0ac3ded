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

func TestQuery_IsInOrderOfInsertionThroughEverything(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, storetest.Library)
	open := func() *store.Store {
		return storetest.OpenWith(t, store.Small(store.Options{Schema: s, Backend: storage.Handle()}, 5, 300))
	}
	st := open()
	var want []string
	for i := range 30 {
		create(t, st, "Floor", store.Fields{"id": fmt.Sprint(i), "level": 30 - i})
		want = append(want, fmt.Sprint(i))
	}
	for i := 0; i < 30; i += 4 {
		f, err := st.Get(ctx, "Floor", fmt.Sprint(i))
		require.NoError(t, err)
		f, err = f.With(store.Fields{"level": 99})
		require.NoError(t, err)
		_, err = st.Save(ctx, f)
		require.NoError(t, err)
	}
	require.Equal(t, want, ids(t, st, "Floor"), "updates keep the place")
	for _, id := range []string{"3", "20"} {
		_, err := st.DeleteKey(ctx, "Floor", id)
		require.NoError(t, err)
		create(t, st, "Floor", store.Fields{"id": id, "level": 0})
		want = append(slices.DeleteFunc(want, func(s string) bool { return s == id }), id)
	}
	require.Equal(t, want, ids(t, st, "Floor"), "what was deleted and saved again stands at the end")
	room, err := st.New("Room", store.Fields{"floorId": "none"})
	require.NoError(t, err)
	floor, err := st.New("Floor", store.Fields{"id": "5", "level": 1})
	require.NoError(t, err)
	_, err = st.SaveAll(ctx, []*store.Record{floor, room})
	require.ErrorIs(t, err, store.ErrReference)
	require.Equal(t, want, ids(t, st, "Floor"), "what was undone leaves no trace")
	require.NoError(t, st.Close())
	require.Equal(t, want, ids(t, open(), "Floor"), "and so it is in storage")
}

func TestQuery_SortsWithNullFirstAndTiesInOrderOfInsertion(t *testing.T) {
	st := library(t)
	for i, age := range []any{3, nil, 1, 3, nil, 2, -1} {
		create(t, st, "Author", store.Fields{"id": fmt.Sprint(i), "name": string(rune('a' + i%2)), "age": age})
	}
	for _, c := range []struct {
		want    []string
		options []store.QueryOption
	}{
		{[]string{"1", "4", "6", "2", "5", "0", "3"}, []store.QueryOption{store.Ascending("age")}},
		{[]string{"0", "3", "5", "2", "6", "1", "4"}, []store.QueryOption{store.Descending("age")}},
		{[]string{"4", "6", "2", "0", "1", "5", "3"}, []store.QueryOption{store.Ascending("name"), store.Ascending("age")}},
		{[]string{"3", "5", "1", "0", "2", "6", "4"}, []store.QueryOption{store.Descending("name"), store.Descending("age")}},
		{[]string{"1", "4"}, []store.QueryOption{store.Ascending("age"), store.Limit(2)}},
		{[]string{"1"}, []store.QueryOption{store.Ascending("age"), store.Limit(1)}},
		{[]string{"5", "0"}, []store.QueryOption{store.Ascending("age"), store.Page(2, 2)}},
		{[]string{"3"}, []store.QueryOption{store.Ascending("age"), store.Page(3, 2)}},
		{[]string{}, []store.QueryOption{store.Ascending("age"), store.Page(4, 2)}},
		{[]string{}, []store.QueryOption{store.Page(1<<60, 1<<60)}},
		{[]string{}, []store.QueryOption{store.Limit(0)}},
		{[]string{}, []store.QueryOption{store.Page(3, 0), store.Ascending("age")}},
		{[]string{"0", "1", "2", "3", "4", "5", "6"}, []store.QueryOption{store.Limit(1 << 60)}},
		{[]string{"2", "5"}, []store.QueryOption{store.Where(predicate.Where("age").Between(1, 2)), store.Limit(5)}},
	} {
		require.Equal(t, c.want, ids(t, st, "Author", c.options...))
	}
}

func TestQuery_PagesPutTogetherAreTheWhole(t *testing.T) {
	st := library(t)
	g := storetest.NewGenerator(1)
	for i := range 200 {
		create(t, st, "Floor", store.Fields{"id": fmt.Sprint(i), "level": g.IntN(20)})
	}
	for _, sort := range [][]store.QueryOption{nil, {store.Ascending("level")}, {store.Descending("level"), store.Ascending("id")}} {
		whole := ids(t, st, "Floor", sort...)
		for _, size := range []int{1, 7, 60, 199, 200, 201} {
			got := []string{}
			for page := 0; page*size < 200; page++ {
				got = append(got, ids(t, st, "Floor", append(slices.Clone(sort), store.Page(page, size))...)...)
			}
			require.Equal(t, whole, got, "pages of %d", size)
		}
	}
}

func TestQuery_SaysWhatIsWrongWithAQuestion(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	for want, options := range map[string][]store.QueryOption{
		"query Author: page and limit may not be negative":                                    {store.Limit(-1)},
		"query Author: page and limit may not be negative ":                                   {store.Page(-1, 5)},
		"query Author.nme: cannot be sorted by: it is no field of Author: did you mean name?": {store.Ascending("nme")},
		"query Author.tags: is no single value to sort by":                                    {store.Ascending("tags")},
		"query Author.mark: is no single value to sort by":                                    {store.Descending("mark")},
		"query Author.books: cannot be sorted by: it is no field of Author":                   {store.Descending("books")},
		"query Author.nme: is no field of Author: did you mean name?":                         {store.Where(predicate.Where("nme").Eq("x"))},
		"query Author: a sort has at most 16 keys":                                            nil,
	} {
		if options == nil {
			for range store.MaxSortKeys + 1 {
				options = append(options, store.Ascending("name"))
			}
		}
		_, err := st.Query(ctx, "Author", options...)
		require.ErrorContains(t, err, want[:len(want)-1])
	}
	_, err := st.Query(ctx, "author")
	require.EqualError(t, err, "query author: is no model of the schema: did you mean Author?")
	for _, q := range []store.Query{{Model: "Author", Page: -1, Limit: 5}, {Model: "Author", Limit: -2}, {Model: "Author", Page: 1, Limit: -1},
		{Model: "Author", Limit: -1, Where: []byte(`{`)}, {Limit: -1}} {
		_, err := st.Find(q)
		require.ErrorIs(t, err, store.ErrInvalid, "%+v", q)
	}
}

func TestGet_TakesAKeyAndNothingElse(t *testing.T) {
	st := library(t)
	book := create(t, st, "Book", store.Fields{"id": "b", "title": "t"})
	create(t, st, "Chapter", store.Fields{"part": "1", "number": 2, "book": book})
	c, err := st.Get(ctx, "Chapter", []any{"1", 2})
	require.NoError(t, err)
	require.Equal(t, []any{"1", 2.0}, c.Key())
	none, err := st.Get(ctx, "Chapter", []any{"2", 1})
	require.NoError(t, err)
	require.Nil(t, none)
	for want, key := range map[string]any{
		"query Chapter: the key has 2 values, got 1":                 "1",
		"query Chapter: the key has 2 values, got 3":                 []any{"1", 2, 3},
		"query Chapter: the key has 2 values, got 0":                 []any{},
		"query Chapter.part: is part of the key and may not be null": []any{nil, 2},
		"query Chapter.number: must be an integer, got \"2\"":        []any{"1", "2"},
		"query Chapter.part: must be a string, got 1":                []any{1, 2},
		"query: a value of a Go type that is no JSON: use nil, bool, numbers, string, []byte of JSON text, []any or map[string]any": struct{}{},
	} {
		_, err := st.Get(ctx, "Chapter", key)
		require.EqualError(t, err, want)
		_, err = st.DeleteKey(ctx, "Chapter", key)
		require.ErrorIs(t, err, store.ErrInvalid)
	}
	_, err = st.FindKey("Chapter", []byte(" [ \"1\" , 2.0 ] "))
	require.NoError(t, err)
	for _, key := range []string{``, `5`, `{}`, `["1",2`, `["1",2] x`} {
		_, err = st.FindKey("Chapter", []byte(key))
		require.ErrorIs(t, err, store.ErrInvalid, key)
	}
}

func TestRelations_SayWhatIsWrongWithThem(t *testing.T) {
	st := library(t)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	_, err := a.One(ctx, "books")
	require.EqualError(t, err, "query Author.books: leads to many records: use Many")
	_, err = a.Many("mentor").Slice(ctx)
	require.EqualError(t, err, "query Author.mentor: leads to one record: use One")
	_, err = a.One(ctx, "mentr")
	require.EqualError(t, err, "query Author.mentr: is no relation of Author: did you mean mentor?")
	for _, err := range a.Many("bks").All(ctx) {
		require.ErrorIs(t, err, store.ErrInvalid)
	}
	none, err := a.One(ctx, "mentor")
	require.NoError(t, err)
	require.Nil(t, none)
	rel := st.Schema().Model("Author").Relation("mentor")
	for text, ok := range map[string]bool{`["a"]`: true, `[null]`: true, ` [ "a" ]`: true, `[]`: false, `["a","b"]`: false, `[5]`: false, `x`: false} {
		_, err := st.FindRelated(rel, []byte(text))
		require.Equal(t, ok, err == nil, "%s: %v", text, err)
	}
}

func TestParseQuery_ReadsWhatItKnowsAndRefusesTheRest(t *testing.T) {
	s := storetest.Schema(t, storetest.Library)
	q, err := store.ParseQuery(s, []byte(` {"model":"Author","where":{"all":true},"sort":[["name","DESCENDING"],["age","ASCENDING"]],"page":2,"limit":10}`))
	require.NoError(t, err)
	require.Equal(t, store.Query{Model: "Author", Where: []byte(`{"all":true}`), Sort: []store.Sort{{Field: "name", Descending: true}, {Field: "age"}},
		Page: 2, Limit: 10}, q)
	q, err = store.ParseQuery(s, []byte(`{"model":1}`))
	require.NoError(t, err)
	require.Equal(t, store.Query{Model: "Book", Limit: -1}, q)
	st := storetest.Open(t, storetest.Library, memory.New())
	for _, text := range []string{``, `5`, `{`, `[]`, `{"model":"Author","lmit":1}`, `{"model":"Author","page":1}`, `{"model":"Author","limit":-1}`,
		`{"model":"Author","limit":1.5}`, `{"model":"Author","limit":"1"}`, `{"model":"Author","limit":null}`, `{"model":"Author","limit":99999999999}`,
		`{"model":"Author","sort":5}`, `{"model":"Author","sort":["name"]}`, `{"model":"Author","sort":[["name"]]}`, `{"model":"Author","sort":[["name","UP"]]}`,
		`{"model":"Author","sort":[["name","ASCENDING","x"]]}`, `{"model":"Author","sort":[[5,"ASCENDING"]]}`, `{"model":null}`, `{"model":99}`, `{}`} {
		q, err := store.ParseQuery(s, []byte(text))
		if err == nil {
			_, err = st.Find(q)
		}
		require.ErrorIs(t, err, store.ErrInvalid, text)
	}
}

func TestAppend_ShowsNullForWhatIsGone(t *testing.T) {
	st := library(t)
	create(t, st, "Floor", store.Fields{"id": "f", "level": 1})
	create(t, st, "Floor", store.Fields{"id": "g", "level": 2})
	found, err := st.Find(store.Query{Model: "Floor", Limit: -1})
	require.NoError(t, err)
	_, err = st.DeleteKey(ctx, "Floor", "f")
	require.NoError(t, err)
	gone, there := found.Refs[0].Row, found.Refs[1].Row
	require.Equal(t, `["g",2]`, string(st.AppendValues(nil, found.Model, there)))
	for _, number := range []uint32{gone, 1 << 31} {
		require.Equal(t, `null`, string(st.AppendValues(nil, found.Model, number)))
	}
	packed := st.AppendPacked(nil, found.Model, []uint32{gone, there, 1 << 31, there})
	require.Equal(t, `"g",2]"g",2][null,null]`, string(packed[16+4*2*4:]))
}
