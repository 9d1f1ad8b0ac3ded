//go:build !js || sdl

package store_test

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

// watched is a live query, with what its answers add up to.
type watched struct {
	live  *store.Live
	query store.Query
	refs  []store.Ref
}

// watch opens a live query at random.
func (g *game) watch(st *store.Store) {
	w := &watched{query: g.query(storetest.Pick(g.Generator, g.schema.Models))}
	if g.Chance(2) {
		w.query.Where = nil
	}
	if g.Chance(2) {
		w.query.Page, w.query.Limit = g.IntN(2), 1+g.IntN(4)
	}
	var err error
	w.live, err = st.LiveQuery(w.query)
	require.NoError(g, err, g.replay)
	a, err := w.live.Answer()
	require.NoError(g, err, g.replay)
	w.refs = a.Refs
	g.watched[st] = append(g.watched[st], w)
}

// agreeLive folds what the live queries of a store have to tell, and compares.
func (g *game) agreeLive(st *store.Store) {
	for _, w := range g.watched[st] {
		a, changed, err := w.live.Next()
		require.NoError(g, err, g.replay)
		switch {
		case !changed:
			g.stats["live still"]++
		case a.Patch == nil:
			w.refs = a.Refs
			g.stats["live anew"]++
		default:
			for _, at := range slices.Backward(a.Patch.Removed) {
				w.refs = slices.Delete(w.refs, at, at+1)
			}
			for _, at := range a.Patch.Inserted {
				w.refs = slices.Insert(w.refs, at, a.Refs[at])
			}
			for _, at := range a.Patch.Updated {
				w.refs[at] = a.Refs[at]
			}
			require.Equal(g, a.Refs, w.refs, "%+v %s\n%s", w.query, w.query.Where, g.replay)
			g.stats["live patches"]++
		}
		rows := []storetest.Row{}
		text, err := st.AppendRows(nil, g.schema.Model(w.query.Model), func(i int) uint32 { return w.refs[i].Row }, len(w.refs))
		require.NoError(g, err)
		for _, row := range record.GoValue(text).([]any) {
			rows = append(rows, row.(storetest.Row))
		}
		require.Equal(g, append([]storetest.Row{}, g.want.Query(w.query)...), rows, "%+v %s\n%s", w.query, w.query.Where, g.replay)
	}
}
