//go:build !js || sdl

package store_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

var (
	readSeeds = flag.Int("read.seeds", 60, "how many random stores are read in every way")
	readSeed  = flag.Uint64("read.seed", 0, "the first of them")
)

// stocked returns a store with random records of every model, and the same as plain
// rows.
func stocked(t *testing.T, g *storetest.Generator) (*store.Store, *storetest.Reference) {
	st := storetest.Open(t, storetest.Library, memory.New())
	g.IDs = 3 + g.IntN(12)
	for range 3 {
		for _, m := range st.Schema().Models {
			for range g.IntN(15) {
				fields := store.Fields{}
				for name, text := range g.Row(m) {
					fields[name] = []byte(text)
				}
				r, err := st.New(m.Name, fields)
				require.NoError(t, err)
				if _, err = st.Save(ctx, r); err != nil {
					require.ErrorIs(t, err, store.ErrReference)
				}
			}
		}
	}
	plain, err := storetest.NewReference(st.Schema(), "").Read(st)
	require.NoError(t, err)
	return st, plain
}

// eachStocked runs a test on stores of random records.
func eachStocked(t *testing.T, test func(g *storetest.Generator, st *store.Store, plain *storetest.Reference, replay string)) {
	for seed := *readSeed; seed < *readSeed+uint64(*readSeeds); seed++ {
		g := storetest.NewGenerator(seed)
		st, plain := stocked(t, g)
		test(g, st, plain, fmt.Sprintf("go test ./store -run '^%s$' -read.seed=%d -read.seeds=1", t.Name(), seed))
	}
}

// treeOf gives records with what they include as plain rows.
func treeOf(list []*store.Record, include []store.Inclusion) []storetest.Tree {
	trees := []storetest.Tree{}
	for _, r := range list {
		t := storetest.Tree{Row: record.GoValue(r.JSON()).(storetest.Row), Included: map[string][]storetest.Tree{}}
		for _, one := range include {
			t.Included[one.Relation] = treeOf(r.Included(one.Relation), one.Include)
		}
		trees = append(trees, t)
	}
	return trees
}

// asking makes an option of a whole query.
func asking(q store.Query) store.QueryOption {
	return func(into *store.Query) error {
		*into = q
		return nil
	}
}

func TestInclude_AgreesWithALookAtEveryRow(t *testing.T) {
	found := map[string]int{}
	var count func(m *schema.Model, list []storetest.Tree)
	count = func(m *schema.Model, list []storetest.Tree) {
		for _, t := range list {
			for name, below := range t.Included {
				rel := m.Relation(name)
				found[fmt.Sprint(rel.Kind)] += len(below)
				if rel.Target == rel.Owner {
					found["self"] += len(below)
				}
				if far := rel.Far; far != nil {
					count(far, below)
				} else {
					count(rel.Target, below)
				}
			}
		}
	}
	eachStocked(t, func(g *storetest.Generator, st *store.Store, plain *storetest.Reference, replay string) {
		for range 20 {
			m := storetest.Pick(g, st.Schema().Models)
			q := g.Question(m)
			q.Include = g.Inclusions(m, 2+g.IntN(2))
			list, err := st.Query(ctx, m.Name, asking(q))
			require.NoError(t, err, replay)
			want := plain.Tree(q)
			require.Equal(t, want, treeOf(list, q.Include), replay)
			count(m, want)
		}
	})
	t.Log(*readSeeds, "seeds:", found)
	for _, kind := range []string{fmt.Sprint(schema.HasOne), fmt.Sprint(schema.HasMany), fmt.Sprint(schema.BelongsTo), fmt.Sprint(schema.ManyToMany), "self"} {
		require.Greater(t, found[kind], *readSeeds, "too few records of relations of kind %s", kind)
	}
}

func TestInclude_NamesEachRowOnce(t *testing.T) {
	eachStocked(t, func(g *storetest.Generator, st *store.Store, _ *storetest.Reference, replay string) {
		m := storetest.Pick(g, st.Schema().Models)
		tree, err := st.FindTree(store.Query{Model: m.Name, Limit: -1, Include: g.Inclusions(m, 2)})
		require.NoError(t, err, replay)
		models := map[*schema.Model]bool{}
		for _, found := range tree.Rows {
			require.False(t, models[found.Model], replay)
			models[found.Model] = true
			for i := 1; i < len(found.Refs); i++ {
				require.Less(t, found.Refs[i-1].Row, found.Refs[i].Row, replay)
			}
		}
	})
}

func TestInclude_LimitsAndSortsForEachParentByItself(t *testing.T) {
	st := library(t)
	for _, name := range []string{"ada", "bob", "eve"} {
		author := create(t, st, "Author", store.Fields{"id": name, "name": name})
		for i := range 5 {
			if name != "eve" {
				create(t, st, "Book", store.Fields{"id": fmt.Sprint(name, i), "title": "t", "pages": i * 10, "author": author})
			}
		}
	}
	list, err := st.Query(ctx, "Author", store.Include("books", store.Descending("pages"), store.Limit(2),
		store.Where(predicate.Where("pages").Lt(40)), store.Include("author")))
	require.NoError(t, err)
	got := map[string][]string{}
	for _, author := range list {
		for _, book := range author.Included("books") {
			got[author.ID()] = append(got[author.ID()], book.ID())
			require.Len(t, book.Included("author"), 1)
			require.Equal(t, author.ID(), book.Included("author")[0].ID())
			require.Nil(t, book.Included("author")[0].Included("books"), "only what was asked for")
		}
		require.NotNil(t, author.Included("books"))
	}
	require.Equal(t, map[string][]string{"ada": {"ada3", "ada2"}, "bob": {"bob3", "bob2"}}, got)

	list, err = st.Query(ctx, "Author", store.Limit(1), store.Include("books", store.Page(1, 3)))
	require.NoError(t, err)
	require.Len(t, list[0].Included("books"), 2, "pages too are of each parent")
}

