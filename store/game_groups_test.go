//go:build !js || sdl

package store_test

import (
	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/storetest"
)

// grouped are live groups, with what they last answered.
type grouped struct {
	live  *store.Live // nil when a sum has left the range of numbers
	query store.Query
	by    store.Grouping
	text  string
}

// group opens live groups at random.
func (g *game) group(st *store.Store) {
	m := storetest.Pick(g.Generator, g.schema.Models)
	w := &grouped{query: store.Query{Model: m.Name, Limit: -1}, by: grouping(g.Generator, m)}
	if g.Chance(2) {
		w.query.Where = []byte(g.Predicate(m, 2))
	}
	if g.Chance(2) {
		w.query.Sort = []store.Sort{{Field: "count()", Descending: true}}
		w.query.Page, w.query.Limit = g.IntN(2), g.IntN(4)
	}
	var err error
	w.live, err = st.LiveGrouping(w.query, w.by)
	require.NoError(g, err, g.replay)
	g.grouped[st] = append(g.grouped[st], w)
	a, err := w.live.Answer()
	g.regrouped(st, w, a, err)
}

// regrouped notes an answer of live groups, or their end.
func (g *game) regrouped(st *store.Store, w *grouped, a store.Answer, err error) {
	if w.text = string(a.Groups); err == nil {
		return
	}
	require.ErrorIs(g, err, store.ErrLimit, g.replay)
	_, again := st.AppendGroups(nil, "groupBy", w.query, w.by)
	require.ErrorIs(g, again, store.ErrLimit, g.replay)
	w.live.Close()
	w.live = nil
	g.stats["groups LIMIT"]++
}

// agreeGroups compares the live groups of a store with fresh ones.
func (g *game) agreeGroups(st *store.Store) {
	for _, w := range g.grouped[st] {
		if w.live == nil {
			continue
		}
		a, changed, err := w.live.Next()
		if changed || err != nil {
			require.NotEqual(g, w.text, string(a.Groups), "told anew: %+v %+v\n%s", w.query, w.by, g.replay)
			g.regrouped(st, w, a, err)
			g.stats["live groups"]++
		} else {
			g.stats["groups still"]++
		}
		if w.live == nil || g.quiet {
			continue
		}
		text, err := st.AppendGroups(nil, "groupBy", w.query, w.by)
		require.NoError(g, err, g.replay)
		require.Equal(g, string(text), w.text, "%+v %+v\n%s", w.query, w.by, g.replay)
	}
}
