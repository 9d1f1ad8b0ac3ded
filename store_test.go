// The specification of Granary, told as the story of posts, comments and editors.
package granary_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

const blog = `
enum PostStatus {
  ACTIVE
  INACTIVE
}

type Post @model {
  id: ID!
  title: String!
  rating: Int
  status: PostStatus
  comments: [Comment] @hasMany
  editors: [User] @manyToMany(relationName: "PostEditor")
}

type Comment @model {
  id: ID!
  content: String
  post: Post @belongsTo
}

type User @model {
  id: ID!
  username: String!
  posts: [Post] @manyToMany(relationName: "PostEditor")
}
`

func TestStory_PostHasManyComments(t *testing.T) {
	ctx := context.Background()
	st := storetest.Open(t, blog, memory.New())

	post := create(t, st, "Post", store.Fields{"title": "My Post with comments", "rating": 10, "status": "ACTIVE"})
	other := create(t, st, "Post", store.Fields{"title": "Another post", "rating": 5, "status": "INACTIVE"})
	first := create(t, st, "Comment", store.Fields{"content": "Loving Granary!", "post": post})
	second := create(t, st, "Comment", store.Fields{"content": "Me too", "postCommentsId": post.ID()})
	elsewhere := create(t, st, "Comment", store.Fields{"content": "Somewhere else", "post": other})

	t.Run("a comment knows its post", func(t *testing.T) {
		got, err := first.One(ctx, "post")
		require.NoError(t, err)
		require.Equal(t, post.JSON(), got.JSON())
	})

	t.Run("the comments of a post as a slice", func(t *testing.T) {
		comments, err := post.Many("comments").Slice(ctx)
		require.NoError(t, err)
		require.Equal(t, ids(first, second), ids(comments...))
	})

	t.Run("the comments of a post one by one", func(t *testing.T) {
		var got []*store.Record
		for comment, err := range post.Many("comments").All(ctx) {
			require.NoError(t, err)
			got = append(got, comment)
		}
		require.Equal(t, ids(first, second), ids(got...))
	})

	t.Run("the comments of a post by a nested predicate", func(t *testing.T) {
		comments, err := st.Query(ctx, "Comment", store.Where(predicate.Where("post.id").Eq(post.ID())))
		require.NoError(t, err)
		require.Equal(t, ids(first, second), ids(comments...))
	})

	t.Run("an edit writes the changed fields only", func(t *testing.T) {
		edited, err := post.With(store.Fields{"title": "My Post, edited"})
		require.NoError(t, err)
		rated, err := post.With(store.Fields{"rating": 11})
		require.NoError(t, err)
		_, err = st.Save(ctx, edited)
		require.NoError(t, err)
		saved, err := st.Save(ctx, rated)
		require.NoError(t, err)
		require.Equal(t, "My Post, edited", saved.String("title"))
		require.Equal(t, 11, saved.Int("rating"))
	})

	t.Run("deleting a post deletes its comments", func(t *testing.T) {
		require.NoError(t, st.Delete(ctx, post))
		comments, err := st.Query(ctx, "Comment")
		require.NoError(t, err)
		require.Equal(t, ids(elsewhere), ids(comments...))
		posts, err := st.Query(ctx, "Post")
		require.NoError(t, err)
		require.Equal(t, ids(other), ids(posts...))
	})
}

func TestStory_PostsAndUsersAreManyToMany(t *testing.T) {
	ctx := context.Background()
	st := storetest.Open(t, blog, memory.New())

	post := create(t, st, "Post", store.Fields{"title": "My first post", "status": "ACTIVE"})
	second := create(t, st, "Post", store.Fields{"title": "My second post", "status": "INACTIVE"})
	ada := create(t, st, "User", store.Fields{"username": "ada"})
	bob := create(t, st, "User", store.Fields{"username": "bob"})
	join := create(t, st, "PostEditor", store.Fields{"post": post, "user": ada})
	create(t, st, "PostEditor", store.Fields{"post": post, "user": bob})
	create(t, st, "PostEditor", store.Fields{"post": second, "user": bob})

	editors := func(p *store.Record) []string {
		list, err := p.Many("editors").Slice(ctx)
		require.NoError(t, err)
		return ids(list...)
	}

	t.Run("the editors of a post", func(t *testing.T) {
		require.Equal(t, ids(ada, bob), editors(post))
		require.Equal(t, ids(bob), editors(second))
	})

	t.Run("the users of a post through the join model", func(t *testing.T) {
		users, err := st.Query(ctx, "User", store.Where(predicate.Where("posts.post.id").Eq(post.ID())))
		require.NoError(t, err)
		require.Equal(t, ids(ada, bob), ids(users...))
	})

	t.Run("deleting a join record leaves both ends", func(t *testing.T) {
		require.NoError(t, st.Delete(ctx, join))
		require.Equal(t, ids(bob), editors(post))
		for _, end := range []*store.Record{post, ada} {
			got, err := st.Get(ctx, end.Model(), end.ID())
			require.NoError(t, err)
			require.NotNil(t, got)
		}
	})

	t.Run("deleting a user deletes their join records", func(t *testing.T) {
		require.NoError(t, st.Delete(ctx, bob))
		joins, err := st.Query(ctx, "PostEditor")
		require.NoError(t, err)
		require.Empty(t, joins)
		require.Empty(t, editors(post))
		posts, err := st.Query(ctx, "Post")
		require.NoError(t, err)
		require.Len(t, posts, 2)
	})
}

func create(t *testing.T, st *store.Store, model string, fields store.Fields) *store.Record {
	t.Helper()
	r, err := st.New(model, fields)
	require.NoError(t, err)
	r, err = st.Save(context.Background(), r)
	require.NoError(t, err)
	return r
}

func ids(records ...*store.Record) []string {
	list := []string{}
	for _, r := range records {
		list = append(list, r.ID())
	}
	return list
}
