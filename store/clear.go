package store

import "context"

// Clear removes every record of every model, those included that the schema does
// not have, as one commit. What others wrote before it is removed too.
func (st *Store) Clear(ctx context.Context) error {
	c, err := st.begin("clear", func(x *tx) error {
		x.clear()
		return nil
	})
	if err == nil {
		err = c.Wait(ctx)
	}
	if err != nil {
		return wrap("clear", err)
	}
	// Give back the room in storage before anything else is written. The records
	// are gone even if that fails now.
	_ = st.submit(ctx, "clear", func(ctx context.Context) error {
		st.compact(ctx)
		return nil
	})
	return nil
}

// clear deletes all rows. In the log that is one short operation a model, so that
// there is room for it when there is room for nothing else.
func (x *tx) clear() {
	x.cleared = true
	for _, t := range x.st.data.all() {
		for n := range t.End() {
			if t.Has(n) {
				x.delete(t, n)
			}
		}
	}
}
