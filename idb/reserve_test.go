//go:build js && wasm

package idb_test

import (
	"slices"
	"syscall/js"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/idb"
)

func TestReserve_GrowsAndGoesWithTheStore(t *testing.T) {
	name := newName(t)
	b := open(t, name)
	for _, call := range []struct{ bytes, kept int }{{1, 0}, {600 << 10, 0}, {300 << 10, 0}, {0, 768 << 10}, {0, 0}, {1 << 20, 0}} {
		kept, err := b.Reserve(ctx, call.bytes)
		require.NoError(t, err)
		require.Equal(t, call.kept, kept, "%d bytes", call.bytes)
	}
	require.Contains(t, databases(t), "granary-reserve:"+name)
	require.NoError(t, b.Close())
	require.NoError(t, idb.Destroy(ctx, name))
	for slices.Contains(databases(t), "granary-reserve:"+name) { // nobody waits for its end, but it comes
	}
}

// databases are the names of all databases.
func databases(t *testing.T) (names []string) {
	list := await(t, js.Global().Get("indexedDB").Call("databases"))
	for i := range list.Length() {
		names = append(names, list.Index(i).Get("name").String())
	}
	return names
}
