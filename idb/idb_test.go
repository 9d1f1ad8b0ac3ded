//go:build js && wasm

package idb_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/storetest"
)

var ctx = context.Background()

func TestBackend_KeepsItsContract(t *testing.T) {
	storetest.TestBackend(t, func(t *testing.T) func() log.Backend {
		name := newName(t)
		return func() log.Backend { return open(t, name) }
	})
}

func TestOpen_FindsWhatAnEarlierConnectionKept(t *testing.T) {
	name := newName(t)
	first := open(t, name)
	require.NoError(t, first.Append(ctx, log.Append{Sequence: 1, Data: []byte("a")}))
	require.NoError(t, first.Replace(ctx, log.Replace{Manifest: []byte("m"), Put: []log.Block{{ID: 5, Data: []byte("b")}}}))
	require.NoError(t, first.Close())

	second := open(t, name)
	snapshot, err := second.Read(ctx, 0)
	require.NoError(t, err)
	require.Len(t, snapshot.Identity, 32)
	snapshot.Identity = ""
	require.Equal(t, log.Snapshot{Generation: 1, Manifest: []byte("m"), Entries: []log.Entry{{Sequence: 1, Data: []byte("a")}}}, snapshot)
	blocks, err := second.Blocks(ctx, []uint64{5})
	require.NoError(t, err)
	require.Equal(t, [][]byte{[]byte("b")}, blocks)
}

func TestOpen_KeepsStoresApart(t *testing.T) {
	one, other := open(t, newName(t)), open(t, newName(t))
	require.NoError(t, one.Append(ctx, log.Append{Sequence: 1}))
	snapshot, err := other.Read(ctx, 0)
	require.NoError(t, err)
	require.Empty(t, snapshot.Entries)
}

func TestDestroy_RemovesAllAndAgainIsNoError(t *testing.T) {
	name := newName(t)
	b := open(t, name)
	require.NoError(t, b.Replace(ctx, log.Replace{Manifest: []byte("m")}))
	require.NoError(t, b.Close())
	require.NoError(t, idb.Destroy(ctx, name))
	require.NoError(t, idb.Destroy(ctx, name))

	snapshot, err := open(t, name).Read(ctx, 0)
	require.NoError(t, err)
	snapshot.Identity = ""
	require.Zero(t, snapshot)
}

func TestNumbers_AboveWhatAKeyHoldsAreRefused(t *testing.T) {
	b := open(t, newName(t))
	const much = 1 << 53
	require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: much}), code.Limit)
	require.ErrorIs(t, b.Append(ctx, log.Append{Generation: much, Sequence: 1}), code.Limit)
	require.ErrorIs(t, b.Replace(ctx, log.Replace{Put: []log.Block{{ID: much}}}), code.Limit)

	require.NoError(t, b.Append(ctx, log.Append{Sequence: much - 1}))
	snapshot, err := b.Read(ctx, much)
	require.NoError(t, err)
	require.Empty(t, snapshot.Entries)
	blocks, err := b.Blocks(ctx, []uint64{much})
	require.NoError(t, err)
	require.Equal(t, [][]byte{nil}, blocks)
	require.NoError(t, b.Replace(ctx, log.Replace{Drop: []uint64{much}, Through: much}))
}

// newName returns a name that no other test uses. Its database is removed when the
// test has ended.
func newName(t testing.TB) string {
	names++
	name := fmt.Sprintf("%s ✓ %d", t.Name(), names)
	t.Cleanup(func() { require.NoError(t, idb.Destroy(ctx, name)) })
	return name
}

var names int

// open opens the store; the connection is closed when the test has ended.
func open(t testing.TB, name string) *idb.Backend {
	t.Helper()
	b, err := idb.Open(ctx, name, idb.Options{OpenTimeout: patience, AnswerTimeout: patience})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}
