//go:build !js || sdl

package store_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// game is a random history of several stores on one storage, beside a reference
// that gets what they acknowledge.
type game struct {
	testing.TB
	*storetest.Generator
	schema  *schema.Schema
	storage *memory.Backend
	stores  []*store.Store
	want    *storetest.Reference
	past    []copied // states that records had, to be edited
	watched map[*store.Store][]*watched
	grouped map[*store.Store][]*grouped
	mirrors map[*store.Store]*mirror
	edition map[*store.Store]*atomic.Int64 // how often a store told that answers may be others
	stats   map[string]int
	replay  string
	quiet   bool // nothing was done since live answers were compared
	opened  int  // how many stores were
	knowing bool // a store that makes a move knows all that others wrote
}

// copied is a record as somebody holds it.
type copied struct {
	model *schema.Model
	row   storetest.Row
}

func newGame(t testing.TB, seed uint64, stores int) *game {
	g := gameOn(t, seed, storetest.Schema(t, storetest.Library))
	g.IDs = 2 + g.IntN(6)
	for range stores {
		g.stores = append(g.stores, g.open())
	}
	return g
}

// gameOn returns a game without stores.
func gameOn(t testing.TB, seed uint64, s *schema.Schema) *game {
	return &game{TB: t, Generator: storetest.NewGenerator(seed), schema: s, storage: memory.New(),
		want: storetest.NewReference(s, noonText), watched: map[*store.Store][]*watched{}, grouped: map[*store.Store][]*grouped{}, mirrors: map[*store.Store]*mirror{}, edition: map[*store.Store]*atomic.Int64{}, stats: map[string]int{}}
}

func (g *game) open() *store.Store { return g.openOn(storetest.Deaf{Backend: g.storage.Handle()}) }

func (g *game) openOn(b store.Backend) *store.Store {
	g.opened++
	edition := &atomic.Int64{}
	st, err := store.Open(context.Background(), store.Small(store.Options{Schema: g.schema, Backend: b,
		Clock: func() int64 { return noon }, Preload: -(g.opened % 2), Changed: func() { edition.Add(1) }}, 3+g.IntN(9), 200+g.IntN(600)))
	require.NoError(g, err, g.replay)
	g.edition[st] = edition
	if g.opened%4 == 3 {
		return st // nobody looks at it, so its moves find nothing in memory
	}
	for range 3 {
		g.watch(st)
		g.group(st)
	}
	g.mirror(st)
	return st
}

// put makes one record to save: new, or an edit of a copy that may be old.
func (g *game) put() store.Put {
	if len(g.past) > 0 && g.IntN(3) > 0 {
		return g.edit(storetest.Pick(g.Generator, g.past))
	}
	m := storetest.Pick(g.Generator, g.schema.Models)
	p := store.Put{Model: m.Name, Row: g.Text(g.mended(m, g.Row(m)))}
	g.condition(m, &p.Condition)
	return p
}

// mended makes most references of a row lead somewhere, and many a record lead to it.
func (g *game) mended(m *schema.Model, row map[string]string) map[string]string {
	for _, owner := range g.schema.Models {
		for _, r := range owner.Relations {
			if rows := g.want.Rows(owner.Name); r.Kind == schema.HasMany && r.Target == m && len(rows) > 0 && g.Chance(2) {
				g.join(row, m, r.TargetFields, storetest.Pick(g.Generator, rows), owner, r.Fields)
			}
		}
	}
	for _, r := range m.Relations {
		targets := g.want.Rows(r.Target.Name)
		if r.Kind != schema.BelongsTo && r.Kind != schema.HasOne || len(targets) == 0 || g.Chance(6) {
			continue
		}
		g.join(row, m, r.Fields, storetest.Pick(g.Generator, targets), r.Target, r.TargetFields)
	}
	return row
}

// join gives some fields of a row, those that are not null, the values of another.
func (g *game) join(row map[string]string, m *schema.Model, fields []int, other storetest.Row, of *schema.Model, from []int) {
	for i, f := range fields {
		name, value := m.Fields[f].Name, other[of.Fields[from[i]].Name]
		if row[name] != "null" && value != nil {
			row[name] = g.text(value)
		}
	}
}

func (g *game) edit(c copied) store.Put {
	row, p := storetest.Row{}, store.Put{Model: c.model.Name, Edited: true}
	for name, value := range c.row {
		row[name] = value
	}
	fresh := g.mended(c.model, g.Row(c.model))
	for i, f := range c.model.Fields {
		inKey := false
		for _, k := range c.model.Key {
			inKey = inKey || k == i
		}
		if !inKey && !f.ReadOnly && g.Chance(4) {
			row[f.Name] = record.GoValue([]byte(fresh[f.Name]))
			p.Changed = append(p.Changed, f.Name)
		}
	}
	p.Row = []byte(g.text(row))
	p.Edited = !g.Chance(5)
	if !p.Edited {
		p.Changed = nil
	}
	g.condition(c.model, &p.Condition)
	return p
}

