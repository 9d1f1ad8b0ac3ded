//go:build !js || sdl

package store_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

var writeFixture = flag.Bool("fixture", false, "write down a storage in the present format, if there is none of its version yet")

// fixture is what a storage held that some version of this code has written, and the
// records that are in it. A released one never changes.
type fixture struct {
	Schema   string
	Manifest string // hexadecimal, as are the others
	Blocks   map[string]string
	Entries  map[string]string
	Records  map[string][]string // by model, in order
}

func (f *fixture) storage(t *testing.T) *memory.Backend {
	t.Helper()
	data := func(text string) []byte {
		b, err := hex.DecodeString(text)
		require.NoError(t, err)
		return b
	}
	b := memory.New()
	r := log.Replace{Manifest: data(f.Manifest)}
	for id, text := range f.Blocks {
		block := log.Block{Data: data(text)}
		_, err := fmt.Sscan(id, &block.ID)
		require.NoError(t, err)
		r.Put = append(r.Put, block)
	}
	require.NoError(t, b.Replace(ctx, r))
	for sequence, text := range f.Entries {
		a := log.Append{Generation: 1, Data: data(text)}
		_, err := fmt.Sscan(sequence, &a.Sequence)
		require.NoError(t, err)
		require.NoError(t, b.Append(ctx, a))
	}
	return b
}

// everything is a schema with every type of value, key and relation.
const everything = `
type Value @model {
  id: ID!
  string: String!
  int: Int
  float: Float
  boolean: Boolean
  date: AWSDate
  time: AWSTime
  dateTime: AWSDateTime
  timestamp: AWSTimestamp
  email: AWSEmail
  json: AWSJSON
  url: AWSURL
  phone: AWSPhone
  ip: AWSIPAddress
  enum: Shade
  object: Place
  strings: [String]
  enums: [Shade!]
  objects: [Place!]
}
enum Shade { PALE DARK }
type Place { street: String! number: Int around: [Place!] }
type Composite @model(timestamps: null) { shade: Shade! @primaryKey(sortKeyFields: ["number", "text"]) number: Int! text: String! note: String @index }
type Post @model { id: ID! title: String! comments: [Comment] @hasMany tags: [Tag] @manyToMany(relationName: "PostTags") cover: Cover @hasOne }
type Comment @model { id: ID! text: String post: Post! @belongsTo }
type Cover @model { id: ID! url: AWSURL }
type Tag @model(timestamps: null) { name: ID! @primaryKey posts: [Post] @manyToMany(relationName: "PostTags") }
`

// writeEverything fills a storage with blocks, entries and a model that the schema no
// longer has.
func writeEverything(t *testing.T, storage *memory.Backend) {
	t.Helper()
	open := func(sdl string, entries int) *store.Store {
		return storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, sdl), Backend: storage.Handle(), Clock: func() int64 { return noon }}, entries, 400))
	}
	st := open(everything+`type Gone @model { id: ID! text: String }`, 3)
	create(t, st, "Gone", store.Fields{"id": "g", "text": "kept"})
	require.NoError(t, st.Close())
	st = open(everything, 4)
	place := map[string]any{"street": "é\"\\\u2028", "number": -1, "around": []any{map[string]any{"street": ""}}}
	create(t, st, "Value", store.Fields{"id": "all", "string": "\x00😀\t", "int": -2147483648, "float": 1e-7, "boolean": true, "date": "2024-02-29Z",
		"time": "23:59:59.999+01:00", "dateTime": "2024-02-29T12:00:00.5Z", "timestamp": -9007199254740991, "email": "a@b.example",
		"json": map[string]any{"a": []any{1.5, nil, true, "x"}}, "url": "https://a.example/?q", "phone": "+44 20 7946 0000", "ip": "2001:db8::1",
		"enum": "DARK", "object": place, "strings": []any{"a", nil}, "enums": []any{"PALE"}, "objects": []any{place, place}})
	require.NoError(t, puts(put("Value", `{"id":"lone","string":"\ud800"}`)).run(st))
	create(t, st, "Value", store.Fields{"id": strings.Repeat("long", 60), "string": strings.Repeat("x", 70_000)})
	for i := range 6 {
		create(t, st, "Composite", store.Fields{"shade": "PALE", "number": i, "text": fmt.Sprint(i), "note": "n"})
	}
	p := create(t, st, "Post", store.Fields{"id": "p", "title": "t"})
	for i := range 4 {
		create(t, st, "Comment", store.Fields{"id": fmt.Sprint(i), "post": p})
		create(t, st, "Tag", store.Fields{"name": fmt.Sprint("tag", i)})
		create(t, st, "PostTags", store.Fields{"id": fmt.Sprint("j", i), "postId": "p", "tagName": fmt.Sprint("tag", i)})
	}
	require.NoError(t, st.Close())
	st = open(everything, 1000) // what follows stays in the log
	_, err := st.DeleteKey(ctx, "Tag", "tag1")
	require.NoError(t, err)
	require.NoError(t, puts(edit("Comment", `{"id":"2","text":"edited","postCommentsId":"p"}`, "text")).run(st))
	require.NoError(t, puts(put("Cover", `{"id":"c","url":"https://a.example"}`), put("Post", `{"id":"q","title":"late","postCoverId":"c"}`)).run(st))
	require.NoError(t, st.Close())
}

