//go:build !js || sdl

package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

var errOwn = errors.New("the function's own error")

// fresh makes a record that is not stored.
func fresh(t testing.TB, st *store.Store, model string, fields store.Fields) *store.Record {
	t.Helper()
	r, err := st.New(model, fields)
	require.NoError(t, err)
	return r
}

// raise adds one to the age of an author, as a transaction.
func raise(st *store.Store, id string, options ...store.TransactionOption) error {
	return st.Transaction(ctx, func(tx *store.Tx) error {
		a, err := tx.Get(ctx, "Author", id)
		if err != nil {
			return err
		}
		a, err = a.With(store.Fields{"age": a.Int("age") + 1})
		if err != nil {
			return err
		}
		_, err = tx.Save(ctx, a)
		return err
	}, options...)
}

func TestTransaction_IsOneCommitWithItsCascades(t *testing.T) {
	st := library(t)
	ada := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	create(t, st, "Book", store.Fields{"id": "b", "title": "t", "authorBooksId": "a"})
	head := store.Head(st)
	err := st.Transaction(ctx, func(tx *store.Tx) error {
		require.NoError(t, tx.Delete(ctx, ada))
		_, err := tx.SaveAll(ctx, []*store.Record{fresh(t, st, "Author", store.Fields{"id": "c", "name": "Cy"}), fresh(t, st, "Floor", store.Fields{"id": "f", "level": 1})})
		require.NoError(t, err)
		n, err := tx.Count(store.Query{Model: "Book"})
		require.NoError(t, err)
		require.Zero(t, n, "the cascade is seen inside")
		require.Equal(t, []string{"b"}, ids(t, st, "Book"), "and not outside")
		require.Equal(t, []string{"a"}, ids(t, st, "Author"))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, head+1, store.Head(st), "one entry of the log")
	require.Equal(t, []string{"c"}, ids(t, st, "Author"))
	require.Empty(t, ids(t, st, "Book"))
}

func TestTransaction_AnErrorOrPanicLeavesEverythingAsItWas(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	create(t, st, "Book", store.Fields{"id": "b", "title": "t", "authorBooksId": "a"})
	before, err := st.Find(store.Query{Model: "Author", Limit: -1})
	require.NoError(t, err)
	head := store.Head(st)
	work := func(tx *store.Tx) {
		a, err := tx.Get(ctx, "Author", "a")
		require.NoError(t, err)
		a, err = a.With(store.Fields{"name": "Eve"})
		require.NoError(t, err)
		_, err = tx.Save(ctx, a)
		require.NoError(t, err)
		_, err = tx.DeleteWhere(ctx, "Book", predicate.All())
		require.NoError(t, err)
		require.NoError(t, tx.DeleteAll(ctx, []*store.Record{a}))
	}
	require.ErrorIs(t, st.Transaction(ctx, func(tx *store.Tx) error { work(tx); return errOwn }), errOwn)
	require.PanicsWithError(t, errOwn.Error(), func() {
		_ = st.Transaction(ctx, func(tx *store.Tx) error { work(tx); panic(errOwn) })
	})
	after, err := st.Find(store.Query{Model: "Author", Limit: -1})
	require.NoError(t, err)
	require.Equal(t, before, after, "the same rows in the same versions: a page's records stay the same objects")
	require.Equal(t, []string{"b"}, ids(t, st, "Book"))
	require.Equal(t, head, store.Head(st))
}

func TestTransaction_AVerbThatFailsLeavesNothingAndTheRestGoesOn(t *testing.T) {
	st := library(t)
	book := create(t, st, "Book", store.Fields{"id": "b", "title": "t"})
	create(t, st, "Loan", store.Fields{"id": "l", "bookLoansId": "b"})
	err := st.Transaction(ctx, func(tx *store.Tx) error {
		c := fresh(t, st, "Author", store.Fields{"id": "c", "name": "Cy"})
		_, err := tx.Save(ctx, c)
		require.NoError(t, err)
		c, err = c.With(store.Fields{"age": 7})
		require.NoError(t, err)
		_, err = tx.SaveAll(ctx, []*store.Record{fresh(t, st, "Author", store.Fields{"id": "d", "name": "Di"}), c}, store.If(predicate.Where("age").Gt(5)))
		require.ErrorIs(t, err, store.ErrConflict, "a condition sees the transaction's own writes")
		require.ErrorIs(t, tx.Delete(ctx, book), store.ErrReference, "a loan is left")
		_, err = tx.Query(ctx, "Nobody")
		require.ErrorIs(t, err, store.ErrInvalid)
		found, err := tx.Query(ctx, "Author")
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Nil(t, found[0].Get("age"))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"c"}, ids(t, st, "Author"))
	require.Equal(t, []string{"b"}, ids(t, st, "Book"))
}

func TestTransaction_ReferencesAreCheckedAtTheEnd(t *testing.T) {
	st := storetest.Open(t, family, memory.New())
	child := func(id, parent string) *store.Record {
		return fresh(t, st, "Child", store.Fields{"id": id, "parentChildrenId": parent})
	}
	require.NoError(t, st.Transaction(ctx, func(tx *store.Tx) error {
		_, err := tx.Save(ctx, child("c", "p"))
		require.NoError(t, err, "its parent comes later")
		_, err = tx.Save(ctx, fresh(t, st, "Parent", store.Fields{"id": "p"}))
		return err
	}))
	err := st.Transaction(ctx, func(tx *store.Tx) error {
		_, err := tx.Save(ctx, child("d", "nobody"))
		require.NoError(t, err)
		return nil
	})
	require.ErrorIs(t, err, store.ErrReference)
	require.ErrorContains(t, err, `transaction Child`)
	require.Equal(t, []string{"c"}, ids(t, st, "Child"))
}

func TestTransaction_IncrementsAreNotLost(t *testing.T) {
	for name, open := range map[string]func() []*store.Store{
		"in one store": func() []*store.Store {
			st := library(t)
			return []*store.Store{st, st}
		},
		"in two tabs": func() []*store.Store { return tabs(t, storetest.Library, 2, 7) },
	} {
		t.Run(name, func(t *testing.T) {
			stores := open()
			create(t, stores[0], "Author", store.Fields{"id": "a", "name": "Ada", "age": 0})
			require.NoError(t, store.Follow(stores[1]))
			var both sync.WaitGroup
			for _, st := range stores {
				both.Add(1)
				go func() {
					defer both.Done()
					for range 100 {
						if err := raise(st, "a", store.Retries(1000)); err != nil {
							t.Error(err)
						}
					}
				}()
			}
			both.Wait()
			for _, st := range stores {
				require.NoError(t, store.Follow(st))
				a, err := st.Get(ctx, "Author", "a")
				require.NoError(t, err)
				require.Equal(t, 200, a.Int("age"))
			}
		})
	}
}

// Each of two transactions reads both records and changes one of them. Run one after
// the other, the second leaves its record alone.
func TestTransaction_WriteSkewIsImpossible(t *testing.T) {
	for name, stores := range map[string][]*store.Store{"in one store": {library(t)}, "in two tabs": tabs(t, storetest.Library, 2, 50)} {
		t.Run(name, func(t *testing.T) {
			one, two := stores[0], stores[len(stores)-1]
			create(t, one, "Author", store.Fields{"id": "a", "name": "Ada", "active": true})
			create(t, one, "Author", store.Fields{"id": "b", "name": "Bob", "active": true})
			require.NoError(t, store.Follow(two))
			leave := func(tx *store.Tx, id string) error {
				n, err := tx.Count(store.Query{Model: "Author", Where: []byte(`{"field":"active","op":"eq","value":true}`)})
				if err != nil || n < 2 {
					return err
				}
				_, err = tx.Put(func(take func(*store.Put) error) error {
					p := edit("Author", `{"id":"`+id+`","name":"?","active":false}`, "active")
					return take(&p)
				}, 1)
				return err
			}
			calls := 0
			err := one.Transaction(ctx, func(tx *store.Tx) error {
				calls++
				if err := leave(tx, "a"); err != nil {
					return err
				}
				if calls == 1 {
					require.NoError(t, two.Transaction(ctx, func(tx *store.Tx) error { return leave(tx, "b") }))
				}
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, 2, calls, "the first try met the other's commit")
			require.NoError(t, store.Follow(two))
			require.Equal(t, []string{"a"}, ids(t, two, "Author", store.Where(predicate.Where("active").Eq(true))))
		})
	}
}

func TestTransaction_IsTriedAsOftenAsAllowedAndThenSaysWhatChanged(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 0})
	for retries, want := range map[int]int{0: 1, 2: 3} {
		calls := 0
		err := st.Transaction(ctx, func(tx *store.Tx) error {
			calls++
			_, err := tx.Get(ctx, "Author", "a")
			require.NoError(t, err)
			require.NoError(t, raise(st, "a"), "a transaction inside is one by itself")
			_, err = tx.Get(ctx, "Author", "a")
			require.ErrorIs(t, err, store.ErrConflict, "it never sees two states")
			return errOwn // what a function makes of a conflict does not matter
		}, store.Retries(retries))
		require.Equal(t, want, calls)
		require.ErrorIs(t, err, store.ErrConflict)
		require.EqualError(t, err, "transaction Author: others have changed what a query of the transaction had answered; try again, or allow more retries")
	}
	a, err := st.Get(ctx, "Author", "a")
	require.NoError(t, err)
	require.Equal(t, 4, a.Int("age"), "what the inner ones did is stored")
}

