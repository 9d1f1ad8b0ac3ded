//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/predicate"
)

func ExampleInclude() {
	st, _ := open()
	defer st.Close()
	posts, err := st.Query(context.Background(), "Post",
		store.Include("comments", store.Descending("content"), store.Limit(3), store.Include("post")))
	check(err)
	for _, post := range posts {
		for _, comment := range post.Included("comments") {
			fmt.Println(comment.String("content"), "on", comment.Included("post")[0].String("title"))
		}
	}
	// Output:
	// Welcome! on Hello
	// Nice on Hello
}

func ExampleStore_GroupBy() {
	st, _ := open()
	defer st.Close()
	groups, err := st.GroupBy(context.Background(), "Comment",
		store.Grouping{By: []string{"postCommentsId"}, Min: []string{"content"}},
		store.Descending("count()"), store.Limit(10))
	check(err)
	for _, g := range groups {
		fmt.Println(g.Key["postCommentsId"], g.Count, g.Min["content"])
	}
	// Output: p1 2 Nice
}

func ExampleStore_Sum() {
	ctx := context.Background()
	st, _ := open()
	defer st.Close()
	sum, err := st.Sum(ctx, "Post", "rating", store.Where(predicate.Where("rating").Gt(3)))
	check(err)
	_, any, err := st.Avg(ctx, "Post", "rating", store.Where(predicate.Where("rating").Gt(5)))
	check(err)
	fmt.Println(sum, any)
	// Output: 5 false
}

func ExampleStore_Max() {
	st, _ := open()
	defer st.Close()
	last, err := st.Max(context.Background(), "Comment", "content")
	check(err)
	fmt.Println(last)
	// Output: Welcome!
}
