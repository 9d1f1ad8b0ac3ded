//go:build js && wasm

package idb_test

import (
	"crypto/rand"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/log"
)

const (
	benchEntry   = 1 << 10
	benchEntries = 500
	benchBlock   = 512 << 10
	benchBlocks  = 48
	benchBurst   = 100
)

// BenchmarkAppend appends one entry after the other; of a burst, many at the same time,
// and a time is that of all of them.
func BenchmarkAppend(b *testing.B) {
	for _, mode := range []struct {
		name   string
		strict bool
	}{{"relaxed", false}, {"strict", true}} {
		b.Run(mode.name, func(b *testing.B) {
			backend, data, sequence := open(b, newName(b)), noise(benchEntry), uint64(0)
			for b.Loop() {
				sequence++
				require.NoError(b, backend.Append(ctx, log.Append{Sequence: sequence, Data: data, Strict: mode.strict}))
			}
		})
	}
	b.Run("burst-100", func(b *testing.B) {
		backend, data, sequence := open(b, newName(b)), noise(benchEntry), uint64(0)
		for b.Loop() {
			var group sync.WaitGroup
			for range benchBurst {
				sequence++
				a := log.Append{Sequence: sequence, Data: data}
				group.Go(func() { require.NoError(b, backend.Append(ctx, a)) })
			}
			group.Wait()
		}
	})
}

func BenchmarkRead(b *testing.B) {
	backend, data := open(b, newName(b)), noise(benchEntry)
	for sequence := range uint64(benchEntries) {
		require.NoError(b, backend.Append(ctx, log.Append{Sequence: sequence + 1, Data: data}))
	}
	b.SetBytes(benchEntries * benchEntry)
	for b.Loop() {
		snapshot, err := backend.Read(ctx, 0)
		require.NoError(b, err)
		require.Len(b, snapshot.Entries, benchEntries)
	}
}

func BenchmarkReplace(b *testing.B) {
	backend, generation := open(b, newName(b)), uint64(0)
	put, _ := benchSegment()
	b.SetBytes(benchBlocks * benchBlock)
	for b.Loop() {
		require.NoError(b, backend.Replace(ctx, log.Replace{Generation: generation, Put: put}))
		generation++
	}
}

func BenchmarkBlocks(b *testing.B) {
	backend := open(b, newName(b))
	put, ids := benchSegment()
	require.NoError(b, backend.Replace(ctx, log.Replace{Put: put}))
	b.SetBytes(benchBlocks * benchBlock)
	for b.Loop() {
		blocks, err := backend.Blocks(ctx, ids)
		require.NoError(b, err)
		require.Len(b, blocks[benchBlocks-1], benchBlock)
	}
}

func benchSegment() (put []log.Block, ids []uint64) {
	for id := range uint64(benchBlocks) {
		put, ids = append(put, log.Block{ID: id, Data: noise(benchBlock)}), append(ids, id)
	}
	return put, ids
}

// noise returns random bytes, which browsers cannot compress.
func noise(size int) []byte {
	data := make([]byte, size)
	_, _ = rand.Read(data)
	return data
}
