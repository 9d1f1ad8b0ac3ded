//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/live"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

func liveIDs(l *store.Live, a store.Answer) []string {
	list := []string{}
	for _, r := range l.Records(a) {
		list = append(list, r.ID())
	}
	return list
}

func TestLive_ShowsAPendingChangeAndTakesItBackWhenStorageRefuses(t *testing.T) {
	g := newGate(memory.New())
	st := storetest.Open(t, counters, g)
	l, err := st.Live("Counter", store.Descending("n"), store.Limit(2))
	require.NoError(t, err)
	begin := func(text string) *store.Commit {
		c, err := st.BeginSave([]store.Put{put("Counter", text)})
		require.NoError(t, err)
		return c
	}
	kept := begin(`{"id":"a","n":1}`)
	g.let(nil)
	require.NoError(t, kept.Wait(ctx))
	a, changed, err := l.Next()
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, []string{"a"}, liveIDs(l, a))

	lost := begin(`{"id":"b","n":2}`)
	<-g.arrived
	a, _, err = l.Next()
	require.NoError(t, err)
	require.Equal(t, []string{"b", "a"}, liveIDs(l, a))
	require.Equal(t, &live.Patch{Inserted: []int{0}}, a.Patch)
	g.pass <- quota
	require.ErrorIs(t, lost.Wait(ctx), store.ErrQuota)
	a, changed, err = l.Next()
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, []string{"a"}, liveIDs(l, a))
	require.Equal(t, &live.Patch{Removed: []int{0}}, a.Patch)
	_, changed, err = l.Next()
	require.NoError(t, err)
	require.False(t, changed)
}

// What storage refused before anybody asked has left the rows as they were, and
// there is nothing to tell, with relations neither.
func TestLive_TellsNothingOfWhatWasUndoneUnseen(t *testing.T) {
	g := newGate(memory.New())
	st := storetest.Open(t, family, g)
	kept, err := st.BeginSave([]store.Put{put("Parent", `{"id":"p","name":"a"}`), put("Child", `{"id":"c","parentChildrenId":"p"}`)})
	require.NoError(t, err)
	g.let(nil)
	require.NoError(t, kept.Wait(ctx))
	var lives []*store.Live
	for _, options := range [][]store.QueryOption{nil, {store.Include("children")}, {store.Descending("name"), store.Limit(1)}} {
		l, err := st.Live("Parent", options...)
		require.NoError(t, err)
		_, err = l.Answer()
		require.NoError(t, err)
		lives = append(lives, l)
	}
	lost, err := st.BeginSave([]store.Put{put("Parent", `{"id":"p","name":"b"}`), put("Parent", `{"id":"q"}`)})
	require.NoError(t, err)
	gone, err := st.BeginDelete(keys("Child", `["c"]`))
	require.NoError(t, err)
	g.let(quota)
	for _, c := range []*store.Commit{lost, gone} {
		require.ErrorIs(t, c.Wait(ctx), store.ErrQuota)
	}
	for _, l := range lives {
		_, changed, err := l.Next()
		require.NoError(t, err)
		require.False(t, changed)
	}
}

func TestLive_FollowsARelationThatItsPredicateLooksAt(t *testing.T) {
	st := storetest.Open(t, `type Post @model { id: ID! comments: [Comment] @hasMany } type Comment @model { id: ID! content: String post: Post @belongsTo }`, memory.New())
	l, err := st.Live("Post", store.Where(predicate.Where("comments.content").Eq("good")))
	require.NoError(t, err)
	create(t, st, "Post", store.Fields{"id": "p"})
	_, changed, err := l.Next()
	require.NoError(t, err)
	require.False(t, changed)
	c := create(t, st, "Comment", store.Fields{"id": "c", "content": "good", "postCommentsId": "p"})
	a, changed, err := l.Next()
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, []string{"p"}, liveIDs(l, a))
	require.NoError(t, st.Delete(ctx, c))
	a, _, err = l.Next()
	require.NoError(t, err)
	require.Empty(t, a.Refs)
}

