//go:build !js || sdl

package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// versions are one app's schema as it changes.
var versions = []string{
	`type Post @model(timestamps: null) { id: ID! title: String! stars: Int at: Point }
	 type Point { x: Int }
	 type Draft @model(timestamps: null) { id: ID! text: String }`,
	`type Post @model(timestamps: null) { id: ID! lang: String! @default(value: "en") title: String! at: Point notes: [Note] @hasMany }
	 type Point { x: Int y: Int }
	 type Note @model(timestamps: null) { id: ID! text: String }`,
	`type Post @model(timestamps: null) { id: ID! title: String! @index stars: Float lang: String }
	 type Draft @model(timestamps: null) { id: ID! text: String words: Int }`,
}

// version opens the storage with one version of the schema.
func version(t *testing.T, storage *memory.Backend, n, entries int) *store.Store {
	t.Helper()
	return storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, versions[n]), Backend: storage.Handle()}, entries, 200))
}

func TestOpen_ReadsWhatOlderVersionsOfTheSchemaWrote(t *testing.T) {
	for _, entries := range []int{1, 2, 5, 1000} { // folded at once, now and then, never
		t.Run(fmt.Sprint("folded after ", entries), func(t *testing.T) {
			storage := memory.New()
			st := version(t, storage, 0, entries)
			for i := range 3 {
				create(t, st, "Post", store.Fields{"id": fmt.Sprint(i), "title": "t", "stars": i, "at": map[string]any{"x": i}})
				create(t, st, "Draft", store.Fields{"id": fmt.Sprint(i), "text": "d"})
			}
			require.NoError(t, st.Close())

			st = version(t, storage, 1, entries)
			require.Equal(t, `{"id":"1","lang":"en","title":"t","at":{"x":1,"y":null}}`, texts(t, st, "Post")[1])
			p, err := st.Get(ctx, "Post", "0")
			require.NoError(t, err)
			p, err = p.With(store.Fields{"lang": "de", "at": map[string]any{"y": 5}})
			require.NoError(t, err)
			p, err = st.Save(ctx, p)
			require.NoError(t, err)
			create(t, st, "Note", store.Fields{"id": "n", "postNotesId": p.ID()})
			_, err = st.DeleteKey(ctx, "Post", "2")
			require.NoError(t, err)
			require.NoError(t, st.Close())

			st = version(t, storage, 2, entries)
			require.Equal(t, `{"id":"0","title":"t","stars":null,"lang":"de"}`, texts(t, st, "Post")[0])
			require.Equal(t, []string{"0", "1"}, ids(t, st, "Post"))
			require.Equal(t, []string{"0", "1", "2"}, ids(t, st, "Draft"), "records of a model that was left out are kept")
			_, err = st.DeleteKey(ctx, "Draft", "1")
			require.NoError(t, err)
			d, err := st.Get(ctx, "Draft", "2")
			require.NoError(t, err)
			d, err = d.With(store.Fields{"words": 9})
			require.NoError(t, err)
			_, err = st.Save(ctx, d)
			require.NoError(t, err)
			require.NoError(t, st.Close())

			st = version(t, storage, 1, entries)
			create(t, st, "Note", store.Fields{"id": "m"})
			create(t, st, "Note", store.Fields{"id": "o"})
			require.NoError(t, st.Close())
			st = version(t, storage, 2, entries)
			drafts := texts(t, st, "Draft")
			require.ElementsMatch(t, []string{`{"id":"0","text":"d","words":null}`, `{"id":"2","text":"d","words":9}`}, drafts,
				"once each, whichever versions wrote them")
			require.NoError(t, st.Close())

			st = version(t, storage, 1, entries)
			require.Equal(t, []string{"n", "m", "o"}, ids(t, st, "Note"))
			require.NoError(t, st.Clear(ctx))
			require.NoError(t, st.Close())
			for n := range versions {
				st = version(t, storage, n, entries)
				for _, m := range st.Schema().Models {
					require.Empty(t, ids(t, st, m.Name), "clear removes what the schema does not have, too")
				}
				require.NoError(t, st.Close())
			}
		})
	}
}

func TestOpen_KeepsEachRecordOfAModelItDoesNotKnowOnce(t *testing.T) {
	for range 10 { // which of the layouts comes first is chance
		storage := memory.New()
		write := func(n, entries int, model string, fields store.Fields) {
			st := version(t, storage, n, entries)
			create(t, st, model, fields)
			require.NoError(t, st.Close())
		}
		write(0, 1000, "Draft", store.Fields{"id": "a", "text": "old"})
		write(0, 1000, "Draft", store.Fields{"id": "b", "text": "old"})
		write(2, 1000, "Draft", store.Fields{"id": "a", "text": "new", "words": 1})
		write(1, 1, "Note", store.Fields{"id": "folds"})
		st := version(t, storage, 2, 1000)
		require.ElementsMatch(t, []string{`{"id":"a","text":"new","words":1}`, `{"id":"b","text":"old","words":null}`}, texts(t, st, "Draft"))
		require.NoError(t, st.Close())
	}
}

func TestOpen_RefusesASchemaThatStoredRecordsDoNotFit(t *testing.T) {
	storage := memory.New()
	st := version(t, storage, 0, 1000)
	create(t, st, "Post", store.Fields{"id": "1", "title": "t"})
	require.NoError(t, st.Close())
	for want, sdl := range map[string]string{
		"open Post.body: is required now, and stored records have no value for it: make it optional, give it a @default, or set it in a migration function":             `type Post @model { id: ID! body: String! }`,
		"open Post.title: stored records do not fit the new type: keep the old one, or convert them in a migration function: Post.title: must be an integer, got \"t\"": `type Post @model { id: ID! title: Int }`,
		"open Post: the primary key of stored records is another one: keep the old key, or save the records anew in a migration function":                               `type Post @model { id: ID! title: String! @primaryKey }`,
	} {
		_, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, sdl), Backend: storage.Handle()})
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, store.ErrSchemaChanged)
	}
	require.Equal(t, []string{"1"}, ids(t, version(t, storage, 0, 1000), "Post"), "and storage stays as it was")
}
