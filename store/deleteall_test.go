//go:build !js || sdl

package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/storetest"
)

func TestDeleteAll_IsOneCommitWithOneCascade(t *testing.T) {
	st := library(t)
	ada := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	book := create(t, st, "Book", store.Fields{"id": "b", "title": "t", "authorBooksId": "a"})
	loan := create(t, st, "Loan", store.Fields{"id": "l", "bookLoansId": "b"})
	floor := create(t, st, "Floor", store.Fields{"id": "f", "level": 1})
	create(t, st, "Room", store.Fields{"id": "r", "floorId": "f"})
	create(t, st, "Author", store.Fields{"id": "z", "name": "Zoe"})
	head := store.Head(st)
	require.ErrorIs(t, st.DeleteAll(ctx, []*store.Record{floor, book}), store.ErrReference, "the loan is RESTRICT")
	require.Equal(t, []string{"f"}, ids(t, st, "Floor"), "all of them or none")
	require.NoError(t, st.DeleteAll(ctx, []*store.Record{ada, loan, floor, loan, ada}), "the loan goes too")
	require.Equal(t, head+1, store.Head(st))
	for _, model := range []string{"Book", "Loan", "Floor", "Room"} {
		require.Empty(t, ids(t, st, model))
	}
	require.Equal(t, []string{"z"}, ids(t, st, "Author"))
	require.NoError(t, st.DeleteAll(ctx, []*store.Record{ada, loan}), "what is gone is no error")
	require.NoError(t, st.DeleteAll(ctx, nil))
	require.Equal(t, head+1, store.Head(st))
}

func TestDeleteAll_RefusesNilAndTooMany(t *testing.T) {
	st := library(t)
	floor := create(t, st, "Floor", store.Fields{"id": "f", "level": 1})
	require.ErrorIs(t, st.DeleteAll(ctx, []*store.Record{floor, nil}), store.ErrInvalid)
	require.ErrorIs(t, st.DeleteAll(ctx, []*store.Record{{}}), store.ErrInvalid)
	list := make([]*store.Record, store.MaxBatch+1)
	for i := range list {
		list[i] = floor
	}
	require.ErrorIs(t, st.DeleteAll(ctx, list), store.ErrLimit)
	require.ErrorIs(t, st.Transaction(ctx, func(tx *store.Tx) error { return tx.DeleteAll(ctx, list) }), store.ErrLimit)
	require.Equal(t, []string{"f"}, ids(t, st, "Floor"))
}

func TestDeleteAll_OfAnotherTabFindsWhatWasAddedMeanwhile(t *testing.T) {
	stores := tabs(t, storetest.Library, 2, 50)
	floor := create(t, stores[0], "Floor", store.Fields{"id": "f", "level": 1})
	author := create(t, stores[0], "Author", store.Fields{"id": "a", "name": "Ada"})
	require.NoError(t, store.Follow(stores[1]))
	create(t, stores[1], "Room", store.Fields{"id": "r", "floorId": "f"})
	require.NoError(t, stores[0].DeleteAll(ctx, []*store.Record{floor, author}))
	require.Empty(t, ids(t, stores[0], "Room"))
}
