package store

import (
	"context"

	"github.com/granarydb/granary/store/code"
)

// commit makes a change that waits for the models that it needs, also in a store
// whose verbs do not, and returns when it is durable.
func (st *Store) commit(ctx context.Context, op string, run func(*tx) error) error {
	for {
		c, err := st.begin(ctx, op, run)
		if l := LackingOf(err); l != nil {
			for _, name := range l.Models {
				if err := st.provide(ctx, name); err != nil {
					return wrap(op, err)
				}
			}
			continue
		}
		if err == nil {
			err = c.Wait(ctx)
		}
		if err != nil {
			return wrap(op, err)
		}
		return nil
	}
}

// stale is the error of an exchange whose beginning is no longer what there is.
func stale() error {
	return code.Fault(code.Stale, "", "", "another store has synced meanwhile")
}
