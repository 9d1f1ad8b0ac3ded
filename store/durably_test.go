//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// asked notes of which appends it was asked that they be strict.
type asked struct {
	log.Backend
	strict []bool
}

func (b *asked) Append(ctx context.Context, a log.Append) error {
	b.strict = append(b.strict, a.Strict)
	return b.Backend.Append(ctx, a)
}

func TestDurability_IsAskedForCommitByCommit(t *testing.T) {
	for _, strict := range []bool{false, true} {
		t.Run(fmt.Sprint("a strict store: ", strict), func(t *testing.T) { askCommitByCommit(t, strict) })
	}
}

func askCommitByCommit(t *testing.T, strict bool) {
	b := &asked{Backend: memory.New()}
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: b, Strict: strict})
	author := create(t, st, "Author", store.Fields{"name": "Ada"})
	save := func(options ...store.SaveOption) func() error {
		return func() error {
			r, err := st.New("Floor", store.Fields{"level": 1})
			require.NoError(t, err)
			_, err = st.Save(ctx, r, options...)
			return err
		}
	}
	transact := func(options ...store.TransactionOption) func() error {
		return func() error {
			return st.Transaction(ctx, func(tx *store.Tx) error {
				r, err := st.New("Floor", store.Fields{"level": 1})
				require.NoError(t, err)
				_, err = tx.Save(ctx, r)
				return err
			}, options...)
		}
	}
	for _, act := range []struct {
		run    func() error
		strict bool
	}{
		{save(), strict}, {save(store.Durably(store.Strict)), true}, {save(store.Durably(store.Relaxed)), false}, {save(), strict},
		{transact(), strict}, {transact(store.CommittedDurably(store.Strict)), true}, {transact(store.CommittedDurably(store.Relaxed)), false},
		{func() error { return st.Delete(ctx, author, store.DeletedDurably(store.Strict)) }, true},
	} {
		b.strict = nil
		require.NoError(t, act.run())
		require.Equal(t, []bool{act.strict}, b.strict)
	}
}
