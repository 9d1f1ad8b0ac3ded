//go:build !js || sdl

package store_test

import (
	"context"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/storetest"
)

// rounds is a game of one or two tabs whose storage refuses now and then, and whose
// live queries are looked at before and after each commit.
type rounds struct {
	*game
	storages map[*store.Store]*refusing
	looked   map[*store.Store]state
}

// state is what a store and the reference were at some time.
type state struct {
	version uint32
	want    *storetest.Reference
}

func (r *rounds) begin(stores int) {
	for range stores {
		r.stores = append(r.stores, nil)
		r.reopen(len(r.stores) - 1)
	}
	r.fill(14, func(m move) { r.several(r.stores[0], []move{m}) })
	for _, st := range r.stores { // now that there is something to ask about
		for range 3 {
			r.watch(st)
			r.group(st)
		}
	}
}

func (r *rounds) reopen(i int) {
	if old := r.stores[i]; old != nil {
		require.NoError(r, old.Close(), r.replay)
		r.stats["reopen"]++
	}
	storage := &refusing{Backend: storetest.Deaf{Backend: r.storage.Handle()}}
	r.stores[i] = r.openOn(storage)
	r.storages[r.stores[i]] = storage
}

// look compares all live answers of a store, and returns how many were others. Those
// that still are what they were when nothing has been done since are not looked at.
func (r *rounds) look(st *store.Store) int {
	now := state{store.Version(st), r.want}
	r.quiet = r.looked[st] == now
	defer func() { r.quiet = false }()
	r.looked[st] = now
	before := r.stats["live patches"] + r.stats["live anew"] + r.stats["live groups"]
	r.agreeLive(st)
	r.agreeGroups(st)
	return r.stats["live patches"] + r.stats["live anew"] + r.stats["live groups"] - before
}

// step is one round: a few commits of one tab, which others then take in.
func (r *rounds) step() {
	i := r.IntN(len(r.stores))
	st := r.stores[i]
	r.follow(st)
	switch n := r.IntN(40); {
	case n == 0:
		require.NoError(r, st.Clear(context.Background()), r.replay)
		r.want.Clear()
		r.look(st)
	case n < 3:
		r.reopen(i)
	case n < 5:
		r.resubscribe(st)
	case n < 12 && len(r.stores) > 1:
		r.race(st, r.stores[1-i])
	default:
		var moves []move
		for range 1 + r.IntN(3) {
			moves = append(moves, r.change())
		}
		r.several(st, moves)
	}
	r.remember()
	for _, other := range r.stores {
		if r.Chance(2) {
			r.follow(other)
		}
	}
}

// follow takes in what others wrote.
func (r *rounds) follow(st *store.Store) {
	require.NoError(r, store.Follow(st), r.replay)
	r.stats["other tab"] += r.look(st)
}

// resubscribe ends a live query, and begins others.
func (r *rounds) resubscribe(st *store.Store) {
	if list := r.watched[st]; len(list) > 3 {
		i := r.IntN(len(list))
		list[i].live.Close()
		r.watched[st] = slices.Delete(list, i, i+1)
	}
	r.watch(st)
	r.group(st)
}

// change is a move, or several as one transaction.
func (r *rounds) change() move {
	if r.Chance(6) {
		return r.transaction()
	}
	return r.move()
}

