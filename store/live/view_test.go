//go:build !js || sdl

package live_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/live"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/table"
)

var (
	seeds = flag.Int("live.seeds", 300, "how many random histories the views are tried on")
	first = flag.Uint64("live.seed", 0, "the first of them")
)

// history is tables that change at random, and the touches since they were last
// asked for.
type history struct {
	*storetest.Generator
	testing.TB
	tables   predicate.Tables
	encoders []*record.Encoder
	touches  live.Touches
	done     []table.Change // that may still be undone
	version  uint32
}

func newHistory(t testing.TB, s *schema.Schema, seed uint64) *history {
	h := &history{Generator: storetest.NewGenerator(seed), TB: t}
	h.IDs = 3 + h.IntN(12)
	for _, m := range s.Models {
		h.tables = append(h.tables, table.New(m))
		h.encoders = append(h.encoders, record.NewEncoder(m))
	}
	for _, m := range s.Models {
		for _, r := range m.Relations {
			h.tables.Of(m).AddIndex(r.Fields)
			h.tables.Of(r.Target).AddIndex(r.TargetFields)
		}
	}
	for range 60 {
		h.change(storetest.Pick(h.Generator, s.Models))
	}
	h.touches.Clear()
	return h
}

// change puts, deletes or undoes something.
func (h *history) change(m *schema.Model) {
	h.version++
	if n := len(h.done); n > 0 && h.Chance(6) {
		c := h.done[n-1]
		h.done = h.done[:n-1]
		h.touches.Add(live.Touch{Table: c.Table, Row: c.Row, Before: c.After()})
		c.Table.Undo(c)
		return
	}
	e, t := h.encoders[m.Index], h.tables.Of(m)
	require.NoError(h, e.Read(h.Text(h.Row(m))))
	require.NoError(h, e.Complete())
	row, err := e.Row()
	require.NoError(h, err)
	var c table.Change
	number, exists := t.Find(t.Key(nil, row))
	switch {
	case !exists:
		c = t.Insert(row, h.version)
	case h.Chance(3):
		c = t.Delete(number)
	default:
		c = t.Update(number, row, h.version)
	}
	h.done = append(h.done, c)
	h.touches.Add(live.Touch{Table: t, Row: c.Row, Before: c.Before()})
}

// subject is a view with the query that it answers, and what its patches add up to.
type subject struct {
	view   *live.View
	query  live.Query
	text   string
	window []uint32
	states []uint32 // the version of each row in window
	keys   []string // the key of each
}

func (h *history) subject(m *schema.Model) *subject {
	s := &subject{text: h.Predicate(m, h.IntN(4))}
	f, err := predicate.Parse(m, []byte(s.text))
	require.NoError(h, err)
	s.query = live.Query{Filter: f, End: math.MaxInt}
	for range h.IntN(3) {
		f := storetest.Pick(h.Generator, m.Fields)
		if !f.Type.List && f.Type.Scalar != schema.JSON && f.Type.Scalar != schema.Object {
			s.query.Order = append(s.query.Order, table.Key{Field: f.Index, Descending: h.Chance(2)})
		}
	}
	if h.Chance(2) {
		limit := 1 + h.IntN(5)
		s.query.Start = h.IntN(3) * limit
		s.query.End = s.query.Start + limit
	}
	s.view = live.NewView(h.tables, s.query)
	s.window = slices.Clone(s.view.Window())
	s.states = h.states(m, s.window)
	s.note(h)
	return s
}

// note keeps the keys of the window.
func (s *subject) note(h *history) {
	s.keys = s.keys[:0]
	for _, n := range s.window {
		s.keys = append(s.keys, h.key(s.query.Filter.Model, n))
	}
}

func (h *history) states(m *schema.Model, rows []uint32) []uint32 {
	out := make([]uint32, len(rows))
	for i, n := range rows {
		out[i] = h.tables.Of(m).Version(n)
	}
	return out
}