func TestTransaction_WhatItDidNotReadMayChange(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 1})
	calls := 0
	require.NoError(t, st.Transaction(ctx, func(tx *store.Tx) error {
		calls++
		found, err := tx.Query(ctx, "Author", store.Where(predicate.Where("age").Gt(5)))
		require.NoError(t, err)
		require.Empty(t, found)
		create(t, st, "Author", store.Fields{"name": "Bob", "age": 2}) // does not wait for the transaction
		_, err = tx.Save(ctx, fresh(t, st, "Floor", store.Fields{"id": "f", "level": 1}))
		return err
	}))
	require.Equal(t, 1, calls)
	require.Equal(t, []string{"f"}, ids(t, st, "Floor"))
}

func TestTransaction_ReadersSeeAllOfItOrNothing(t *testing.T) {
	st := library(t)
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if n := len(ids(t, st, "Floor")); n%3 != 0 {
				done <- errors.New("a part of a transaction was seen")
				return
			}
		}
	}()
	for range 200 {
		require.NoError(t, st.Transaction(ctx, func(tx *store.Tx) error {
			for range 3 {
				f, err := st.New("Floor", store.Fields{"level": 1})
				require.NoError(t, err)
				_, err = tx.Save(ctx, f)
				require.NoError(t, err)
			}
			return nil
		}))
	}
	close(stop)
	require.NoError(t, <-done)
	require.Len(t, ids(t, st, "Floor"), 600)
}