// several makes changes in a store and in the reference, and looks while they wait
// for storage, which refuses them all now and then.
func (r *rounds) several(st *store.Store, moves []move) {
	storage, before := r.storages[st], r.want
	storage.hold.Lock()
	storage.refuse = r.Chance(5)
	var commits []*store.Commit
	seen := 0
	for _, m := range moves {
		want := r.want.Clone()
		code := m.apply(want)
		c, err := m.begin(st)
		require.Equal(r, code, codeOf(err), "%s: %v\n%s", m.kind, err, r.replay)
		if r.stats[m.kind]++; err != nil {
			r.stats[m.kind+" "+string(code)]++
			continue
		}
		if r.fell(want) > r.fell(r.want)+1 {
			r.stats["cascade"]++
		}
		commits = append(commits, c)
		r.want = want
		if r.Chance(2) {
			seen += r.look(st)
		}
	}
	storage.hold.Unlock()
	undone := false
	for _, c := range commits {
		if err := c.Wait(context.Background()); err != nil {
			require.True(r, storage.refuse, "%v\n%s", err, r.replay)
			require.Equal(r, store.ErrQuota, codeOf(err), r.replay)
			undone = true
		}
	}
	storage.hold.Lock()
	storage.refuse = false
	storage.hold.Unlock()
	if undone {
		r.want = before
		r.stats["undone"] += len(commits)
	}
	if told := r.look(st); undone && seen > 0 {
		r.stats["corrected"] += told
	}
}

// fell is how many records there are not, of those that there could be.
func (r *rounds) fell(want *storetest.Reference) (n int) {
	for _, m := range r.schema.Models {
		n -= len(want.Rows(m.Name))
	}
	return n
}

// race lets a tab make a change that cannot be stored before another tab has stored
// some of its own, so that it is taken back and made anew upon them.
func (r *rounds) race(st, other *store.Store) {
	r.follow(other)
	r.knowing = false
	defer func() { r.knowing = true }()
	storage, late, head := r.storages[st], r.move(), store.Head(st)
	storage.hold.Lock()
	before := r.want.Clone()
	c, err := late.begin(st)
	if now := r.want.Clone(); err == nil && r.Chance(2) && late.apply(now) == "" {
		r.want = now
		r.look(st)
		r.want = before
	}
	for range 1 + r.IntN(2) {
		r.several(other, []move{r.move()})
	}
	storage.hold.Unlock()
	if err == nil {
		err = c.Wait(context.Background())
	}
	if store.Head(st) != head {
		require.Equal(r, late.apply(r.want), codeOf(err), "%s: %v\n%s", late.kind, err, r.replay)
		r.stats["race"]++
	} else {
		require.NoError(r, store.Follow(st), r.replay)
	}
	r.stats["other tab"] += r.look(st)
}

// transaction is a few verbs that are one commit. Nobody sees what they do before.
func (g *game) transaction() move {
	type verb struct {
		run   func(*store.Tx) error
		again func(*storetest.Transaction) store.Code
	}
	var verbs []verb
	for range 1 + g.IntN(4) {
		if g.Chance(3) {
			d := g.deletion()
			verbs = append(verbs, verb{func(t *store.Tx) error {
				_, err := t.DeleteRows(d)
				return err
			}, func(t *storetest.Transaction) store.Code {
				_, c := t.Delete(d)
				return c
			}})
			continue
		}
		puts := []store.Put{g.put()}
		for g.Chance(2) {
			puts = append(puts, g.put())
		}
		verbs = append(verbs, verb{func(t *store.Tx) error {
			_, err := t.Put(func(take func(*store.Put) error) error {
				for i := range puts {
					if err := take(&puts[i]); err != nil {
						return err
					}
				}
				return nil
			}, len(puts))
			return err
		}, func(t *storetest.Transaction) store.Code {
			_, c := t.Save(puts)
			return c
		}})
	}
	return move{"transaction", func(st *store.Store) (*store.Commit, error) {
		t := st.BeginTransaction()
		defer t.Rollback()
		for _, v := range verbs {
			if err := v.run(t); err != nil {
				return nil, err
			}
			if g.Chance(3) {
				g.agreeLive(st)
				g.agreeGroups(st)
			}
		}
		return t.Commit()
	}, func(r *storetest.Reference) store.Code {
		t := r.Begin()
		for _, v := range verbs {
			if c := v.again(t); c != "" {
				return c
			}
		}
		return t.Commit()
	}}
}
