//go:build !js || sdl

package store_test

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/live"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// watched is a live query, with what its answers add up to.
type watched struct {
	live  *store.Live
	query store.Query
	refs  []store.Ref
	total int
	rows  []storetest.Row
	asked store.Found // what a fresh query answered last, and in what edition of the store
	in    int64
	trees [][]string // with relations: the state of each record of the window, and of all that it leads to
}

// watch opens a live query at random.
func (g *game) watch(st *store.Store) {
	m := storetest.Pick(g.Generator, g.schema.Models)
	w := &watched{query: g.query(m)}
	if g.Chance(2) {
		w.query = g.Query(m, func(m *schema.Model) []storetest.Row { return g.want.Rows(m.Name) })
	}
	if g.Chance(2) {
		w.query.Where = nil
	}
	if g.Chance(2) {
		w.query.Page, w.query.Limit = g.IntN(2), g.IntN(5)
	}
	if g.Chance(2) {
		w.query.Include = g.inclusions(m)
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
	w.refs, w.total, w.rows = a.Refs, a.Total, storetest.RowsOf(st, a.Found)
	if w.query.Include != nil {
		w.trees = states(a.Tree)
	}
	g.watched[st] = append(g.watched[st], w)
}

// inclusions are relations to include, of random schemas fewer at a time.
func (g *game) inclusions(m *schema.Model) []store.Inclusion {
	depth := 2 + g.IntN(2)
	list := g.Inclusions(m, depth)
	for ; counted(list) > store.MaxIncludes/2; depth-- {
		list = g.Inclusions(m, depth-1)
	}
	return list
}

func counted(list []store.Inclusion) int {
	n := len(list)
	for _, one := range list {
		n += counted(one.Include)
	}
	return n
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

// agreeLive folds what the live queries of a store have to tell, and compares with
// fresh queries and with the reference.
func (g *game) agreeLive(st *store.Store) {
	for _, w := range g.watched[st] {
		a, changed, err := w.live.Next()
		require.NoError(g, err, g.replay)
		if g.quiet && !changed {
			continue
		}
		refs, rows, total := w.refs, w.rows, w.total
		if changed {
			w.total, w.refs = a.Total, a.Refs
			w.rows = storetest.RowsOf(st, a.Found)
		}
		switch {
		case !changed:
			g.stats["live still"]++
		case a.Patch == nil:
			g.stats["live anew"]++
		default:
			require.Equal(g, a.Refs, folded(refs, a.Refs, a.Patch), "%+v %s\n%s", w.query, w.query.Where, g.replay)
			g.agreeMoves(a.Found.Model, a.Patch, refs, a.Refs, rows, w.rows)
			told := len(a.Patch.Removed) + len(a.Patch.Inserted) + len(a.Patch.Updated)
			require.False(g, told == 0 && total == a.Total, "nothing was told: %+v %s\n%s", w.query, w.query.Where, g.replay)
			g.stats["live patches"]++
		}
		if w.query.Include != nil {
			g.agreeTrees(st, w, a, changed)
		}
		g.agreeAnswer(st, w)
		switch {
		case changed && w.query.Limit == 0:
			g.stats["live counts"]++
		case changed && w.query.Limit > 0 && (w.total > len(w.refs) || w.query.Page > 0):
			g.stats["live windows"]++
		}
	}
}

// agreeAnswer compares what a live query's answers add up to with a fresh query, and
// that with the reference.
func (g *game) agreeAnswer(st *store.Store, w *watched) {
	q := w.query
	q.Include = nil
	edition := g.edition[st].Load()
	fresh, err := st.Find(q)
	require.NoError(g, err, g.replay)
	g.agreeRemembered(st, w, fresh, edition)
	if !slices.Equal(fresh.Refs, w.refs) { // storage was read anew in between, which the live query then tells of
		a, changed, err := w.live.Next()
		require.NoError(g, err, g.replay)
		require.True(g, changed, "nothing was told: %+v %s\n%s", q, q.Where, g.replay)
		w.total, w.refs, w.rows = a.Total, a.Refs, storetest.RowsOf(st, a.Found)
	}
	require.Equal(g, append([]store.Ref{}, fresh.Refs...), append([]store.Ref{}, w.refs...), "%+v %s\n%s", q, q.Where, g.replay)
	require.Equal(g, append([]storetest.Row{}, g.want.Query(q)...), w.rows, "%+v %s\n%s", q, q.Where, g.replay)
	q.Page, q.Limit = 0, -1
	require.Len(g, g.want.Query(q), w.total, "%+v %s\n%s", q, q.Where, g.replay)
}

// agreeRemembered compares an answer with the one before, which whoever has kept it
// gives out again until the store tells that answers may be others.
func (g *game) agreeRemembered(st *store.Store, w *watched, fresh store.Found, edition int64) {
	if g.edition[st].Load() != edition {
		return // somebody has come in between
	}
	if w.asked.Model != nil && w.in == edition {
		require.Equal(g, w.asked.Epoch, fresh.Epoch, g.replay)
		require.Equal(g, append([]store.Ref{}, w.asked.Refs...), append([]store.Ref{}, fresh.Refs...), "told nobody: %+v %s\n%s", w.query, w.query.Where, g.replay)
		g.stats["remembered"]++
	}
	w.asked, w.in = fresh, edition
}

// folded applies a patch to the window before.
func folded(before, now []store.Ref, p *live.Patch) []store.Ref {
	refs := slices.Clone(before)
	for _, at := range slices.Backward(p.Removed) {
		refs = slices.Delete(refs, at, at+1)
	}
	for _, at := range p.Inserted {
		refs = slices.Insert(refs, at, now[at])
	}
	for _, at := range p.Updated {
		refs[at] = now[at]
	}
	return refs
}

// agreeMoves finds by itself which records are in the window before and in that
// after a patch although they were taken out and put in.
func (g *game) agreeMoves(m *schema.Model, p *live.Patch, before, now []store.Ref, was, is []storetest.Row) {
	moves := map[[2]int]bool{}
	for i := 0; i < len(p.Moved); i += 2 {
		moves[[2]int{p.Moved[i], p.Moved[i+1]}] = true
	}
	require.Len(g, moves, len(p.Moved)/2, g.replay)
	for _, from := range p.Removed {
		for _, to := range p.Inserted {
			if before[from].Row == now[to].Row && g.key(m, was[from]) == g.key(m, is[to]) {
				require.Contains(g, moves, [2]int{from, to}, g.replay)
				delete(moves, [2]int{from, to})
				g.stats["live moves"]++
			}
		}
	}
	require.Empty(g, moves, "moves of records that were not taken out and put in\n%s", g.replay)
}

// key is the text of a record's primary key.
func (g *game) key(m *schema.Model, row storetest.Row) (text string) {
	for _, f := range m.Key {
		text += g.text(row[m.Fields[f].Name]) + " "
	}
	return text
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
