package storetest

import (
	"bytes"
	"sync"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

const (
	bigEntry    = 4 << 20
	bigBlock    = 1 << 20
	manyEntries = 2000
	manyBlocks  = 300
	largest     = 1<<53 - 1 // the largest number that every Backend must tell from its neighbours
)

// sizeTests attack with little, much and large.
var sizeTests = []backendTest{
	{"Empty_AndBinaryDataComeBackAsTheyWent", func(s *storage) {
		b := s.handle()
		binary := make([]byte, 256)
		for i := range binary {
			binary[i] = byte(i)
		}
		for generation, data := range [][]byte{nil, {}, {0}, binary, bytes.Repeat([]byte{0xff, 0, 0xc3, 0x28}, 100)} {
			n := uint64(generation)
			s.append(b, n, n+1, data)
			s.replace(b, log.Replace{Generation: n, Manifest: data, Put: []log.Block{{ID: n, Data: data}}, Through: n})
			s.holds(b, n+1, string(data), log.Entry{Sequence: n + 1, Data: data})
			block := s.blocks(b, n)[0]
			require.NotNil(s.T, block, "a block without bytes is a block")
			require.True(s.T, bytes.Equal(data, block))
		}
	}},
	{"Big_EntriesManifestsAndBlocksComeBackWhole", func(s *storage) {
		b := s.handle()
		entry, manifest, block := pattern(bigEntry, 1), pattern(bigBlock, 2), pattern(bigBlock, 3)
		s.append(b, 0, 1, entry)
		s.replace(b, log.Replace{Manifest: manifest, Put: []log.Block{{ID: 1, Data: block}}})
		s.holds(b, 1, string(manifest), log.Entry{Sequence: 1, Data: entry})
		require.True(s.T, bytes.Equal(block, s.blocks(b, 1)[0]))
	}},
	{"Many_EntriesAreKeptInOrder", func(s *storage) {
		b := s.handle()
		want := make([]log.Entry, manyEntries)
		for i := range want {
			want[i] = log.Entry{Sequence: uint64(i + 1), Data: pattern(i%100, uint64(i))}
		}
		s.appendTogether(b, want)
		s.sameEntries(want, s.read(b).Entries)
		s.replace(b, log.Replace{Through: manyEntries / 2})
		s.sameEntries(want[manyEntries/2:], s.read(b).Entries)
	}},
	{"Many_BlocksArePutAndDroppedAtOnce", func(s *storage) {
		b := s.handle()
		var ids []uint64
		for id := range uint64(manyBlocks) {
			ids = append(ids, id)
		}
		s.replace(b, log.Replace{Put: blocks(ids...)})
		for i, data := range s.blocks(b, ids...) {
			require.Equal(s.T, blocks(ids[i])[0].Data, data)
		}
		s.replace(b, log.Replace{Generation: 1, Drop: ids[1:]})
		for i, data := range s.blocks(b, ids...) {
			require.Equal(s.T, i == 0, data != nil, "block %d", i)
		}
	}},
	{"Large_NumbersAreToldFromTheirNeighbours", func(s *storage) {
		b := s.handle()
		s.append(b, 0, largest-1, []byte("a"))
		s.append(b, 0, largest, []byte("b"))
		s.taken(b, log.Append{Sequence: largest})
		s.holds(b, 0, "", entry(largest-1, "a"), entry(largest, "b"))
		s.replace(b, log.Replace{Put: blocks(largest, largest-1), Through: largest - 1})
		s.holds(b, 1, "", entry(largest, "b"))
		require.Equal(s.T, texts("9007199254740990", "9007199254740991", ""), s.blocks(b, largest-1, largest, largest-2))
		s.replace(b, log.Replace{Generation: 1, Drop: []uint64{largest}})
		require.Equal(s.T, texts("9007199254740990", ""), s.blocks(b, largest-1, largest))
	}},
}

// appendTogether appends all entries from as many goroutines, on one connection.
func (s *storage) appendTogether(b log.Backend, entries []log.Entry) {
	s.Helper()
	errs := make([]error, len(entries))
	var group sync.WaitGroup
	for i, e := range entries {
		group.Go(func() { errs[i] = b.Append(s.ctx, log.Append{Sequence: e.Sequence, Data: e.Data}) })
	}
	group.Wait()
	for i, err := range errs {
		require.NoError(s.T, err, "entry %d", entries[i].Sequence)
	}
}
