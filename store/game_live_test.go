//go:build !js || sdl

package store_test

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// watched is a live query, with what its answers add up to.
type watched struct {
	live  *store.Live
	query store.Query
	refs  []store.Ref
	trees [][]string // with relations: the state of each record of the window, and of all that it leads to
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
	if g.Chance(2) {
		w.query.Include = g.Inclusions(g.schema.Model(w.query.Model), 2+g.IntN(2))
		if !g.Chance(4) { // so that much of the tree is in the answer
			w.query.Where, w.query.Page, w.query.Limit = nil, 0, -1
			g.widen(w.query.Include)
		}
	}
	var err error
	w.live, err = st.LiveQuery(w.query)
	require.NoError(g, err, g.replay)
	a, err := w.live.Answer()
	require.NoError(g, err, g.replay)
	w.refs = a.Refs
	if w.query.Include != nil {
		w.trees = states(a.Tree)
	}
	g.watched[st] = append(g.watched[st], w)
}

// widen takes the conditions off some inclusions.
func (g *game) widen(list []store.Inclusion) {
	for i := range list {
		if g.Chance(2) {
			list[i].Where, list[i].Page, list[i].Limit = nil, 0, -1
		}
		g.widen(list[i].Include)
	}
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
		if w.query.Include != nil {
			g.agreeTrees(st, w, a, changed)
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

// agreeTrees folds the trees of an answer and compares. An item of which nothing
// has changed must not be told anew, unless it is in another place.
func (g *game) agreeTrees(st *store.Store, w *watched, a store.Answer, changed bool) {
	switch {
	case changed && a.Patch == nil:
		w.trees = states(a.Tree)
	case changed:
		fresh := states(a.Tree)
		require.Len(g, fresh, len(a.Patch.Inserted)+len(a.Patch.Updated), g.replay)
		for _, at := range slices.Backward(a.Patch.Removed) {
			w.trees = slices.Delete(w.trees, at, at+1)
		}
		for i, at := range a.Patch.Inserted {
			w.trees = slices.Insert(w.trees, at, fresh[i])
		}
		for i, at := range a.Patch.Updated {
			now := fresh[len(a.Patch.Inserted)+i]
			if g.knowing {
				require.NotEqual(g, w.trees[at], now, "told anew: %+v\n%s", w.query, g.replay)
			}
			if w.trees[at][0] == now[0] {
				g.stats["live trees"]++ // the record itself is the same
			}
			w.trees[at] = now
		}
	}
	tree, err := st.FindTree(w.query)
	require.NoError(g, err, g.replay)
	require.Equal(g, states(tree), w.trees, "%+v\n%s", w.query, g.replay)
	list, err := st.Query(ctx, w.query.Model, asking(w.query))
	require.NoError(g, err, g.replay)
	require.Equal(g, g.want.Tree(w.query), treeOf(list, w.query.Include), g.replay)
}

// states names the state of each record of a tree's root, and then those of what
// it leads to.
func states(t *store.Tree) [][]string {
	rows := map[*schema.Model][]store.Ref{}
	for _, f := range t.Rows {
		rows[f.Model] = f.Refs
	}
	var of func(l *store.Level) [][]string
	of = func(l *store.Level) [][]string {
		list := make([][]string, len(l.Records))
		for i, at := range l.Records {
			list[i] = []string{fmt.Sprint(rows[l.Model][at])}
		}
		for _, below := range l.Below {
			far, links := of(below), below.Links
			for i := range list {
				n := links[0]
				for _, at := range links[1 : 1+n] {
					list[i] = append(list[i], fmt.Sprint(below.Relation.Name, far[at]))
				}
				links = links[1+n:]
			}
		}
		return list
	}
	return of(t.Root)
}
