//go:build !js || sdl

// Package storetest is what the tests of Granary share: stores that are checked
// when the test ends, and the conformance suite that every Backend must pass.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/schema"
)

// Schema parses SDL; a fault ends the test.
func Schema(t testing.TB, sdl string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse(sdl)
	require.NoError(t, err)
	return s
}

// Open opens a store of that schema on the backend. When the test ends, the store
// is checked and closed.
func Open(t testing.TB, sdl string, b store.Backend) *store.Store {
	t.Helper()
	return OpenWith(t, store.Options{Schema: Schema(t, sdl), Backend: b})
}

// Random is Options.Random of tests, in a page too, where an engine has none of its own.
func Random(p []byte) { _, _ = rand.Read(p) }

// OpenWith is Open with options.
func OpenWith(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	if o.Random == nil {
		o.Random = Random
	}
	st, err := store.Open(context.Background(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		problems, err := st.Check(context.Background())
		if !errors.Is(err, store.ErrClosed) {
			require.NoError(t, err, "the check at the end of the test")
		}
		require.Empty(t, problems, "the check at the end of the test")
		require.NoError(t, st.Close())
	})
	return st
}

// Deaf is a Backend that is not told of what other connections do: its store learns
// of that when it writes, or is woken.
type Deaf struct{ log.Backend }

// Watch does nothing.
func (Deaf) Watch(log.Watcher) {}
