//go:build !js || sdl

package store_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
)

const blog = `
type Post @model {
  id: ID!
  title: String!
  rating: Int
  comments: [Comment] @hasMany
}

type Comment @model {
  id: ID!
  content: String
  post: Post @belongsTo
}
`

// open opens a store of the blog in memory, with a post and two comments.
func open() (*store.Store, *store.Record) {
	ctx := context.Background()
	models, err := schema.Parse(blog)
	check(err)
	st, err := store.Open(ctx, store.Options{Schema: models, Backend: memory.New()})
	check(err)
	post, err := st.New("Post", store.Fields{"id": "p1", "title": "Hello", "rating": 5})
	check(err)
	first, err := st.New("Comment", store.Fields{"id": "c1", "content": "Welcome!", "post": post})
	check(err)
	second, err := st.New("Comment", store.Fields{"id": "c2", "content": "Nice", "post": post})
	check(err)
	saved, err := st.SaveAll(ctx, []*store.Record{post, first, second})
	check(err)
	return st, saved[0]
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func ExampleOpen() {
	models, err := schema.Parse(`type Task @model { id: ID! title: String! done: Boolean @default(value: "false") }`)
	check(err)
	st, err := store.Open(context.Background(), store.Options{Schema: models, Backend: memory.New()})
	check(err)
	defer st.Close()

	task, err := st.New("Task", store.Fields{"title": "write an example"})
	check(err)
	fmt.Println(task.String("title"), task.Bool("done"))
	// Output: write an example false
}

func ExampleStore_Save() {
	ctx := context.Background()
	st, post := open()
	defer st.Close()

	edited, err := post.With(store.Fields{"rating": 4})
	check(err)
	saved, err := st.Save(ctx, edited)
	check(err)
	fmt.Println(saved.String("title"), saved.Int("rating"))

	_, err = st.Save(ctx, post, store.If(predicate.Where("rating").Eq(5)))
	fmt.Println(errors.Is(err, store.ErrConflict))
	_, err = st.New("Post", store.Fields{"tilte": "Hello"})
	fmt.Println(err)
	// Output:
	// Hello 4
	// true
	// new Post.tilte: is no field of Post: did you mean title?
}

func ExampleStore_Query() {
	ctx := context.Background()
	st, _ := open()
	defer st.Close()

	good := predicate.And(predicate.Where("rating").Ge(4), predicate.Where("comments.content").BeginsWith("Nice"))
	posts, err := st.Query(ctx, "Post", store.Where(good), store.Descending("rating"), store.Limit(10))
	check(err)
	for _, p := range posts {
		fmt.Println(p.ID(), p.String("title"))
	}
	// Output: p1 Hello
}

func ExampleRecord_Many() {
	ctx := context.Background()
	st, post := open()
	defer st.Close()

	for comment, err := range post.Many("comments").All(ctx) {
		check(err)
		of, err := comment.One(ctx, "post")
		check(err)
		fmt.Println(comment.String("content"), "on", of.String("title"))
	}
	// Output:
	// Welcome! on Hello
	// Nice on Hello
}

func ExampleStore_Delete() {
	ctx := context.Background()
	st, post := open()
	defer st.Close()

	check(st.Delete(ctx, post)) // and its comments with it, as one commit
	comments, err := st.Query(ctx, "Comment")
	check(err)
	fmt.Println(len(comments))
	// Output: 0
}
