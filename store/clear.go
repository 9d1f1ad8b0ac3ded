package store

import (
	"context"
	"errors"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Clear removes every record of every model, as one step, after the commits under
// way are in storage.
func (st *Store) Clear(ctx context.Context) error {
	return st.submit(ctx, "clear", st.clear)
}

func (st *Store) clear(ctx context.Context) error {
	for range maxReload {
		st.mu.Lock()
		empty, c := st.data.emptied()
		st.mu.Unlock()
		err := st.options.Backend.Replace(ctx, c.replace)
		if errors.Is(err, log.ErrTaken) {
			st.follow(ctx)
			continue
		}
		if err != nil {
			return err
		}
		st.mu.Lock()
		empty.compacted(c)
		st.data = empty
		st.epoch++
		st.rerun()
		return nil
	}
	return &code.Error{Code: code.Unavailable, Message: "others kept writing; try again"}
}
