//go:build !js || sdl

package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
)

const dated = `
	type Note @model { id: ID! text: String createdAt: AWSDateTime! updatedAt: AWSDateTime! }
	type Plain @model { id: ID! text: String }`

const past = "2001-02-03T04:05:06.000Z"

func TestSave_FillsTimesThatTheAuthorDeclaredWhenTheyAreAbsent(t *testing.T) {
	now := int64(0)
	st := at(t, dated, &now)
	note, err := st.New("Note", store.Fields{"id": "n", "text": "a"})
	require.NoError(t, err)
	require.Nil(t, note.Get("createdAt"), "nothing is stored yet")
	note, err = st.Save(ctx, note)
	require.NoError(t, err)
	created := note.String("createdAt")
	require.NotEmpty(t, created)
	require.Equal(t, created, note.Get("updatedAt"))

	now = noon
	edited, err := note.With(store.Fields{"text": "b"})
	require.NoError(t, err)
	note, err = st.Save(ctx, edited)
	require.NoError(t, err)
	require.Equal(t, []any{created, noonText}, []any{note.Get("createdAt"), note.Get("updatedAt")})

	now++
	same, err := st.Save(ctx, note)
	require.NoError(t, err)
	require.Equal(t, noonText, same.Get("updatedAt"), "nothing was changed")
}

func TestSave_KeepsTimesThatTheCallerGave(t *testing.T) {
	now := int64(noon)
	st := at(t, dated, &now)
	note := create(t, st, "Note", store.Fields{"id": "n", "createdAt": past, "updatedAt": past})
	require.Equal(t, []any{past, past}, []any{note.Get("createdAt"), note.Get("updatedAt")})

	edited, err := note.With(store.Fields{"text": "b", "updatedAt": "2002-01-01T00:00Z"})
	require.NoError(t, err)
	note, err = st.Save(ctx, edited)
	require.NoError(t, err)
	require.Equal(t, "2002-01-01T00:00Z", note.Get("updatedAt"))

	edited, err = note.With(store.Fields{"createdAt": nil, "updatedAt": nil, "text": "c"})
	require.NoError(t, err)
	note, err = st.Save(ctx, edited)
	require.NoError(t, err)
	require.Equal(t, []any{past, noonText}, []any{note.Get("createdAt"), note.Get("updatedAt")}, "null leaves it to the store")

	again := create(t, st, "Note", store.Fields{"id": "n", "text": "d"})
	require.Equal(t, past, again.Get("createdAt"), "a new record over an old one keeps its birthday")
	require.Equal(t, "d", again.Get("text"))
}

func TestNew_RefusesTimesThatAreTheStoresOwn(t *testing.T) {
	now := int64(noon)
	st := at(t, dated, &now)
	for _, name := range []string{"createdAt", "updatedAt"} {
		_, err := st.New("Plain", store.Fields{name: past})
		require.EqualError(t, err, "new Plain."+name+": is set by the store and cannot be given")
		require.ErrorIs(t, err, store.ErrInvalid)
	}
	plain := create(t, st, "Plain", store.Fields{"id": "p", "createdAt": nil})
	_, err := plain.With(store.Fields{"updatedAt": past})
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = st.New("Note", store.Fields{"createdAt": "yesterday"})
	require.EqualError(t, err, `new Note.createdAt: must be a date and time such as "2026-02-28T13:45:30.123Z", got "yesterday"`)
}
