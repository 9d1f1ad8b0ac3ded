package storetest

import (
	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

// asideTests attack what is there for repairs.
var asideTests = []backendTest{
	{"Survey_TellsOfAllThatIsThere", func(s *storage) {
		b := s.handle()
		s.surveyed(b, log.Survey{})
		s.append(b, 0, 1, []byte("a"))
		s.append(b, 0, 5, []byte("e"))
		s.surveyed(b, log.Survey{Entries: []log.Entry{entry(1, "a"), entry(5, "e")}})
		s.replace(b, log.Replace{Manifest: []byte("m"), Put: blocks(12, 3, 7, 100), Through: 1})
		s.replace(b, log.Replace{Generation: 1, Manifest: []byte("n"), Drop: []uint64{7}})
		s.surveyed(b, log.Survey{Generation: 2, Manifest: []byte("n"), Blocks: []uint64{3, 12, 100}, Entries: []log.Entry{entry(5, "e")}})
	}},
	{"SetAside_KeepsCopiesApartFromAllElse", func(s *storage) {
		b, other := s.handle(), s.handle()
		s.aside(b)
		data := []byte("damaged")
		require.NoError(s.T, b.SetAside(s.ctx, []log.Piece{{Name: "block 3", Data: data}, {Name: "", Data: nil}, {Name: "Block é 12", Data: []byte{0, 255}}}))
		clear(data)
		require.NoError(s.T, b.SetAside(s.ctx, nil))
		require.NoError(s.T, other.SetAside(s.ctx, []log.Piece{{Name: "block 10", Data: pattern(1<<20, 1)}}))
		want := []log.Piece{{Name: "", Data: []byte{}}, {Name: "Block é 12", Data: []byte{0, 255}},
			{Name: "block 10", Data: pattern(1<<20, 1)}, {Name: "block 3", Data: []byte("damaged")}}
		s.aside(other, want...)
		s.replace(b, log.Replace{Manifest: []byte("m"), Put: blocks(3), Through: 1000})
		s.replace(b, log.Replace{Generation: 1, Manifest: []byte("m"), Drop: []uint64{3}})
		s.holds(other, 2, "m")
		s.aside(b, want...)
		require.NoError(s.T, b.SetAside(s.ctx, []log.Piece{{Name: "block 3", Data: []byte("again")}}))
		want[3].Data = []byte("again")
		s.aside(other, want...)
		got, err := b.Aside(s.ctx)
		require.NoError(s.T, err)
		clear(got[2].Data)
		s.aside(b, want...)
	}},
	{"Reserve_IsKeptUntilItIsGivenBack", func(s *storage) {
		b, other := s.handle(), s.handle()
		reserve := func(b log.Backend, bytes int) int {
			before, err := b.Reserve(s.ctx, bytes)
			require.NoError(s.T, err)
			return before
		}
		require.Equal(s.T, 0, reserve(b, 0))
		require.Equal(s.T, 0, reserve(b, 1))
		reserve(b, 1<<20)
		reserve(other, 1)
		s.append(b, 0, 1, []byte("a"))
		if kept := reserve(other, 0); kept != 0 { // or this storage keeps nothing
			require.Greater(s.T, kept, 1<<20-1)
		}
		require.Equal(s.T, 0, reserve(b, 0))
		s.holds(b, 0, "", entry(1, "a"))
	}},
	{"Replace_AddsEntriesBehindThoseThatItRemoves", func(s *storage) {
		b := s.handle()
		for n := range uint64(3) {
			s.append(b, 0, n+1, []byte{'a' + byte(n)})
		}
		r := log.Replace{Manifest: []byte("m"), Through: 3, Add: []log.Entry{entry(4, "d"), entry(5, "e")}}
		s.replace(b, r)
		clear(r.Add[0].Data)
		s.holds(b, 1, "m", entry(4, "d"), entry(5, "e"))
		taken := log.Replace{Generation: 1, Manifest: []byte("n"), Through: 4, Put: blocks(1), Add: []log.Entry{entry(6, "x"), entry(5, "x")}}
		require.ErrorIs(s.T, b.Replace(s.ctx, taken), log.ErrTaken)
		s.holds(b, 1, "m", entry(4, "d"), entry(5, "e"))
		require.Equal(s.T, texts(""), s.blocks(b, 1))
		require.ErrorIs(s.T, b.Append(s.ctx, log.Append{Generation: 1, Sequence: 5}), log.ErrTaken)
	}},
}

func (s *storage) surveyed(b log.Backend, want log.Survey) {
	s.Helper()
	got, err := b.Survey(s.ctx)
	require.NoError(s.T, err)
	require.Equal(s.T, want.Generation, got.Generation)
	require.Equal(s.T, string(want.Manifest), string(got.Manifest))
	require.Equal(s.T, want.Manifest == nil, got.Manifest == nil)
	require.Equal(s.T, append([]uint64{}, want.Blocks...), append([]uint64{}, got.Blocks...))
	s.sameEntries(want.Entries, got.Entries)
}

func (s *storage) aside(b log.Backend, want ...log.Piece) {
	s.Helper()
	got, err := b.Aside(s.ctx)
	require.NoError(s.T, err)
	require.Len(s.T, got, len(want))
	for i := range want {
		require.Equal(s.T, want[i].Name, got[i].Name)
		require.True(s.T, string(want[i].Data) == string(got[i].Data), want[i].Name)
	}
}
