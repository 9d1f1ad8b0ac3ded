//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/predicate"
)

func ExampleStore_Transaction() {
	ctx := context.Background()
	st, post := open()
	defer st.Close()
	err := st.Transaction(ctx, func(tx *store.Tx) error {
		now, err := tx.Get(ctx, "Post", post.ID())
		if err != nil {
			return err
		}
		now, err = now.With(store.Fields{"rating": now.Int("rating") + 1})
		if err != nil {
			return err
		}
		if _, err = tx.Save(ctx, now); err != nil {
			return err
		}
		_, err = tx.DeleteWhere(ctx, "Comment", predicate.Where("content").Eq("Nice"))
		return err
	})
	check(err)
	again, err := st.Get(ctx, "Post", post.ID())
	check(err)
	n, err := st.Count(store.Query{Model: "Comment"})
	check(err)
	fmt.Println(again.Int("rating"), n)
	// Output: 6 1
}