func records(t *testing.T, st *store.Store) map[string][]string {
	list := map[string][]string{}
	for _, m := range st.Schema().Models {
		list[m.Name] = texts(t, st, m.Name)
	}
	return list
}

func fixtureFile(version int) string {
	return filepath.Join("testdata", fmt.Sprintf("format-%d.json", version))
}

func TestFormat_OfEachVersionIsStillRead(t *testing.T) {
	if _, err := os.Stat(fixtureFile(log.Version)); *writeFixture && err != nil {
		keepFixture(t)
	}
	for version := 1; version <= log.Version; version++ {
		text, err := os.ReadFile(fixtureFile(version))
		require.NoError(t, err, "run the test with -fixture")
		var f fixture
		require.NoError(t, json.Unmarshal(text, &f))
		require.NotEmpty(t, f.Blocks)
		require.NotEmpty(t, f.Entries)
		storage := f.storage(t)
		st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, f.Schema), Backend: storage.Handle()})
		require.Equal(t, f.Records, records(t, st))
		require.NoError(t, st.Close())
		gone := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, `type Gone @model { id: ID! text: String }`), Backend: storage.Handle()})
		require.Len(t, texts(t, gone, "Gone"), 1)
		require.NoError(t, gone.Close())
		st = storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, f.Schema), Backend: storage.Handle()}, 1, 400))
		create(t, st, "Tag", store.Fields{"name": "new"})
		f.Records["Tag"] = append(f.Records["Tag"], `{"name":"new"}`)
		require.NoError(t, st.Close())
		st = storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, f.Schema), Backend: storage.Handle()})
		require.Equal(t, f.Records, records(t, st), "when it was folded by this version, too")
	}
}

func keepFixture(t *testing.T) {
	storage := memory.New()
	writeEverything(t, storage)
	held := read(t, storage)
	f := fixture{Schema: everything, Manifest: hex.EncodeToString(held.manifest), Blocks: map[string]string{}, Entries: map[string]string{}}
	for _, b := range held.blocks {
		f.Blocks[fmt.Sprint(b.ID)] = hex.EncodeToString(b.Data)
	}
	for _, e := range held.entries {
		f.Entries[fmt.Sprint(e.Sequence)] = hex.EncodeToString(e.Data)
	}
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, everything), Backend: storage.Handle()})
	f.Records = records(t, st)
	text, err := json.MarshalIndent(f, "", " ")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll("testdata", 0o755))
	require.NoError(t, os.WriteFile(fixtureFile(log.Version), append(text, '\n'), 0o644))
}

func TestFormat_OfANewerVersionIsRefusedAndLeftAlone(t *testing.T) {
	storage := memory.New()
	writeEverything(t, storage)
	parts := read(t, storage).all()
	unasked := 0
	for i := range parts {
		held := read(t, storage)
		held.all()[i][1] = log.Version + 1
		newer := held.storage(t)
		before := raw(t, newer, held)
		st, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, everything), Backend: newer.Handle()})
		if err == nil { // blocks are read when they are first needed
			require.GreaterOrEqual(t, i, len(parts)-len(held.blocks))
			for _, m := range st.Schema().Models {
				if _, failed := st.Query(ctx, m.Name); failed != nil {
					err = failed
				}
			}
			require.NoError(t, st.Close())
		}
		require.Equal(t, before, raw(t, newer, held))
		if err == nil {
			unasked++
			continue
		}
		require.ErrorIs(t, err, store.ErrFormat, "part %d of %d", i, len(parts))
		require.ErrorContains(t, err, "load the newer version of the app")
	}
	require.LessOrEqual(t, unasked, 1, "the model that the schema does not have")
	require.Greater(t, len(parts), 8)
}

// raw is what a storage holds, the blocks by the numbers that they have in held.
func raw(t *testing.T, storage *memory.Backend, held *stored) stored {
	t.Helper()
	snapshot, err := storage.Read(ctx, 0)
	require.NoError(t, err)
	s := stored{manifest: snapshot.Manifest, entries: snapshot.Entries}
	for _, b := range held.blocks {
		data, err := storage.Blocks(ctx, []uint64{b.ID})
		require.NoError(t, err)
		s.blocks = append(s.blocks, log.Block{ID: b.ID, Data: data[0]})
	}
	return s
}
