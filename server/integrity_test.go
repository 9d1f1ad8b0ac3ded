package server_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/sqlite"
)

func (s *site) blog() {
	s.t.Helper()
	s.apply(create("User", "u", object{}), create("Post", "p", object{"title": "t", "authorId": "u"}), create("Comment", "c", object{"postId": "p"}),
		create("Reply", "r", object{"commentId": "c"}), create("Draft", "d", object{"userId": "u"}))
}

func TestDelete_TakesAlongWhatTheClientDidNotKnowOf(t *testing.T) {
	s := open(t, nil)
	s.blog()
	told := s.apply(remove("Post", "p"))
	require.Len(t, told, 3)
	for _, id := range []string{"p", "c", "r"} {
		require.Equal(t, true, told[id]["deleted"], id)
		require.NotEmpty(t, told[id]["version"], id)
	}
	require.Len(t, s.there(), 2)
}

func TestDelete_IsTheSameWhenTheClientNamesEverything(t *testing.T) {
	for _, order := range [][]object{{remove("Reply", "r"), remove("Comment", "c"), remove("Post", "p")}, {remove("Post", "p"), remove("Comment", "c"), remove("Reply", "r")}} {
		s := open(t, nil)
		s.blog()
		require.Len(t, s.apply(order...), 3)
		require.Len(t, s.there(), 2)
	}
}

func TestDelete_IsRefusedWhereItIsRestricted(t *testing.T) {
	s := open(t, nil)
	s.blog()
	r := s.refuse("rejected", remove("User", "u"))
	require.Equal(t, object{"code": "REFERENCE", "model": "User", "field": "posts",
		"message": `still has a Post "p" and is declared onDelete: RESTRICT; delete or move that first`}, r["error"])
	require.Len(t, s.there(), 5, "nothing was done")
	s.apply(remove("User", "u"), remove("Post", "p"))
	s.apply(create("User", "v", object{}), create("Post", "q", object{"title": "t", "authorId": "v"}))
	s.apply(remove("User", "v"), update("Post", "q", nil, object{"authorId": nil}))
}

func TestDelete_SetsNullAndTellsIt(t *testing.T) {
	s := open(t, nil)
	s.apply(create("User", "u", object{}), create("Draft", "d", object{"userId": "u"}))
	told := s.apply(remove("User", "u"))
	require.Nil(t, told["d"]["data"].(object)["userId"])
	require.Nil(t, s.there()["d"]["data"].(object)["userId"])
}

func TestDelete_TakesJoinRecords(t *testing.T) {
	s := open(t, nil)
	join := parse(t, blog).Model("Editor")
	require.NotNil(t, join)
	post, user := join.Fields[join.Relations[0].Fields[0]].Name, join.Fields[join.Relations[1].Fields[0]].Name
	if join.Relations[0].Target.Name == "User" {
		post, user = user, post
	}
	s.apply(create("User", "u", object{}), create("Post", "p", object{"title": "t"}), create("Editor", "e", object{post: "p", user: "u"}))
	require.Equal(t, true, s.apply(remove("Post", "p"))["e"]["deleted"])
	require.Len(t, s.there(), 1)
}

func TestReference_HasToLeadToARecord(t *testing.T) {
	s := open(t, nil)
	r := s.refuse("rejected", create("Comment", "c", object{"postId": "p"}))
	require.Equal(t, object{"code": "REFERENCE", "model": "Comment", "field": "post",
		"message": `refers to Post "p", which is not there: send it before, or it was deleted meanwhile`}, r["error"])
	s.apply(create("Comment", "c", object{"postId": "p"}), create("Post", "p", object{"title": "t"}))
	s.refuse("rejected", update("Comment", "c", nil, object{"postId": "q"}))
	s.refuse("rejected", remove("Post", "p"), create("Comment", "d", object{"postId": "p"}))
	require.Len(t, s.there(), 2)
}

func TestReference_ThatMayDangleStaysAndIsNoFault(t *testing.T) {
	loose := `type A @model(timestamps: null) { id: ID! n: Int bId: ID b: B @belongsTo(fields: ["bId"]) } type B @model(timestamps: null) { id: ID! }`
	s := open(t, func(o *server.Options) { o.Schema = parse(t, loose) })
	s.apply(create("B", "b", object{}), create("A", "a", object{"bId": "b"}))
	s.apply(remove("B", "b"))
	s.apply(update("A", "a", nil, object{"n": 1}))
	require.Equal(t, "b", s.there()["a"]["data"].(object)["bId"])
	s.refuse("rejected", update("A", "a", nil, object{"bId": "c"}))
}

func TestDelete_TakesOnlySoMuchAlong(t *testing.T) {
	s := open(t, func(o *server.Options) { o.Limits.Cascade = 10 })
	ops := []object{create("Post", "p", object{"title": "t"})}
	for i := range 11 {
		ops = append(ops, create("Comment", string(rune('a'+i)), object{"postId": "p"}))
	}
	s.apply(ops...)
	r := s.refuse("rejected", remove("Post", "p"))
	require.Equal(t, "LIMIT", r["error"].(object)["code"])
	s.apply(remove("Comment", "a"), remove("Post", "p"))
	require.Empty(t, s.there())
}

// A relation that a new schema brings is looked at from the first write on.
func TestSchema_ThatChangedLinksAllRecordsAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "granary.db")
	st, err := sqlite.Open(t.Context(), file)
	require.NoError(t, err)
	s := serve(t, st, func(o *server.Options) {
		o.Schema = parse(t, `type A @model(timestamps: null) { id: ID! old: Int } type B @model(timestamps: null) { id: ID! aId: ID! }`)
	})
	s.apply(create("A", "a", object{"old": 1}), create("B", "b", object{"aId": "a"}), create("B", "c", object{"aId": "other"}))
	s.Close()
	s = serve(t, st, func(o *server.Options) {
		o.Schema = parse(t, `type A @model(timestamps: null) { id: ID! more: Int @default(value: "5") } type B @model(timestamps: null) { id: ID! aId: ID! a: A! @belongsTo(fields: ["aId"]) }`)
	})
	require.Equal(t, object{"id": "a", "more": 5.0}, s.there()["a"]["data"], "what an older schema wrote is sent as the present one has it")
	s.ids = 100
	told := s.apply(update("A", "a", nil, object{}), create("A", "x", object{}))
	require.Equal(t, object{"id": "x", "more": 5.0}, told["x"]["data"])
	require.Equal(t, true, s.apply(remove("A", "a"))["b"]["deleted"])
	s.Close()
	require.NoError(t, st.Close())
}
