//go:build !js || sdl

package store_test

import (
	"context"
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
	b := &asked{Backend: memory.New()}
	st := storetest.Open(t, storetest.Library, b)
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
		{save(), false}, {save(store.Durably()), true}, {save(), false},
		{transact(), false}, {transact(store.CommittedDurably()), true},
		{func() error { return st.Delete(ctx, author, store.DeletedDurably()) }, true},
	} {
		b.strict = nil
		require.NoError(t, act.run())
		require.Equal(t, []bool{act.strict}, b.strict)
	}
}
