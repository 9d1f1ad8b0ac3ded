//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/fault"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// act is one change, for a store and for the reference.
type act struct {
	run   func(*store.Store) error
	apply func(*storetest.Reference) store.Code
}

func puts(list ...store.Put) act {
	return act{func(st *store.Store) error {
		c, err := st.BeginSave(append([]store.Put{}, list...))
		if err == nil {
			err = c.Wait(context.Background())
		}
		return err
	}, func(r *storetest.Reference) store.Code { return r.Save(list) }}
}

func put(model, row string) store.Put { return store.Put{Model: model, Row: []byte(row)} }

func edit(model, row string, changed ...string) store.Put {
	return store.Put{Model: model, Row: []byte(row), Edited: true, Changed: changed}
}

func deletes(d store.Deletion) act {
	return act{func(st *store.Store) error {
		c, err := st.BeginDelete(d)
		if err == nil {
			err = c.Wait(context.Background())
		}
		return err
	}, func(r *storetest.Reference) store.Code {
		_, c := r.Delete(d)
		return c
	}}
}

// transacts is one transaction: saves some, deletes others, looks at an author.
func transacts(deletion store.Deletion, list ...store.Put) act {
	get := store.Query{Model: "Author", Limit: -1}
	return act{func(st *store.Store) error {
		return st.Transaction(context.Background(), func(tx *store.Tx) error {
			for _, p := range list {
				if _, err := tx.Put(func(take func(*store.Put) error) error { return take(&p) }, 1); err != nil {
					return err
				}
			}
			if _, err := tx.DeleteRows(deletion); err != nil {
				return err
			}
			_, err := tx.Find(get)
			return err
		})
	}, func(r *storetest.Reference) store.Code {
		t := r.Begin()
		for _, p := range list {
			if _, c := t.Save([]store.Put{p}); c != "" {
				return c
			}
		}
		if _, c := t.Delete(deletion); c != "" {
			return c
		}
		return t.Commit()
	}}
}

func clears() act {
	return act{func(st *store.Store) error { return st.Clear(context.Background()) },
		func(r *storetest.Reference) store.Code {
			r.Clear()
			return ""
		}}
}

func keys(model string, list ...string) store.Deletion {
	d := store.Deletion{Model: model}
	for _, k := range list {
		d.Keys = append(d.Keys, []byte(k))
	}
	return d
}

// workloads are what the faults are tried on.
func workloads() map[string][]act {
	family := []store.Put{put("Author", `{"id":"a","name":"Ada"}`), put("Book", `{"id":"b","title":"B","authorBooksId":"a"}`),
		put("Chapter", `{"part":"1","number":1,"bookChaptersId":"b"}`), put("Chapter", `{"part":"1","number":2,"bookChaptersId":"b"}`)}
	var batch []store.Put
	for i := range 32 {
		batch = append(batch, put("Book", fmt.Sprintf(`{"id":"b%d","title":"t","authorBooksId":"a%d"}`, i, i)),
			put("Author", fmt.Sprintf(`{"id":"a%d","name":"n"}`, i)))
	}
	var single []act
	for i := range 8 {
		single = append(single, puts(put("Floor", fmt.Sprintf(`{"id":"f%d","level":%d}`, i, i))))
	}
	tall := []byte(`{"field":"age","op":"gt","value":10}`)
	young, old := put("Author", `{"id":"a","name":"Ada","age":5}`), put("Author", `{"id":"a","name":"Ada","age":50}`)
	old.Condition = tall
	leave := keys("Author", `["a"]`)
	leave.Condition = tall
	return map[string][]act{
		"save": single,
		"update": {puts(family...), puts(edit("Author", `{"id":"a","name":"x","age":1}`, "age")), puts(edit("Author", `{"id":"a","name":"Eve"}`, "name")),
			puts(edit("Book", `{"id":"b","title":"B","authorBooksId":null}`, "authorBooksId")), puts(put("Author", `{"id":"a","name":"Ada","tags":["x"]}`)),
			puts(put("Author", `{"id":"a","name":"Ada","tags":["x"]}`))},
		"conditional": {puts(young), puts(old), puts(put("Author", `{"id":"a","name":"Ada","age":11}`)), puts(old), deletes(leave), puts(young), deletes(leave)},
		"cascade": {puts(family...), puts(put("Loan", `{"id":"l","bookLoansId":"b"}`)), deletes(keys("Author", `["a"]`)), deletes(keys("Loan", `["l"]`)),
			deletes(keys("Author", `["a"]`)), puts(family...), deletes(store.Deletion{Model: "Book", Where: []byte(`{"relation":"author","some":{"all":true}}`)})},
		"batch": {puts(batch...), puts(family[0]), puts(batch[:10]...), deletes(keys("Author", `["a1"]`, `["a2"]`, `["zz"]`))},
		"transaction": {transacts(keys("Loan", `["l"]`), family...), puts(put("Loan", `{"id":"l","bookLoansId":"b"}`)), transacts(keys("Author", `["a"]`), family[1]),
			transacts(keys("Loan", `["l"]`), batch[:6]...), transacts(keys("Author", `["a"]`), edit("Author", `{"id":"a","name":"Eve"}`, "name")),
			transacts(keys("Floor", `["f"]`), put("Book", `{"id":"b","title":"t","authorBooksId":"nobody"}`))},
		"clear": {puts(family...), clears(), puts(family...), puts(put("Floor", `{"id":"f","level":1}`)), clears(), puts(family[0])},
	}
}

