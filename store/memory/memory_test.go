package memory_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

func TestBackend_KeepsItsContract(t *testing.T) {
	storetest.TestBackend(t, func(t *testing.T) func() log.Backend {
		first := memory.New()
		return func() log.Backend { return first.Handle() }
	})
}

func TestNew_GivesEachItsOwnData(t *testing.T) {
	one, other := memory.New(), memory.New()
	require.NoError(t, one.Append(context.Background(), log.Append{Sequence: 1}))
	snapshot, err := other.Read(context.Background(), 0)
	require.NoError(t, err)
	require.Empty(t, snapshot.Entries)
}

func TestHandle_OfAClosedConnectionIsOpen(t *testing.T) {
	first := memory.New()
	require.NoError(t, first.Append(context.Background(), log.Append{Sequence: 1}))
	require.NoError(t, first.Close())
	require.ErrorIs(t, first.Append(context.Background(), log.Append{Sequence: 2}), code.Closed)

	snapshot, err := first.Handle().Read(context.Background(), 0)
	require.NoError(t, err)
	require.Len(t, snapshot.Entries, 1)
}
