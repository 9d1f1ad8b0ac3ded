// Package storetest holds what tests of stores need: the conformance suite for
// Backends, and stores that are checked when their test ends.
package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

// TestBackend holds a Backend to every sentence of its contract in store/log.
//
// open makes a new, empty storage that lasts at least until its test has ended,
// and returns a function that opens one more connection to it, as one more tab
// would. TestBackend closes the connections; what else has to be removed, open
// registers with t.Cleanup, which runs after that.
func TestBackend(t *testing.T, open func(t *testing.T) func() log.Backend) {
	groups := [][]backendTest{entryTests, replaceTests, sizeTests, raceTests, asideTests, tabTests, contextTests, closeTests}
	for _, group := range groups {
		for _, test := range group {
			t.Run(test.promise, func(t *testing.T) {
				test.run(&storage{T: t, ctx: context.Background(), open: open(t)})
			})
		}
	}
}

// backendTest is one promise of the contract and the attack on it.
type backendTest struct {
	promise string
	run     func(s *storage)
}

// storage is the storage under test.
type storage struct {
	*testing.T
	ctx  context.Context
	open func() log.Backend
}

// handle opens a connection that is closed when the test ends.
func (s *storage) handle() log.Backend {
	b := s.open()
	s.Cleanup(func() { require.NoError(s.T, b.Close()) })
	return b
}

// append adds an entry that must be taken.
func (s *storage) append(b log.Backend, generation, sequence uint64, data []byte) {
	s.Helper()
	require.NoError(s.T, b.Append(s.ctx, log.Append{Generation: generation, Sequence: sequence, Data: data}))
}

// replace exchanges the manifest and must succeed.
func (s *storage) replace(b log.Backend, r log.Replace) {
	s.Helper()
	require.NoError(s.T, b.Replace(s.ctx, r))
}

// read returns the whole storage.
func (s *storage) read(b log.Backend) log.Snapshot {
	s.Helper()
	snapshot, err := b.Read(s.ctx, 0)
	require.NoError(s.T, err)
	return snapshot
}

// blocks returns the blocks asked for.
func (s *storage) blocks(b log.Backend, ids ...uint64) [][]byte {
	s.Helper()
	blocks, err := b.Blocks(s.ctx, ids)
	require.NoError(s.T, err)
	require.Len(s.T, blocks, len(ids))
	return blocks
}

// holds fails unless the storage holds exactly this.
func (s *storage) holds(b log.Backend, generation uint64, manifest string, entries ...log.Entry) {
	s.Helper()
	snapshot := s.read(b)
	require.Equal(s.T, generation, snapshot.Generation)
	require.Equal(s.T, manifest, string(snapshot.Manifest))
	s.sameEntries(entries, snapshot.Entries)
}

func (s *storage) sameEntries(want, got []log.Entry) {
	s.Helper()
	require.Equal(s.T, numbers(want), numbers(got))
	for i := range want {
		require.True(s.T, bytes.Equal(want[i].Data, got[i].Data), "entry %d has other bytes", want[i].Sequence)
	}
}

func numbers(entries []log.Entry) []uint64 {
	list := make([]uint64, len(entries))
	for i, e := range entries {
		list[i] = e.Sequence
	}
	return list
}

func entry(sequence uint64, data string) log.Entry {
	return log.Entry{Sequence: sequence, Data: []byte(data)}
}

// pattern returns size bytes that compression cannot fold and that differ by
// seed.
func pattern(size int, seed uint64) []byte {
	data := make([]byte, (size+7)/8*8)
	x := seed*0x9e3779b97f4a7c15 + 1
	for i := 0; i < len(data); i += 8 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		binary.LittleEndian.PutUint64(data[i:], x)
	}
	return data[:size]
}