// fold applies a patch to the window before and compares with the present one: the
// rows that the patch does not name must be those that stayed.
func (s *subject) fold(h *history, p *live.Patch, replay string) {
	m := s.query.Filter.Model
	now := slices.Clone(s.view.Window())
	states := h.states(m, now)
	defer func() { s.note(h) }()
	if p == nil {
		require.True(h, slices.Equal(s.window, now), replay)
		require.True(h, slices.Equal(s.states, states), "an update was not told: "+replay)
		return
	}
	for _, out := range p.Removed {
		for _, in := range p.Inserted {
			stayed := s.window[out] == now[in] && s.states[out] == states[in]
			require.False(h, stayed, "a row that did not change was taken out and put in: "+replay)
		}
	}
	var moved []int
	for _, out := range p.Removed {
		for _, in := range p.Inserted {
			if s.window[out] == now[in] && s.keys[out] == h.key(m, now[in]) {
				moved = append(moved, out, in)
			}
		}
	}
	require.ElementsMatch(h, pairs(moved), pairs(p.Moved), "other moves: "+replay)
	for _, at := range slices.Backward(p.Removed) {
		s.window, s.states = slices.Delete(s.window, at, at+1), slices.Delete(s.states, at, at+1)
	}
	for _, at := range p.Inserted {
		s.window, s.states = slices.Insert(s.window, at, now[at]), slices.Insert(s.states, at, states[at])
	}
	for _, at := range p.Updated {
		require.NotContains(h, p.Inserted, at, replay)
		s.states[at] = states[at]
	}
	require.True(h, slices.Equal(now, s.window), "%v folds to %v: %s", now, s.window, replay)
	require.True(h, slices.Equal(states, s.states), replay)
}

func pairs(list []int) (out [][2]int) {
	for i := 0; i < len(list); i += 2 {
		out = append(out, [2]int{list[i], list[i+1]})
	}
	return out
}

func (h *history) key(m *schema.Model, row uint32) string {
	t := h.tables.Of(m)
	return string(t.Key(nil, t.Row(row)))
}

func TestView_AgreesWithAFreshQueryAfterEachChange(t *testing.T) {
	s := storetest.Schema(t, storetest.Library)
	patched, still, moved := 0, 0, 0
	for seed := *first; seed < *first+uint64(*seeds); seed++ {
		h := newHistory(t, s, seed)
		var list []*subject
		for range 12 {
			list = append(list, h.subject(storetest.Pick(h.Generator, s.Models)))
		}
		for step := range 40 {
			for range 1 + h.IntN(5)*h.IntN(2) + h.IntN(2)*h.IntN(2)*h.IntN(30) {
				h.change(storetest.Pick(h.Generator, s.Models))
			}
			touches := h.touches.Take()
			for _, sub := range list {
				replay := fmt.Sprintf("%s %s %v, step %d\ngo test ./store/live -run View_Agrees -live.seed=%d -live.seeds=1",
					sub.query.Filter.Model.Name, sub.text, sub.query.Order, step, seed)
				p := sub.view.Apply(touches)
				fresh := live.NewView(h.tables, sub.query)
				require.True(t, slices.Equal(fresh.Window(), sub.view.Window()), "%v, not %v: %s", sub.view.Window(), fresh.Window(), replay)
				require.Equal(t, fresh.Len(), sub.view.Len(), replay)
				sub.fold(h, p, replay)
				if p == nil {
					still++
				} else {
					patched++
					moved += len(p.Moved) / 2
				}
			}
		}
	}
	t.Logf("%d seeds: %d patches, %d moves, %d times nothing to tell", *seeds, patched, moved, still)
	require.Greater(t, patched, *seeds*40)
	require.Greater(t, still, *seeds*40)
	require.Greater(t, moved, *seeds*5)
}

func TestView_DependsOnTheModelsOfItsPathsAlone(t *testing.T) {
	s := storetest.Schema(t, storetest.Library)
	h := newHistory(t, s, 1)
	for range 200 {
		sub := h.subject(storetest.Pick(h.Generator, s.Models))
		for range 30 {
			m := storetest.Pick(h.Generator, s.Models)
			h.change(m)
			touches := h.touches.Take()
			independent := !slices.ContainsFunc(touches, func(touch live.Touch) bool { return sub.view.Depends(touch.Table.Model) })
			if p := sub.view.Apply(touches); independent {
				require.Nil(t, p)
			}
		}
	}
}