func (g *game) condition(m *schema.Model, into *[]byte) {
	if g.Chance(4) {
		*into = []byte(g.Predicate(m, g.IntN(3)))
	}
}

func (g *game) text(value any) string {
	text, err := record.AppendGo(nil, value)
	require.NoError(g, err)
	return string(text)
}

// deletion makes something to delete, small or large.
func (g *game) deletion() store.Deletion {
	m := storetest.Pick(g.Generator, g.schema.Models)
	d := store.Deletion{Model: m.Name}
	g.condition(m, &d.Condition)
	if g.Chance(4) {
		d.Where = []byte(g.Predicate(m, 2))
		return d
	}
	d.Keys = [][]byte{}
	for range 1 + g.IntN(2) {
		row := g.Row(m)
		if rows := g.want.Rows(m.Name); len(rows) > 0 && !g.Chance(5) {
			for name, value := range storetest.Pick(g.Generator, rows) {
				row[name] = g.text(value)
			}
		}
		key := "["
		for n, k := range m.Key {
			if n > 0 {
				key += ","
			}
			key += row[m.Fields[k].Name]
		}
		d.Keys = append(d.Keys, []byte(key+"]"))
	}
	return d
}

// move is one change, for a store and for the reference.
type move struct {
	kind  string
	begin func(*store.Store) (*store.Commit, error)
	apply func(*storetest.Reference) store.Code
}

func (g *game) move() move {
	switch n := g.IntN(20); {
	case n < 5:
		d := g.deletion()
		return move{"delete", func(st *store.Store) (*store.Commit, error) { return st.BeginDelete(d) },
			func(r *storetest.Reference) store.Code {
				_, c := r.Delete(d)
				return c
			}}
	case n < 9:
		var puts []store.Put
		for range 2 + g.IntN(5) {
			puts = append(puts, g.put())
		}
		return g.save("batch", puts)
	}
	return g.save("save", []store.Put{g.put()})
}

func (g *game) save(kind string, puts []store.Put) move {
	return move{kind, func(st *store.Store) (*store.Commit, error) { return st.BeginSave(append([]store.Put{}, puts...)) },
		func(r *storetest.Reference) store.Code { return r.Save(puts) }}
}

// remember keeps a copy of some record as it is now.
func (g *game) remember() {
	m := storetest.Pick(g.Generator, g.schema.Models)
	if rows := g.want.Rows(m.Name); len(rows) > 0 {
		c := copied{m, storetest.Row{}}
		for name, value := range storetest.Pick(g.Generator, rows) {
			c.row[name] = value
		}
		g.past = append(g.past, c)
	}
	if len(g.past) > 20 {
		g.past = g.past[1:]
	}
}

// agree compares everything, and some questions.
func (g *game) agree(st *store.Store) {
	g.Helper()
	got, err := g.want.Read(st)
	require.NoError(g, err, g.replay)
	if !g.want.Equal(got) {
		require.Equal(g, g.want.String(), got.String(), g.replay)
	}
	g.agreeLive(st)
	g.agreeGroups(st)
	for range 3 {
		m := storetest.Pick(g.Generator, g.schema.Models)
		q := g.query(m)
		whole := g.want.Query(q)
		n, err := st.Count(q)
		require.NoError(g, err)
		require.Equal(g, len(whole), n, "%s %s\n%s", m.Name, q.Where, g.replay)
		if g.Chance(2) {
			q.Page, q.Limit = g.IntN(3), g.IntN(4)
		}
		rows, err := storetest.Rows(st, q)
		require.NoError(g, err)
		require.Equal(g, append([]storetest.Row{}, g.want.Query(q)...), rows, "%+v %s\n%s", q, q.Where, g.replay)
	}
}

// query makes a question without page and limit.
func (g *game) query(m *schema.Model) store.Query {
	q := store.Query{Model: m.Name, Limit: -1, Where: []byte(g.Predicate(m, g.IntN(3)))}
	for range g.IntN(3) {
		if f := storetest.Pick(g.Generator, m.Fields); !f.Type.List && f.Type.Scalar != schema.JSON && f.Type.Scalar != schema.Object {
			q.Sort = append(q.Sort, store.Sort{Field: f.Name, Descending: g.Chance(2)})
		}
	}
	return q
}

// end compares all stores and closes them.
func (g *game) end() {
	for _, st := range g.stores {
		require.NoError(g, store.Follow(st), g.replay)
		g.agree(st)
		if m := g.mirrors[st]; m != nil {
			m.agree(g, st)
		}
		problems, err := st.Check(context.Background())
		require.NoError(g, err, g.replay)
		require.Empty(g, problems, g.replay)
		require.NoError(g, st.Close())
	}
}

func codeOf(err error) store.Code {
	if err == nil {
		return ""
	}
	return code.Of(err)
}