func TestTransaction_ItsVerbsFailOnceItHasEnded(t *testing.T) {
	st := library(t)
	var kept *store.Tx
	require.NoError(t, st.Transaction(ctx, func(tx *store.Tx) error { kept = tx; return nil }))
	_, err := kept.Get(ctx, "Author", "a")
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = kept.Save(ctx, fresh(t, st, "Floor", store.Fields{"level": 1}))
	require.ErrorContains(t, err, "the transaction has ended")
	_, err = kept.Commit()
	require.ErrorIs(t, err, store.ErrInvalid)
	require.NoError(t, kept.Rollback())

	open := st.BeginTransaction() // one that never ends
	_, err = open.Save(ctx, fresh(t, st, "Floor", store.Fields{"level": 1}))
	require.NoError(t, err)
	require.NoError(t, st.Close(), "blocks nobody")
	_, err = open.Query(ctx, "Floor")
	require.ErrorIs(t, err, store.ErrClosed)
	_, err = open.Commit()
	require.ErrorIs(t, err, store.ErrClosed)
	require.ErrorIs(t, st.Transaction(ctx, func(tx *store.Tx) error { return nil }), store.ErrClosed)
}

func TestTransaction_WhenStorageRefusesItNothingOfItIsLeft(t *testing.T) {
	g := newGate(memory.New())
	st := storetest.Open(t, storetest.Library, g)
	go g.let(nil)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 1})
	lost, err := st.BeginSave([]store.Put{edit("Author", `{"id":"a","name":"Ada","age":5}`, "age")})
	require.NoError(t, err)
	<-g.arrived
	seen := []int{}
	reader := st.BeginTransaction()
	a, err := reader.Get(ctx, "Author", "a")
	require.NoError(t, err)
	require.Equal(t, 5, a.Int("age"))
	result := make(chan error)
	go func() {
		result <- st.Transaction(ctx, func(tx *store.Tx) error {
			a, err := tx.Get(ctx, "Author", "a")
			require.NoError(t, err)
			seen = append(seen, a.Int("age"))
			a, err = a.With(store.Fields{"age": a.Int("age") + 1})
			require.NoError(t, err)
			_, err = tx.Save(ctx, a)
			return err
		})
	}()
	for st.Stats().Pending < 2 {
	}
	g.pass <- quota
	require.ErrorIs(t, lost.Wait(ctx), store.ErrQuota)
	require.ErrorIs(t, <-result, store.ErrQuota)
	require.Equal(t, []int{5}, seen, "what storage refuses is not tried again")
	_, err = reader.Get(ctx, "Author", "a")
	require.ErrorIs(t, err, store.ErrConflict, "it had read what was then undone")
	require.Error(t, reader.Rollback())
	a, err = st.Get(ctx, "Author", "a")
	require.NoError(t, err)
	require.Equal(t, 1, a.Int("age"))
	go g.let(nil)
	require.NoError(t, raise(st, "a"))
}