const leastFaults = 300

func TestFaults_AtEveryCallLeaveWhatWasAcknowledgedAndNothingHalf(t *testing.T) {
	s := storetest.Schema(t, storetest.Library)
	total := 0
	for name, acts := range workloads() {
		t.Run(name, func(t *testing.T) {
			total += fault.Sweep(t, fault.All, func() log.Backend { return memory.New() }, func(t *testing.T, storage log.Backend, b *fault.Backend) {
				suffer(t, s, storage.(*memory.Backend), b, acts)
			})
		})
	}
	t.Logf("%d faults met", total)
	require.Greater(t, total, leastFaults)
}

// suffer runs the acts on a store that meets a fault, and looks at what is left.
func suffer(t *testing.T, s *schema.Schema, storage *memory.Backend, b *fault.Backend, acts []act) {
	states := []*storetest.Reference{storetest.NewReference(s, noonText)}
	options := store.Small(store.Options{Schema: s, Backend: b, Clock: func() int64 { return noon }}, 3, 300)
	st, err := store.Open(context.Background(), options)
	if err == nil {
		for _, a := range acts {
			err = a.run(st)
			states = after(t, states, a, err, b.Crashed())
			if b.Crashed() {
				break
			}
		}
		oneOf(t, states, st, "in memory")
		require.NoError(t, st.Close())
		_, err = st.Query(context.Background(), "Floor")
		require.ErrorIs(t, err, store.ErrClosed)
	} else {
		require.Contains(t, []store.Code{store.ErrUnavailable, store.ErrClosed}, codeOf(err))
	}

	options.Backend = storage.Handle()
	again := storetest.OpenWith(t, options)
	oneOf(t, states, again, "in storage")
	require.NoError(t, puts(put("Floor", `{"id":"last","level":9}`)).run(again))
}

// after returns the states that are possible when the act has ended so. A store that
// does not know what became of a change goes on from the state without it, so it may
// refuse what the state in storage allows, or find that there is nothing to do.
func after(t *testing.T, states []*storetest.Reference, a act, err error, crashed bool) []*storetest.Reference {
	t.Helper()
	var next []*storetest.Reference
	refused, idle := false, false
	for _, before := range states {
		done := before.Clone()
		want := a.apply(done)
		switch got := codeOf(err); {
		case got == store.ErrUnknownOutcome || got == store.ErrClosed && crashed:
			next = append(next, before, done)
		case got == store.ErrQuota || got == store.ErrUnavailable || got == store.ErrClosed:
			next = append(next, before)
		case got == want:
			next = append(next, done)
			refused = refused || got != ""
			idle = idle || done.Equal(before)
		}
	}
	require.NotEmpty(t, next, "%v", err)
	if len(states) > 1 && (refused || idle) {
		next = append(next, states...)
	}
	return next
}

// oneOf fails unless the store holds one of the states.
func oneOf(t *testing.T, states []*storetest.Reference, st *store.Store, where string) {
	t.Helper()
	got, err := states[0].Read(st)
	require.NoError(t, err)
	for _, s := range states {
		if s.Equal(got) {
			return
		}
	}
	require.Equal(t, states[0].String(), got.String(), where)
}
