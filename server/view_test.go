package server_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
)

// owned lets everybody see his own records, and those of nobody.
func owned(o *server.Options) {
	o.Hooks.Read = func(u server.User, r server.Record) bool {
		owner := r.Text("owner")
		return owner == "" || owner == u.ID
	}
}

func TestReadHook_LetsNothingThrough(t *testing.T) {
	s := open(t, owned)
	s.applyAs("ann", create("Post", "a", object{"title": "ann's", "owner": "ann"}))
	_, bobs, _ := s.pull(nil, nil, "User", "bob")
	_, anns, _ := s.pull(nil, nil, "User", "ann")
	s.applyAs("ann", create("Post", "b", object{"title": "another", "owner": "ann"}), update("Post", "a", nil, object{"title": "changed"}))
	s.applyAs("ann", remove("Post", "b"))
	seen, bobs, _ := s.pull(bobs, nil, "User", "bob")
	require.Empty(t, seen, "not even that something was deleted")
	seen, anns, _ = s.pull(anns, nil, "User", "ann")
	require.Equal(t, true, seen["b"]["deleted"])
	require.NotNil(t, seen["a"]["data"])

	push := func(op object) object { return s.push(array{s.mutation(op)}, "User", "bob")[0] }
	require.Equal(t, true, records(push(update("Post", "a", nil, object{"title": "bob's"})))["a"]["gone"])
	require.Equal(t, true, records(push(remove("Post", "a")))["a"]["gone"])
	require.Equal(t, "FORBIDDEN", push(create("Post", "a", object{"title": "bob's"}))["error"].(object)["code"])

	told := s.applyAs("ann", update("Post", "a", nil, object{"owner": "bob"}))
	require.Equal(t, true, told["a"]["gone"], "she gave it away")
	seen, _, _ = s.pull(anns, nil, "User", "ann")
	require.Equal(t, object{"model": "Post", "id": "a", "gone": true}, seen["a"])
	seen, _, _ = s.pull(bobs, nil, "User", "bob")
	require.Equal(t, "changed", seen["a"]["data"].(object)["title"])
}

func TestReadHook_TellsTheWriterWhatBecameOfHisOwnBeforeHePulled(t *testing.T) {
	s := open(t, owned)
	_, before, _ := s.pull(nil, nil, "User", "ann")
	s.applyAs("ann", create("Post", "a", object{"title": "t", "owner": "ann"}), create("Post", "b", object{"title": "t"}))
	s.applyAs("ann", update("Post", "a", nil, object{"owner": "bob"}))
	s.applyAs("bob", remove("Post", "b"))
	seen, _, _ := s.pull(before, nil, "User", "ann")
	require.Equal(t, true, seen["a"]["gone"])
	require.Equal(t, true, seen["b"]["deleted"])
}

func TestCheckpoint_OfAnotherViewBeginsAnew(t *testing.T) {
	s := open(t, func(o *server.Options) { o.Scopes = []string{"owner"} })
	s.apply(create("Post", "p", object{"title": "t", "owner": "ann"}), create("Note", "n", object{}))
	_, at, reset := s.pull(nil, nil)
	require.True(t, reset, "null is the beginning")
	_, _, reset = s.pull(at, nil)
	require.False(t, reset)
	for what, more := range map[string]object{"models": {"models": array{"Note"}}, "scope": {"scope": object{"owner": "ann"}}} {
		_, next, reset := s.pull(at, more)
		require.True(t, reset, what)
		_, _, reset = s.pull(next, more)
		require.False(t, reset, what)
	}
	for _, header := range []string{"User", "Rights"} {
		_, _, reset = s.pull(at, nil, header, "x")
		require.True(t, reset, header)
	}
}

func TestScope_KeepsOtherModelsWhole(t *testing.T) {
	s := open(t, func(o *server.Options) {
		o.Scopes = []string{"owner"}
		o.Hooks.Scope = func(_ context.Context, _ server.User, scope map[string]any) error {
			if scope["owner"] == "nobody" {
				return errors.New("no")
			}
			return nil
		}
	})
	s.apply(create("Post", "a", object{"title": "t", "owner": "ann"}), create("Post", "b", object{"title": "t", "owner": "bob"}), create("Note", "n", object{}))
	seen, _, _ := s.pull(nil, object{"scope": object{"owner": "ann"}})
	require.Len(t, seen, 2)
	require.Nil(t, seen["b"])
	for scope, want := range map[string]int{"owner": http.StatusForbidden, "ower": http.StatusBadRequest} {
		status, got, _ := s.call("/pull", object{"protocol": 1, "scope": object{scope: "nobody"}})
		require.Equal(t, want, status, got)
	}
}

func TestHorizon_SendsThoseAllAnewWhoCameTooLate(t *testing.T) {
	s := open(t, func(o *server.Options) { o.Scopes, o.Remember = []string{"owner"}, 48*time.Hour })
	_, empty, _ := s.pull(nil, nil)
	m := s.mutation(create("Note", "gone", object{}), create("Note", "kept", object{}))
	s.push(array{m})
	_, early, _ := s.pull(nil, nil)
	s.apply(remove("Note", "gone"))
	_, late, _ := s.pull(early, nil)
	s.clock.Add((31 * 24 * time.Hour).Milliseconds())
	require.NoError(t, s.Prune(t.Context()))
	for checkpoint, want := range map[string]bool{empty: true, early: true, late: false} {
		seen, _, reset := s.pull(checkpoint, nil)
		require.Equal(t, want, reset)
		require.Equal(t, want, seen["kept"] != nil)
		require.Nil(t, seen["gone"])
	}
	require.Equal(t, "applied", s.push(array{m})[0]["status"])
	require.NotNil(t, s.there()["gone"], "its id was forgotten too")
}

func TestPages_OfLittleThatConcernsTheUserEndAndGoOn(t *testing.T) {
	s := open(t, func(o *server.Options) { owned(o); o.Limits.Scan = 10 })
	for i := range 25 {
		s.applyAs("ann", create("Draft", string(rune('a'+i)), object{"owner": "ann"}))
	}
	s.applyAs("bob", create("Draft", "last", object{"owner": "bob"}))
	status, got, _ := s.call("/pull", object{"protocol": 1}, "User", "bob")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{array{}, true}, []any{got["changes"], got["more"]})
	seen, _, _ := s.pull(nil, nil, "User", "bob")
	require.Len(t, seen, 1)
}
