//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// openWith opens the storage with a schema.
func openWith(t *testing.T, storage *memory.Backend, sdl string) *store.Store {
	t.Helper()
	return storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, sdl), Backend: storage.Handle()}, 2, 200))
}

const plainModel = ` @model(timestamps: null) `

func TestOpen_FindsWhatWasRenamed(t *testing.T) {
	before := `type Post` + plainModel + `{ id: ID! title: String! comments: [Comment] @hasMany tags: [Tag] @manyToMany(relationName: "PostTags") }
		type Comment` + plainModel + `{ id: ID! text: String }
		type Tag` + plainModel + `{ name: ID! @primaryKey posts: [Post] @manyToMany(relationName: "PostTags") }`
	after := `type Article @model(timestamps: null) @renamedFrom(name: "Post") { id: ID! headline: String! @renamedFrom(name: "title")
			remarks: [Comment] @hasMany @renamedFrom(name: "comments") tags: [Tag] @manyToMany(relationName: "PostTags") }
		type Comment` + plainModel + `{ id: ID! body: String @renamedFrom(name: "text") article: Article! @belongsTo }
		type Tag` + plainModel + `{ code: ID! @primaryKey @renamedFrom(name: "name") posts: [Article] @manyToMany(relationName: "PostTags") }`
	storage := memory.New()
	st := openWith(t, storage, before)
	for i := range 3 {
		create(t, st, "Post", store.Fields{"id": fmt.Sprint(i), "title": "t"})
		create(t, st, "Comment", store.Fields{"id": fmt.Sprint(i), "text": "c", "postCommentsId": fmt.Sprint(i)})
	}
	create(t, st, "Tag", store.Fields{"name": "x"})
	create(t, st, "PostTags", store.Fields{"id": "j", "postId": "1", "tagName": "x"})
	_, err := st.DeleteKey(ctx, "Post", "2")
	require.NoError(t, err)
	require.NoError(t, st.Close())

	st = openWith(t, storage, after)
	for range 2 {
		require.Equal(t, `{"id":"1","headline":"t"}`, texts(t, st, "Article")[1])
		require.Equal(t, []string{"0", "1"}, ids(t, st, "Article"))
		require.Equal(t, `{"id":"1","body":"c","articleRemarksId":"1"}`, texts(t, st, "Comment")[1])
		require.Equal(t, []string{`{"code":"x"}`}, texts(t, st, "Tag"))
		require.Equal(t, `{"id":"j","articleId":"1","tagCode":"x"`, texts(t, st, "PostTags")[0][:39])
		article, err := st.Get(ctx, "Article", "1")
		require.NoError(t, err)
		tags, err := article.Many("tags").Slice(ctx)
		require.NoError(t, err)
		require.Len(t, tags, 1)
		create(t, st, "Tag", store.Fields{"code": "x"})
		require.NoError(t, st.Close())
		st = openWith(t, storage, after)
	}
}

func TestOpen_RefusesRelationsThatLeadElsewhereAndNowhere(t *testing.T) {
	const models = `type A @model(timestamps: null) { id: ID! } type B @model(timestamps: null) { id: ID! } `
	before := models + `type C` + plainModel + `{ id: ID! toId: ID to: A @belongsTo(fields: ["toId"]) }`
	for name, c := range map[string]struct{ after, to, want string }{
		"to a model that has it":           {`type C` + plainModel + `{ id: ID! toId: ID to: B @belongsTo(fields: ["toId"]) }`, `both`, ``},
		"to a model that does not have it": {`type C` + plainModel + `{ id: ID! toId: ID to: B @belongsTo(fields: ["toId"]) }`, `a`, `open C.to: stored records refer to B "a", which is not there: give the relation a name of its own, or set it in a migration function`},
		"from nobody":                      {`type C` + plainModel + `{ id: ID! toId: ID to: B @belongsTo(fields: ["toId"]) }`, ``, ``},
		"required, with a value":           {`type C` + plainModel + `{ id: ID! toId: ID to: A! @belongsTo(fields: ["toId"]) }`, `a`, ``},
		"required, from nobody":            {`type C` + plainModel + `{ id: ID! toId: ID to: A! @belongsTo(fields: ["toId"]) }`, ``, `open C.to: is required now, and stored records refer to none: make it optional, or set it in a migration function`},
		"by another field":                 {`type C` + plainModel + `{ id: ID! otherId: ID to: A @belongsTo(fields: ["otherId"]) }`, `a`, ``},
		"a new one":                        {`type C` + plainModel + `{ id: ID! toId: ID to: A @belongsTo(fields: ["toId"]) b: B @hasOne }`, `a`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			storage := memory.New()
			st := openWith(t, storage, before)
			create(t, st, "A", store.Fields{"id": "a"})
			create(t, st, "A", store.Fields{"id": "both"})
			create(t, st, "B", store.Fields{"id": "both"})
			fields := store.Fields{"id": "c"}
			if c.to != "" {
				fields["toId"] = c.to
			}
			create(t, st, "C", fields)
			require.NoError(t, st.Close())
			other, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, models+c.after), Backend: storage.Handle()})
			if c.want != "" {
				require.EqualError(t, err, c.want)
				require.ErrorIs(t, err, store.ErrSchemaChanged)
				require.Equal(t, []string{"c"}, ids(t, openWith(t, storage, before), "C"))
				return
			}
			require.NoError(t, err)
			require.NoError(t, other.Close())
		})
	}
}

