package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/sqlite"
	"github.com/granarydb/granary/store/schema"
)

type (
	object = map[string]any
	array  = []any
)

// blog has every kind of relation and of onDelete.
const blog = `
	type User @model(timestamps: null) { id: ID! name: String
		posts: [Post] @hasMany(indexName: "byAuthor", fields: ["id"], onDelete: RESTRICT)
		drafts: [Draft] @hasMany(indexName: "draftsByUser", fields: ["id"], onDelete: SET_NULL)
		edits: [Post] @manyToMany(relationName: "Editor") }
	type Post @model { id: ID! title: String! owner: String rank: Int! @default(value: "7")
		authorId: ID @index(name: "byAuthor") author: User @belongsTo(fields: ["authorId"])
		comments: [Comment] @hasMany editors: [User] @manyToMany(relationName: "Editor") }
	type Comment @model(timestamps: null) { id: ID! text: String owner: String
		postId: ID! post: Post! @belongsTo(fields: ["postId"]) replies: [Reply] @hasMany }
	type Reply @model(timestamps: null) { id: ID! commentId: ID! comment: Comment! @belongsTo(fields: ["commentId"]) }
	type Draft @model(timestamps: null) { id: ID! owner: String userId: ID @index(name: "draftsByUser") user: User @belongsTo(fields: ["userId"]) }
	type Place @model(timestamps: null) { country: String! @primaryKey(sortKeyFields: ["number"]) number: Int! name: String }
	type Note @model(timestamps: null) { id: ID! text: String }`

// site is a server that a test calls.
type site struct {
	*server.Server
	t     testing.TB
	clock atomic.Int64 // milliseconds since 1970
	ids   int
}

// noon is when the clock of every test begins.
const noon = 1_800_000_000_000

// open serves the blog, or the schema that change sets, from a file of the test's own.
func open(t testing.TB, change func(*server.Options)) *site {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "granary.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	return serve(t, st, change)
}

func serve(t testing.TB, st server.Storage, change func(*server.Options)) *site {
	t.Helper()
	s := &site{t: t}
	s.clock.Store(noon)
	o := server.Options{Schema: parse(t, blog), Storage: st, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.UnixMilli(s.clock.Load()) }}
	o.Hooks.Authenticate = byHeader
	if change != nil {
		change(&o)
	}
	var err error
	s.Server, err = server.New(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// byHeader takes who calls for who he says.
func byHeader(r *http.Request) (server.User, error) {
	h := r.Header
	return server.User{ID: h.Get("User"), Tenant: h.Get("Tenant"), Rights: h.Get("Rights")}, nil
}

func parse(t testing.TB, sdl string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse(sdl)
	require.NoError(t, err)
	return s
}

// call calls an endpoint as a user.
func (s *site) call(path string, body any, headers ...string) (status int, answered object, header http.Header) {
	s.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(s.t, err)
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.NoError(s.t, json.Unmarshal(w.Body.Bytes(), &answered), w.Body.String())
	return w.Code, answered, w.Header()
}

// mutation makes a mutation of operations, with an id of its own.
func (s *site) mutation(ops ...object) object {
	s.ids++
	return object{"id": fmt.Sprint("m", s.ids), "ops": ops}
}

func (s *site) push(mutations array, headers ...string) (results []object) {
	s.t.Helper()
	status, answered, _ := s.call("/push", object{"protocol": 1, "mutations": mutations}, headers...)
	require.Equal(s.t, http.StatusOK, status, answered)
	for _, r := range answered["results"].(array) {
		results = append(results, r.(object))
	}
	return results
}

// apply pushes one mutation that must be applied, and returns what it tells of records.
func (s *site) apply(ops ...object) map[string]object {
	s.t.Helper()
	return s.applyAs("", ops...)
}

func (s *site) applyAs(user string, ops ...object) map[string]object {
	s.t.Helper()
	r := s.push(array{s.mutation(ops...)}, "User", user)[0]
	require.Equal(s.t, "applied", r["status"], r["error"])
	return records(r)
}

// refuse pushes one mutation that must end otherwise, and returns its result.
func (s *site) refuse(status string, ops ...object) object {
	s.t.Helper()
	r := s.push(array{s.mutation(ops...)})[0]
	require.Equal(s.t, status, r["status"], r)
	return r
}

// records are the records of a result, by key.
func records(r object) map[string]object {
	found := map[string]object{}
	list, _ := r["records"].(array)
	for _, e := range list {
		found[fmt.Sprint(e.(object)["id"])] = e.(object)
	}
	return found
}

func create(model string, id any, data object) object {
	return object{"op": "create", "model": model, "id": id, "data": data}
}

func update(model string, id any, base any, data object) object {
	o := object{"op": "update", "model": model, "id": id, "data": data}
	if base != nil {
		o["base"] = base
	}
	return o
}

func remove(model string, id any) object { return object{"op": "delete", "model": model, "id": id} }

// pull pulls all after a checkpoint, nil for the beginning.
func (s *site) pull(checkpoint any, more object, headers ...string) (changes map[string]object, next string, reset bool) {
	s.t.Helper()
	changes = map[string]object{}
	for first := true; ; first = false {
		body := object{"protocol": 1, "checkpoint": checkpoint}
		for name, value := range more {
			body[name] = value
		}
		status, got, _ := s.call("/pull", body, headers...)
		require.Equal(s.t, http.StatusOK, status, got)
		for _, c := range got["changes"].(array) {
			changes[fmt.Sprint(c.(object)["id"])] = c.(object)
		}
		if first {
			reset = got["reset"] == true
		}
		next = got["checkpoint"].(string)
		if checkpoint = next; got["more"] == false {
			return changes, next, reset
		}
	}
}

// there are the keys of the records that are there.
func (s *site) there() map[string]object {
	all, _, _ := s.pull(nil, nil)
	return all
}
