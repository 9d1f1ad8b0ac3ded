//go:build !js || sdl

package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/replication"
)

// twoOfOne are two clients of a strict server which have the same three posts.
func twoOfOne(t *testing.T, o store.SyncOptions) (a, b *client) {
	l := &line{server: sim.NewServer(sim.Strict)}
	a, b = newClient(t, l, o), newClient(t, l, o)
	for _, id := range []string{"1", "2", "3"} {
		create(t, a.Store, "Post", store.Fields{"id": id, "title": "0", "body": "0"})
	}
	a.sync(t)
	b.sync(t)
	return a, b
}

func TestConflict_OfWhatBothHaveDoneLeavesNothingToDo(t *testing.T) {
	a, b := twoOfOne(t, store.SyncOptions{})
	for _, c := range []*client{a, b} {
		c.edit(t, "Post", "1", store.Fields{"title": "same"})
		require.NoError(t, c.Delete(ctx, must(c.Get(ctx, "Post", "2"))))
	}
	b.sync(t)
	edited, all := acknowledgedOf(a.Store, post("1")), acknowledgedOf(a.Store)
	a.sync(t)
	require.NoError(t, <-edited)
	require.NoError(t, <-all)
	require.Contains(t, a.types(), store.SyncConflict)
	require.NotContains(t, a.types(), store.SyncRejected)
	require.Empty(t, a.Rejected())
	require.Zero(t, a.Pending())
	for _, c := range []*client{a, b} {
		c.sync(t)
		require.ElementsMatch(t, []string{"1", "3"}, ids(t, c.Store, "Post"))
		require.Equal(t, "same", must(c.Get(ctx, "Post", "1")).String("title"))
	}
}

func TestConflict_OfWhichNothingIsLeftHoldsUpNothingBehindIt(t *testing.T) {
	a, b := twoOfOne(t, store.SyncOptions{})
	b.edit(t, "Post", "1", store.Fields{"title": "same"})
	b.sync(t)
	a.edit(t, "Post", "1", store.Fields{"title": "same"})
	call := a.Push(ctx, replication.Effect{Number: 1, Limit: 1}) // so that what follows is a change of its own
	a.edit(t, "Post", "1", store.Fields{"body": "behind"})
	answer, err := a.line.Push(ctx, call.Request)
	require.NoError(t, call.Answer(ctx, answer, err).Err)
	require.Equal(t, 1, a.Pending())
	met := len(a.events)
	a.sync(t)
	for _, e := range a.events[met:] {
		require.NotEqual(t, store.SyncConflict, e.Type, "it goes by what the server has")
	}
	require.Empty(t, a.Rejected())
	require.JSONEq(t, `{"id":"1","title":"same","body":"behind","blogPostsId":null}`, serverRows(a.line.server)[`Post "1"`])
}

// Of a transaction, what is left goes out again, and what is so already does not.
func TestConflict_OfATransactionSendsWhatIsLeftOfIt(t *testing.T) {
	a, b := twoOfOne(t, store.SyncOptions{})
	b.edit(t, "Post", "1", store.Fields{"title": "same"})
	b.edit(t, "Post", "2", store.Fields{"body": "theirs"})
	b.sync(t)
	err := a.Transaction(ctx, func(tx *store.Tx) error {
		for id, fields := range map[string]store.Fields{"1": {"title": "same"}, "2": {"title": "mine"}, "3": {"title": "mine"}} {
			r, err := tx.Get(ctx, "Post", id)
			if err == nil {
				r, err = r.With(fields)
			}
			if err == nil {
				_, err = tx.Save(ctx, r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	a.sync(t)
	b.sync(t)
	require.Empty(t, a.Rejected())
	for _, c := range []*client{a, b} {
		for id, want := range map[string]string{"1": "same 0", "2": "mine theirs", "3": "mine 0"} {
			p := must(c.Get(ctx, "Post", id))
			require.Equal(t, want, p.String("title")+" "+p.String("body"))
		}
	}
}

// Who gives way is told so, also when another record of the same change is so already.
func TestConflict_ThatIsGivenUpIsFiledThoughTheRestIsDone(t *testing.T) {
	o := store.SyncOptions{Conflicts: map[string]store.ConflictHandler{"Post": func(_ context.Context, e store.ConflictEvent) (store.Resolution, error) {
		if string(e.ID) == `"2"` {
			return store.Resolution{Policy: store.ServerWins}, nil
		}
		return store.Resolution{Policy: store.MergeFields}, nil
	}}}
	a, b := twoOfOne(t, o)
	b.edit(t, "Post", "1", store.Fields{"title": "same"})
	b.edit(t, "Post", "2", store.Fields{"title": "theirs"})
	b.sync(t)
	c, err := a.BeginSave([]store.Put{
		{Model: "Post", Row: []byte(`{"id":"1","title":"same"}`), Edited: true, Changed: []string{"title"}},
		{Model: "Post", Row: []byte(`{"id":"2","title":"mine"}`), Edited: true, Changed: []string{"title"}},
	})
	require.NoError(t, err)
	a.sync(t)
	require.ErrorIs(t, a.Acknowledged(ctx, c), store.ErrRejected)
	require.Len(t, a.Rejected(), 1)
	require.Equal(t, "theirs", must(a.Get(ctx, "Post", "2")).String("title"))
}

// The times that a store sets differ in any case, and are no difference; nor is the
// server's state lost on somebody who has the same.
func TestConflict_OfTheSameChangeIsNoneWhateverTheTimes(t *testing.T) {
	for _, policy := range []store.Policy{store.MergeFields, store.ServerWins, store.ClientWins} {
		l := &line{server: sim.NewServer(sim.Strict)}
		a := newClientOf(t, "type Note @model { id: ID! text: String }", l, store.SyncOptions{Policy: policy})
		b := newClientOf(t, "type Note @model { id: ID! text: String }", l, store.SyncOptions{Policy: policy})
		for _, c := range []*client{a, b} {
			create(t, c.Store, "Note", store.Fields{"id": "1", "text": "same"})
		}
		b.sync(t)
		a.sync(t)
		b.sync(t)
		for _, c := range []*client{a, b} {
			c.edit(t, "Note", "1", store.Fields{"text": "edited"})
		}
		b.sync(t)
		a.sync(t)
		require.Contains(t, a.types(), store.SyncConflict)
		require.Empty(t, a.Rejected())
		require.Len(t, l.server.Applied, 2, "what was so already was not sent again")
	}
}
