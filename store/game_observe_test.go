//go:build !js || sdl

package store_test

import (
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
)

// mirror holds what the events of a store add up to.
type mirror struct {
	mu      sync.Mutex
	records map[string]string // by model and key
	commit  uint64
	faults  []string
	events  int
}

// mirror begins to observe a store.
func (g *game) mirror(st *store.Store) {
	m := &mirror{records: map[string]string{}}
	g.mirrors[st] = m
	for _, model := range g.schema.Models {
		records, err := st.Query(ctx, model.Name)
		require.NoError(g, err)
		for _, r := range records {
			m.records[place(r)] = string(r.JSON())
		}
	}
	_, err := st.Observe("", m.take)
	require.NoError(g, err)
}

func place(r *store.Record) string { return r.Model() + " " + fmt.Sprint(r.Key()) }

// take folds the events of one commit. It runs in the store's goroutine.
func (m *mirror) take(events []store.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	say := func(what string, e store.Event) { m.faults = append(m.faults, what+": "+place(e.Record)) }
	if events[0].Commit <= m.commit {
		say("an old commit", events[0])
	}
	m.commit = events[0].Commit
	for _, e := range events {
		m.events++
		at := place(e.Record)
		before, known := m.records[at]
		switch {
		case e.Commit != m.commit:
			say("two commits in one call", e)
		case known != (e.Op != store.Inserted):
			say(string(e.Op)+" of what is there or not", e)
		case known && before != string(e.Before.JSON()):
			say("another record before", e)
		case len(e.Changed) > 0 != (e.Op == store.Updated):
			say("changed fields", e)
		}
		m.records[at] = string(e.Record.JSON())
		if e.Op == store.Deleted {
			delete(m.records, at)
		}
	}
}

// agree compares with the store, in which nothing is pending.
func (m *mirror) agree(g *game, st *store.Store) {
	m.mu.Lock()
	defer m.mu.Unlock()
	require.Empty(g, m.faults, g.replay)
	want := map[string]string{}
	for _, model := range g.schema.Models {
		records, err := st.Query(ctx, model.Name)
		require.NoError(g, err)
		for _, r := range records {
			want[place(r)] = string(r.JSON())
		}
	}
	require.Equal(g, want, m.records, g.replay)
	g.stats["events"] += m.events
}
