//go:build !js || sdl

package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"sync"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/fault"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/replication"
)

var ctx = context.Background()

// profile is a storage with the tabs that use it.
type profile struct {
	w       *world
	number  int
	medium  *fault.Medium
	tabs    []*tab
	version int   // of the schema, from 0
	offset  int64 // of the clock
	away    bool
	full    bool
	born    int // tabs so far
}

func newProfile(w *world, number int) *profile {
	p := &profile{w: w, number: number, medium: fault.NewMedium()}
	for range 1 + w.random.Intn(2) {
		p.open()
	}
	p.elect(0)
	return p
}

// room is a connection that finds no room while the profile is full.
type room struct {
	log.Backend
	p *profile
}

func (r room) Append(ctx context.Context, a log.Append) error {
	if r.p.full {
		return code.Fault(code.Quota, "", "", "the simulated disk is full")
	}
	return r.Backend.Append(ctx, a)
}

// tab is a store, and its sync when it is the one that syncs.
type tab struct {
	p       *profile
	name    string
	st      *store.Store
	session *store.SyncSession
	frozen  bool
	dead    bool
	flights map[uint64]*flight
	early   *early // a pull that was asked ahead of its turn
	timer   int
	records map[string]string // what the events add up to
	mu      sync.Mutex
}

type flight struct{ cancelled bool }

// open opens a tab.
func (p *profile) open() {
	w := p.w
	p.born++
	t := &tab{p: p, name: fmt.Sprintf("%d.%d", p.number, p.born), flights: map[uint64]*flight{}, records: map[string]string{}}
	random, mu := rand.New(rand.NewSource(w.random.Int63())), &sync.Mutex{}
	st, err := store.Open(ctx, store.Options{Schema: w.schemas[p.version], Backend: room{p.medium.Connect(), p},
		Clock: func() int64 { return w.now + p.offset },
		Random: func(b []byte) {
			mu.Lock()
			defer mu.Unlock()
			random.Read(b)
		}})
	if err != nil {
		w.fail("tab %s does not open: %v", t.name, err)
		return
	}
	t.st = st
	if _, err = st.Observe("", t.observed); err != nil {
		w.fail("tab %s does not observe: %v", t.name, err)
	}
	t.mu.Lock()
	for at, text := range t.shown() {
		t.records[at] = text
	}
	t.mu.Unlock()
	t.follow() // it looks once by itself, and from now on when it is told to
	w.trace("tab %s opens", t.name)
	p.tabs = append(p.tabs, t)
}

// observed adds events up.
func (t *tab) observed(list []store.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range list {
		at := place(e.Record)
		_, known := t.records[at]
		if known != (e.Op != store.Inserted) {
			t.p.w.fail("tab %s hears %s of %s, which cannot be", t.name, e.Op, at)
		}
		if e.Op == store.Deleted {
			delete(t.records, at)
			if e.Source == store.Local {
				t.p.w.ledger.deletes(t.p, at)
			}
		} else {
			t.records[at] = string(e.Record.JSON())
		}
	}
}

func place(r *store.Record) string { return r.Model() + " \"" + r.ID() + "\"" }

// shown are the records that the tab has.
func (t *tab) shown() map[string]string {
	out := map[string]string{}
	for _, m := range t.st.Schema().Models {
		list, err := t.st.Query(ctx, m.Name)
		if err != nil {
			t.p.w.fail("tab %s: %v", t.name, err)
		}
		for _, r := range list {
			out[place(r)] = string(r.JSON())
		}
	}
	return out
}

// follow has the tab take in what others have written.
func (t *tab) follow() bool {
	t.st.Look()
	_, err := t.st.BeginExport(ctx, store.ExportOptions{Models: []string{}})
	if err != nil && !errors.Is(err, store.ErrSchemaChanged) && !errors.Is(err, store.ErrClosed) {
		t.p.w.fail("tab %s does not follow: %v", t.name, err)
	}
	return err == nil
}

// end ends the tab, as a crash does.
func (t *tab) end() {
	t.dead = true
	_ = t.st.Close()
	for i, other := range t.p.tabs {
		if other == t {
			t.p.tabs = append(t.p.tabs[:i:i], t.p.tabs[i+1:]...)
			break
		}
	}
	t.p.w.trace("tab %s ends", t.name)
	if t.session != nil {
		t.p.elect(60)
	}
}

// elect makes another tab the one that syncs, if there is none.
func (p *profile) elect(delay int64) {
	p.w.after(delay, func() {
		for _, t := range p.tabs {
			if t.session != nil && !t.frozen {
				return
			}
		}
		for _, t := range p.tabs {
			if !t.frozen && t.session == nil && t.lead() {
				return
			}
		}
		if len(p.tabs) > 0 && p.w.stop == nil {
			p.elect(500)
		}
	})
}

// lead begins to sync.
func (t *tab) lead() bool {
	o := t.p.w.options
	o.Event = t.told
	var err error
	if t.session, err = t.st.NewSyncSession(o); err == nil {
		t.session.AskAhead = t.askAhead
		err = t.session.Prepare(ctx)
	}
	if err != nil {
		t.session = nil
		if !t.p.full {
			t.p.w.fail("tab %s does not begin to sync: %v", t.name, err)
		}
		return false
	}
	t.p.w.trace("tab %s syncs", t.name)
	t.step(replication.Event{Kind: replication.Begin, Left: t.session.Pending()})
	return true
}

// told keeps what the app was told of changes that came to nothing.
func (t *tab) told(e store.SyncEvent) {
	w := t.p.w
	switch {
	case e.Rejected != nil:
		w.Rejected++
		w.ledger.tell(e.Rejected.AppendJSON(nil))
	case e.Conflict != nil:
		w.Conflicts++
		w.ledger.tell(e.Conflict.Local)
	case e.Type == store.SyncAside:
		w.fail("tab %s sets aside what the server sent: %v", t.name, e.Err)
	}
}
