package store

import (
	"context"
	"slices"

	"github.com/granarydb/granary/store/schema"
)

// gather loads what has to be in memory before the store can take in what others
// wrote: all that pending commits may look at when they run again, and what
// observers are to be told of. A block that is gone does not matter: then all is
// read anew.
func (st *Store) gather(ctx context.Context) error {
	st.mu.Lock()
	needed, observed := st.needed(), st.observedAbsent()
	st.mu.Unlock()
	for _, name := range needed {
		_, complete, err := st.tryLoad(ctx, name)
		if err != nil {
			return err
		}
		if !complete {
			st.mu.Lock()
			st.journal.anew = true
			st.mu.Unlock()
		}
	}
	for _, name := range observed {
		_, _, _ = st.tryLoad(ctx, name) // what cannot be read cannot be told of
	}
	return nil
}

// needed are the models not in memory that pending commits may look at when they
// run again: those that relations connect with the models that they were about.
func (st *Store) needed() []string {
	var names []string
	for name, a := range st.data.absent {
		if a.model != nil && slices.ContainsFunc(st.journal.pending, func(c *Commit) bool {
			return slices.Contains(c.about, st.kin[a.model.Index])
		}) {
			names = append(names, name)
		}
	}
	return names
}

// observedAbsent are the models not in memory that observers are to be told of.
func (st *Store) observedAbsent() []string {
	var names []string
	for name, a := range st.data.absent {
		if a.model != nil && slices.ContainsFunc(st.observers, func(o *Observer) bool {
			return o.filter == nil || st.kin[o.filter.Model.Index] == st.kin[a.model.Index] &&
				(o.filter.Model == a.model || len(o.filter.Paths()) > 0)
		}) {
			names = append(names, name)
		}
	}
	return names
}

// gathered are the models that must be in memory when everything is read anew.
func (st *Store) gathered() map[string]bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	names := map[string]bool{}
	for _, m := range st.schema.Models {
		names[m.Name] = st.data.absent[m.Name] == nil
	}
	for _, name := range slices.Concat(st.needed(), st.observedAbsent()) {
		names[name] = true
	}
	return names
}

// about notes that a change looks at a model, and perhaps at all that relations
// connect with it.
func (x *tx) about(m *schema.Model) {
	if g := x.st.kin[m.Index]; !slices.Contains(x.kin, g) {
		x.kin = append(x.kin, g)
	}
}

// kinOf numbers the models so that those which relations connect, over others
// too, have the same number.
func kinOf(s *schema.Schema) []int {
	group := make([]int, len(s.Models))
	for i := range group {
		group[i] = i
	}
	for _, m := range s.Models {
		for _, r := range m.Relations {
			from, to := group[m.Index], group[r.Target.Index]
			for i, g := range group {
				if g == from {
					group[i] = to
				}
			}
		}
	}
	return group
}