func TestGet_IncludesRelations(t *testing.T) {
	st := library(t)
	author := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	create(t, st, "Book", store.Fields{"id": "b", "title": "t", "author": author})
	got, err := st.Get(ctx, "Author", "a", store.Include("books"), store.Include("mentor"))
	require.NoError(t, err)
	require.Equal(t, "b", got.Included("books")[0].ID())
	require.Equal(t, []*store.Record{}, got.Included("mentor"))
	require.Nil(t, got.Included("clubs"))
	got.Included("books")[0] = nil
	require.NotNil(t, got.Included("books")[0], "what is handed out is a copy")
	changed, err := got.With(store.Fields{"age": 5})
	require.NoError(t, err)
	saved, err := st.Save(ctx, changed)
	require.NoError(t, err)
	require.Nil(t, saved.Included("books"))
	none, err := st.Get(ctx, "Author", "nobody", store.Include("books"))
	require.NoError(t, err)
	require.Nil(t, none)
	_, err = st.Get(ctx, "Author", "nobody", store.Include("boks"))
	require.EqualError(t, err, "query Author.boks: is no relation of Author: did you mean books?")
	for _, option := range []store.QueryOption{store.Limit(1), store.Where(predicate.All()), store.Ascending("name")} {
		_, err = st.Get(ctx, "Author", "a", option)
		require.EqualError(t, err, "query Author: a query by key takes include and no other option")
	}
}

func TestInclude_SaysWhatIsWrong(t *testing.T) {
	st := library(t)
	nested := func(depth int) store.QueryOption {
		option := store.Include("mentor")
		for range depth - 1 {
			option = store.Include("mentor", option)
		}
		return option
	}
	for want, option := range map[string]store.QueryOption{
		"query Author.bok: is no relation of Author: did you mean books?":                     store.Include("bok"),
		"query Author.name: is no relation of Author":                                         store.Include("name"),
		"query Author: is no relation of Author ":                                             store.Include(""),
		"query Book.chpters: is no relation of Book: did you mean chapters?":                  store.Include("books", store.Include("chpters")),
		"query Club.nam: is no field of Club: did you mean name?":                             store.Include("clubs", store.Where(predicate.Where("nam").Eq("x"))),
		"query Book.titel: cannot be sorted by: it is no field of Book: did you mean title?":  store.Include("books", store.Ascending("titel")),
		"query: page and limit may not be negative":                                           store.Include("books", store.Limit(-2)),
		"query Author.books: is included twice: include it once":                              both(store.Include("books"), store.Include("books")),
		"query Author.mentor: too many includes: they may be 16 deep, and 64 in all":          nested(store.MaxIncludeDepth + 1),
		"query Author.books: page and limit may not be negative, and page needs a limit":      asking(store.Query{Model: "Author", Limit: -1, Include: []store.Inclusion{{Relation: "books", Query: store.Query{Page: 1, Limit: -1}}}}),
		"query Author.books: page and limit may not be negative, and page needs a limit ":     asking(store.Query{Model: "Author", Limit: -1, Include: []store.Inclusion{{Relation: "books", Query: store.Query{Limit: -1, Key: []byte(`["a"]`)}}}}),
		"query: a value of a Go type that is no JSON: use nil, bool, numbers, string, []byte": store.Include("books", store.Where(predicate.Where("title").Eq(struct{}{}))),
	} {
		_, err := st.Query(ctx, "Author", option)
		require.ErrorContains(t, err, want[:len(want)-1])
		require.NotEqual(t, store.ErrInternal, codeOf(err))
	}
	_, err := st.Query(ctx, "Author", nested(store.MaxIncludeDepth))
	require.NoError(t, err)
	fan := []store.QueryOption{nested(15), store.Include("pupils", nested(15)), store.Include("books", store.Include("author", nested(14)))}
	_, err = st.Query(ctx, "Author", append(fan, store.Include("clubs", store.Include("members", nested(14), store.Include("desk"))))...)
	require.NoError(t, err, "64 of 64")
	_, err = st.Query(ctx, "Author", append(fan, store.Include("clubs", store.Include("members", nested(14), store.Include("desk", store.Include("room")))))...)
	require.ErrorIs(t, err, store.ErrLimit)
}

func TestInclude_HasABoundForAllRelationsTogether(t *testing.T) {
	st := library(t)
	for i := range 10 {
		author := create(t, st, "Author", store.Fields{"id": fmt.Sprint(i), "name": "x"})
		create(t, st, "Book", store.Fields{"title": "t", "author": author})
	}
	q := store.Query{Model: "Author", Limit: -1}
	require.NoError(t, store.Include("books", store.Include("author"))(&q))
	_, err := store.FindTreeOf(st, q, 20)
	require.NoError(t, err)
	_, err = store.FindTreeOf(st, q, 19)
	require.EqualError(t, err, "query Book.author: the included relations have more than 19 records: set a limit")
	require.ErrorIs(t, err, store.ErrLimit)
}

func both(a, b store.QueryOption) store.QueryOption {
	return func(q *store.Query) error {
		if err := a(q); err != nil {
			return err
		}
		return b(q)
	}
}
