//go:build !js || sdl

package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

// listen collects what an observer is told, as lines.
func listen(t testing.TB, st *store.Store, model string, options ...store.QueryOption) *[]string {
	t.Helper()
	lines := &[]string{}
	_, err := st.Observe(model, func(events []store.Event) {
		for _, e := range events {
			*lines = append(*lines, fmt.Sprint(e.Op, " ", e.Record.Model(), " ", e.Record.ID(), " ", e.Changed, " ", e.Source))
		}
	}, options...)
	require.NoError(t, err)
	return lines
}

const threads = `
type Post @model(timestamps: null) { id: ID! title: String comments: [Comment] @hasMany }
type Comment @model(timestamps: null) { id: ID! content: String post: Post @belongsTo }`

func TestObserve_TellsOfEachCommitOnceItIsDurable(t *testing.T) {
	g := newGate(memory.New())
	st := storetest.Open(t, threads, g)
	all, comments, good := listen(t, st, ""), listen(t, st, "Comment"), listen(t, st, "Comment", store.Where(predicate.Where("content").Eq("good")))
	save := func(list ...store.Put) *store.Commit {
		c, err := st.BeginSave(list)
		require.NoError(t, err)
		return c
	}
	c := save(put("Post", `{"id":"p","title":"t"}`), put("Comment", `{"id":"c","content":"bad","postCommentsId":"p"}`), put("Post", `{"id":"p","title":"u"}`))
	<-g.arrived
	require.Empty(t, *all, "not before it is durable")
	g.pass <- nil
	require.NoError(t, c.Wait(ctx))
	require.Equal(t, []string{"INSERT Post p [] LOCAL", "INSERT Comment c [] LOCAL"}, *all)
	require.Equal(t, []string{"INSERT Comment c [] LOCAL"}, *comments)
	require.Empty(t, *good)

	c = save(edit("Comment", `{"id":"c","content":"good"}`, "content"))
	g.let(nil)
	require.NoError(t, c.Wait(ctx))
	require.Equal(t, []string{"UPDATE Comment c [content] LOCAL"}, *good)

	lost := save(put("Comment", `{"id":"d","content":"good"}`))
	g.let(quota)
	require.ErrorIs(t, lost.Wait(ctx), store.ErrQuota)
	require.Len(t, *good, 1, "what could not be stored is never told")

	same := save(put("Comment", `{"id":"c","content":"good","postCommentsId":"p"}`))
	require.NoError(t, same.Wait(ctx))
	require.Len(t, *good, 1, "what changed nothing is not told")
}

func TestObserve_ADeletedRecordMatchesAsItWasWithAllThatBelongedToIt(t *testing.T) {
	st := storetest.Open(t, threads, memory.New())
	seen := listen(t, st, "Post", store.Where(predicate.Where("comments.content").Eq("good")))
	post := create(t, st, "Post", store.Fields{"id": "p"})
	create(t, st, "Post", store.Fields{"id": "q"})
	create(t, st, "Comment", store.Fields{"id": "c", "content": "good", "post": post})
	require.Empty(t, *seen, "the post itself did not change")
	_, err := st.DeleteWhere(ctx, "Post", predicate.All())
	require.NoError(t, err)
	require.Equal(t, []string{"DELETE Post p [] LOCAL"}, *seen)
}

func TestObserve_HearsOfOtherTabsInTheirOrder(t *testing.T) {
	for _, entries := range []int{100, 2} { // by their entries, and by reading everything anew
		tabs := tabs(t, threads, 2, entries)
		seen := listen(t, tabs[0], "Post")
		for i := range 5 {
			create(t, tabs[1], "Post", store.Fields{"id": fmt.Sprint(i)})
		}
		require.NoError(t, store.Follow(tabs[0]))
		want := []string{}
		for i := range 5 {
			want = append(want, fmt.Sprintf("INSERT Post %d [] OTHER_TAB", i))
		}
		require.Equal(t, want, *seen)
	}
}

func TestObserve_StopsAndRefuses(t *testing.T) {
	st := storetest.Open(t, threads, memory.New())
	told := 0
	o, err := st.Observe("Post", func([]store.Event) { told++ })
	require.NoError(t, err)
	create(t, st, "Post", store.Fields{"id": "p"})
	o.Stop()
	o.Stop()
	create(t, st, "Post", store.Fields{"id": "q"})
	require.Equal(t, 1, told)
	for _, options := range [][]store.QueryOption{{store.Limit(1)}, {store.Ascending("title")}, {store.Where(predicate.Where("titel").Eq("x"))}, {store.Include("comments")}} {
		_, err := st.Observe("Post", func([]store.Event) {}, options...)
		require.ErrorIs(t, err, store.ErrInvalid)
	}
	_, err = st.Observe("Pots", func([]store.Event) {})
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = st.Observe("", func([]store.Event) {}, store.Where(predicate.Where("title").Eq("x")))
	require.ErrorIs(t, err, store.ErrInvalid)
}