func TestLive_GivesRecordsWithTheRelationsThatItIncludes(t *testing.T) {
	st := storetest.Open(t, `type Post @model { id: ID! comments: [Comment] @hasMany } type Comment @model { id: ID! content: String post: Post @belongsTo }`, memory.New())
	l, err := st.Live("Post", store.Include("comments", store.Where(predicate.Where("content").Ne("bad")), store.Limit(1)))
	require.NoError(t, err)
	create(t, st, "Post", store.Fields{"id": "p"})
	create(t, st, "Post", store.Fields{"id": "q"})
	create(t, st, "Comment", store.Fields{"id": "c", "content": "good", "postCommentsId": "p"})
	a, err := l.Answer()
	require.NoError(t, err)
	records := l.Records(a)
	require.Len(t, records, 2)
	require.Equal(t, "c", records[0].Included("comments")[0].ID())
	require.Empty(t, records[1].Included("comments"))
	for _, content := range []string{"bad", "good"} { // one that is left out, and one behind the limit
		create(t, st, "Comment", store.Fields{"content": content, "postCommentsId": "p"})
		_, changed, err := l.Next()
		require.NoError(t, err)
		require.False(t, changed)
	}
	create(t, st, "Comment", store.Fields{"id": "d", "content": "good", "postCommentsId": "q"})
	a, changed, err := l.Next()
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, &live.Patch{Updated: []int{1}}, a.Patch)
	require.Len(t, a.Tree.Root.Records, 1)
	require.Equal(t, "d", l.Records(a)[1].Included("comments")[0].ID())
	_, err = st.Live("Post", store.Include("coments"))
	require.ErrorIs(t, err, store.ErrInvalid)
}

func TestLiveGroups_EndWhenASumLeavesTheRangeOfNumbers(t *testing.T) {
	st := storetest.Open(t, `type Place @model { id: ID! kind: String size: Float }`, memory.New())
	l, err := st.LiveGroups("Place", store.Grouping{By: []string{"kind"}, Sum: []string{"size"}}, store.Descending("count()"))
	require.NoError(t, err)
	save := func(id, kind string, size float64) {
		create(t, st, "Place", store.Fields{"id": id, "kind": kind, "size": size})
	}
	save("a", "sea", 1.5)
	save("b", "land", 2)
	save("c", "land", 1e308)
	a, changed, err := l.Next()
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, []store.Group{{Key: map[string]any{"kind": "land"}, Count: 2, Sum: map[string]float64{"size": 1e308}},
		{Key: map[string]any{"kind": "sea"}, Count: 1, Sum: map[string]float64{"size": 1.5}}}, l.Groups(a))
	_, changed, err = l.Next()
	require.NoError(t, err)
	require.False(t, changed)
	save("d", "land", 1e308)
	_, _, err = l.Next()
	require.ErrorIs(t, err, store.ErrLimit)
	_, err = l.Answer()
	require.ErrorIs(t, err, store.ErrLimit)
	_, err = st.LiveGroups("Place", store.Grouping{By: []string{"kin"}})
	require.ErrorIs(t, err, store.ErrInvalid)
}

func TestLive_EndsWithAReason(t *testing.T) {
	st := storetest.Open(t, counters, memory.New())
	endsWith(t, st, func(l *store.Live, _ context.CancelFunc) { l.Close(); l.Close() })
	endsWith(t, st, func(_ *store.Live, cancel context.CancelFunc) { cancel() })
	endsWith(t, st, func(*store.Live, context.CancelFunc) { require.NoError(t, st.Close()) })
	_, err := st.Live("Counter")
	require.ErrorIs(t, err, store.ErrClosed)
}

func endsWith(t *testing.T, st *store.Store, end func(*store.Live, context.CancelFunc)) {
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	l, err := st.Live("Counter")
	require.NoError(t, err)
	answers := 0
	var last error
	for _, err := range l.Answers(wait) {
		if last = err; err == nil {
			answers++
			end(l, cancel)
		}
	}
	require.Equal(t, 1, answers)
	require.ErrorIs(t, last, store.ErrClosed)
}

func TestLive_RefusesWhatAQueryRefuses(t *testing.T) {
	st := storetest.Open(t, counters, memory.New())
	for _, open := range []func() (*store.Live, error){
		func() (*store.Live, error) { return st.Live("Countr") },
		func() (*store.Live, error) { return st.Live("Counter", store.Ascending("m")) },
		func() (*store.Live, error) { return st.Live("Counter", store.Limit(-1)) },
		func() (*store.Live, error) { return st.Live("Counter", store.Where(predicate.Where("m").Eq(1))) },
	} {
		_, err := open()
		require.ErrorIs(t, err, store.ErrInvalid)
	}
}

func ExampleStore_Live() {
	st, _ := open() // holds a post "Hello" with rating 5
	defer st.Close()
	best, err := st.Live("Post", store.Descending("rating"), store.Limit(2))
	check(err)
	defer best.Close()
	for i, rating := range []int{1, 9, 7} {
		post, err := st.New("Post", store.Fields{"title": fmt.Sprint("Post ", i), "rating": rating})
		check(err)
		_, err = st.Save(context.Background(), post)
		check(err)
		answer, changed, err := best.Next()
		check(err)
		if !changed {
			answer, _ = best.Answer()
		}
		fmt.Print(changed, answer.Total)
		for _, r := range best.Records(answer) {
			fmt.Print(", ", r.String("title"))
		}
		fmt.Println()
	}
	// Output:
	// true 2, Hello, Post 0
	// true 3, Post 1, Hello
	// true 4, Post 1, Post 2
}