func TestOpen_AsksOnlyRecordsThatAreThere(t *testing.T) {
	storage := memory.New()
	before := `type A` + plainModel + `{ id: ID! a: String b: Int } type B` + plainModel + `{ id: ID! }`
	st := storetest.Open(t, before, storage.Handle())
	create(t, st, "A", store.Fields{"id": "1", "a": "text"})
	create(t, st, "A", store.Fields{"id": "2", "a": "text"})
	_, err := st.DeleteKey(ctx, "A", "1")
	require.NoError(t, err)
	a, err := st.Get(ctx, "A", "2")
	require.NoError(t, err)
	a, err = a.With(store.Fields{"a": nil, "b": 5})
	require.NoError(t, err)
	_, err = st.Save(ctx, a)
	require.NoError(t, err)
	require.NoError(t, st.Close())

	st = storetest.Open(t, `type A`+plainModel+`{ id: ID! a: Int b: Int! }`, storage.Handle())
	require.Equal(t, []string{`{"id":"2","a":null,"b":5}`}, texts(t, st, "A"), "what was overwritten or deleted stands against nothing")
	_, err = st.DeleteKey(ctx, "A", "2")
	require.NoError(t, err)
	require.NoError(t, st.Close())
	st = storetest.Open(t, `type A`+plainModel+`{ b: Int! @primaryKey }`, storage.Handle())
	require.Empty(t, ids(t, st, "A"), "with no record left, another key is no matter")
}

func TestOpen_KeepsValuesOfRemovedFieldsUntilSomethingIsSaved(t *testing.T) {
	before := `type A` + plainModel + `{ id: ID! gone: String stays: Int } type B` + plainModel + `{ id: ID! }`
	after := `type A` + plainModel + `{ id: ID! stays: Int } type B` + plainModel + `{ id: ID! }`
	storage := memory.New()
	st := openWith(t, storage, before)
	for i := range 5 {
		create(t, st, "A", store.Fields{"id": fmt.Sprint(i), "gone": "text", "stays": i})
	}
	require.NoError(t, st.Close())

	st = openWith(t, storage, after)
	require.Equal(t, `{"id":"0","stays":0}`, texts(t, st, "A")[0])
	require.NoError(t, st.Close())
	st = openWith(t, storage, before)
	require.Equal(t, `{"id":"0","gone":"text","stays":0}`, texts(t, st, "A")[0], "the other schema was only looked through")
	require.NoError(t, st.Close())

	st = openWith(t, storage, after)
	for i := range 4 {
		create(t, st, "B", store.Fields{"id": fmt.Sprint(i)})
	}
	require.NoError(t, st.Close())
	st = openWith(t, storage, after)
	for i := range 4 {
		create(t, st, "B", store.Fields{"id": fmt.Sprint(4 + i)})
	}
	require.NoError(t, st.Close())
	st = openWith(t, storage, before)
	require.Equal(t, `{"id":"0","gone":null,"stays":0}`, texts(t, st, "A")[0], "since something was saved with it, the values go")
}

func TestOpen_OfAnOlderVersionIsRefusedAndLeavesStorageAsItIs(t *testing.T) {
	storage, s := memory.New(), storetest.Schema(t, `type A`+plainModel+`{ id: ID! }`)
	open := func(version int) (*store.Store, error) {
		return store.Open(context.Background(), store.Options{Schema: s, Backend: storage.Handle(), Version: version})
	}
	st, err := open(3)
	require.NoError(t, err)
	create(t, st, "A", store.Fields{"id": "1"})
	require.NoError(t, st.Close())
	before := read(t, storage)
	for _, version := range []int{0, 1, 2} {
		_, err = open(version)
		require.ErrorIs(t, err, store.ErrSchemaChanged)
		require.EqualError(t, err, fmt.Sprintf("open: the records are of version 3 of the app, and this is version %d: reload the page to get the newer one", max(1, version)))
	}
	require.Equal(t, before, read(t, storage))
	st, err = open(3)
	require.NoError(t, err)
	require.NoError(t, st.Clear(ctx))
	require.NoError(t, st.Close())
	_, err = open(2)
	require.ErrorIs(t, err, store.ErrSchemaChanged, "the version outlives the records")
}

func TestTabs_OneThatAnotherSchemaHasWrittenUnderSaysSo(t *testing.T) {
	storage := memory.New()
	open := func() *store.Store {
		s := storetest.Schema(t, `type A`+plainModel+`{ id: ID! title: String }`)
		st, err := store.Open(ctx, store.Options{Schema: s, Backend: storage.Handle()})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, st.Close()) })
		return st
	}
	old := open()
	create(t, old, "A", store.Fields{"id": "1", "title": "t"})
	twin := open()

	next := openWith(t, storage, `type A`+plainModel+`{ id: ID! headline: String @renamedFrom(name: "title") }`)
	require.Equal(t, []string{`{"id":"1","headline":"t"}`}, texts(t, next, "A"))
	create(t, old, "A", store.Fields{"id": "2", "title": "t"})
	create(t, twin, "A", store.Fields{"id": "3", "title": "t"})
	create(t, next, "A", store.Fields{"id": "4", "headline": "t"})
	require.Equal(t, []string{"1", "2", "3", "4"}, ids(t, next, "A"), "until it has written, the others go on")

	for _, st := range []*store.Store{old, twin} {
		r, err := st.New("A", store.Fields{"id": "5", "title": "lost"})
		require.NoError(t, err)
		_, err = st.Save(ctx, r)
		require.ErrorIs(t, err, store.ErrSchemaChanged)
		require.EqualError(t, err, "save: another tab has written with another schema: reload the page")
		_, err = st.Save(ctx, r)
		require.ErrorIs(t, err, store.ErrSchemaChanged)
	}
	require.NoError(t, store.Follow(next))
	require.Equal(t, []string{"1", "2", "3", "4"}, ids(t, next, "A"))
}