func TestTransaction_ReadsAfterWritesDoNotRunTheWritesAgain(t *testing.T) {
	const few = 20 // the journal's goroutine takes the lock too, now and then
	st := library(t)
	before := store.Version(st)
	require.NoError(t, st.Transaction(ctx, func(tx *store.Tx) error {
		for range 500 {
			f, err := tx.Save(ctx, fresh(t, st, "Floor", store.Fields{"level": 1}))
			require.NoError(t, err)
			got, err := tx.Get(ctx, "Floor", f.ID())
			require.NoError(t, err)
			require.Equal(t, string(f.JSON()), string(got.JSON()))
		}
		return nil
	}))
	require.LessOrEqual(t, store.Version(st), before+few, "one while it is open, one for the commit, and when the journal looks")
	alone := st.BeginTransaction()
	floor := fresh(t, st, "Floor", store.Fields{"level": 2})
	before = store.Version(st)
	for range 500 {
		_, err := alone.Save(ctx, floor)
		require.NoError(t, err)
		_, err = alone.Get(ctx, "Floor", floor.ID())
		require.NoError(t, err)
	}
	require.LessOrEqual(t, store.Version(st), before+few)
	c, err := alone.Commit()
	require.NoError(t, err)
	require.NoError(t, c.Wait(ctx))
}

func TestTransaction_HasABoundOnItsVerbs(t *testing.T) {
	st := library(t)
	tx := st.BeginTransaction()
	for range store.MaxSteps {
		_, err := tx.Count(store.Query{Model: "Floor"})
		require.NoError(t, err)
	}
	_, err := tx.Count(store.Query{Model: "Floor"})
	require.ErrorIs(t, err, store.ErrLimit)
	require.NoError(t, tx.Rollback())
}

func TestTransaction_FollowsRelations(t *testing.T) {
	st := library(t)
	ada := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	require.NoError(t, st.Transaction(ctx, func(tx *store.Tx) error {
		b, err := tx.Save(ctx, fresh(t, st, "Book", store.Fields{"id": "b", "title": "t", "authorBooksId": "a"}))
		require.NoError(t, err)
		c, err := tx.Save(ctx, fresh(t, st, "Club", store.Fields{"id": "c", "name": "n"}))
		require.NoError(t, err)
		require.NoError(t, tx.Add(ctx, ada, "clubs", c))
		books, err := tx.Many(ctx, ada, "books")
		require.NoError(t, err)
		require.Len(t, books, 1)
		clubs, err := tx.Many(ctx, ada, "clubs")
		require.NoError(t, err)
		require.Equal(t, "c", clubs[0].ID())
		mentor, err := tx.One(ctx, ada, "mentor")
		require.NoError(t, err)
		require.Nil(t, mentor)
		require.NoError(t, tx.Remove(ctx, ada, "clubs", c))
		clubs, err = tx.Many(ctx, ada, "clubs")
		require.NoError(t, err)
		require.Empty(t, clubs)
		require.NoError(t, tx.Add(ctx, ada, "clubs", c))
		_, err = tx.Many(ctx, ada, "mentor")
		require.ErrorIs(t, err, store.ErrInvalid)
		back, err := tx.One(ctx, b, "author")
		require.NoError(t, err)
		require.Equal(t, "a", back.ID())
		gone, err := tx.DeleteKey(ctx, "Book", "b")
		require.NoError(t, err)
		require.Equal(t, "b", gone.ID())
		return nil
	}))
	require.Len(t, ids(t, st, "Membership"), 1)
	require.Empty(t, ids(t, st, "Book"))
}

func TestTransaction_ABadContextEndsTheTries(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "a", "name": "Ada", "age": 0})
	over, cancel := context.WithCancel(ctx)
	calls := 0
	err := st.Transaction(over, func(tx *store.Tx) error {
		calls++
		_, err := tx.Get(ctx, "Author", "a")
		require.NoError(t, err)
		require.NoError(t, raise(st, "a"))
		cancel()
		return nil
	}, store.Retries(1000))
	require.ErrorIs(t, err, store.ErrConflict)
	require.Equal(t, 1, calls)
}

func TestTransaction_AggregatesAreReadsLikeOthers(t *testing.T) {
	st := library(t)
	create(t, st, "Author", store.Fields{"name": "Ada", "age": 3})
	calls := 0
	require.NoError(t, st.Transaction(ctx, func(tx *store.Tx) error {
		calls++
		_, err := tx.Save(ctx, fresh(t, st, "Author", store.Fields{"name": "Bob", "age": 4}))
		require.NoError(t, err)
		text, err := tx.Groups("sum", store.Query{Model: "Author", Limit: -1}, store.Grouping{Sum: []string{"age"}})
		require.NoError(t, err)
		want := `[{"key":{},"count":2,"sum":{"age":7}}]`
		if calls == 1 {
			create(t, st, "Author", store.Fields{"name": "Cy", "age": 5})
		} else {
			want = `[{"key":{},"count":3,"sum":{"age":12}}]`
		}
		require.JSONEq(t, want, string(text))
		_, err = tx.Groups("sum", store.Query{Model: "Author", Limit: -1}, store.Grouping{Sum: []string{"name"}})
		require.Error(t, err)
		return nil
	}))
	require.Equal(t, 2, calls)
}
