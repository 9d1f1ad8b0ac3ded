package storetest

import (
	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

// entryTests attack Read and Append.
var entryTests = []backendTest{
	{"Read_OfANewStorageIsEmpty", func(s *storage) {
		snapshot := s.read(s.handle())
		require.Zero(s.T, snapshot.Generation)
		require.Nil(s.T, snapshot.Manifest)
		require.Empty(s.T, snapshot.Entries)
	}},
	{"Append_KeepsEntriesInTheOrderOfTheirNumbers", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("one"))
		s.append(b, 0, 2, []byte("two"))
		s.append(b, 0, 3, []byte("three"))
		s.holds(b, 0, "", entry(1, "one"), entry(2, "two"), entry(3, "three"))
	}},
	{"Append_OfOneConnectionIsReadByAnother", func(s *storage) {
		one, other := s.handle(), s.handle()
		s.append(one, 0, 1, []byte("one"))
		s.append(other, 0, 2, []byte("two"))
		s.holds(one, 0, "", entry(1, "one"), entry(2, "two"))
		s.holds(other, 0, "", entry(1, "one"), entry(2, "two"))
	}},
	{"Append_SurvivesItsConnection", func(s *storage) {
		b := s.open()
		s.append(b, 0, 1, []byte("relaxed"))
		require.NoError(s.T, b.Append(s.ctx, log.Append{Sequence: 2, Data: []byte("strict"), Strict: true}))
		require.NoError(s.T, b.Close())
		s.holds(s.handle(), 0, "", entry(1, "relaxed"), entry(2, "strict"))
	}},
	{"Append_ToANumberInUseIsTaken", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("first"))
		s.append(b, 0, 2, []byte("second"))
		s.taken(b, log.Append{Sequence: 1, Data: []byte("late")})
		s.taken(b, log.Append{Sequence: 2, Data: []byte("late"), Strict: true})
		s.holds(b, 0, "", entry(1, "first"), entry(2, "second"))
	}},
	{"Append_ToAnotherGenerationIsTaken", func(s *storage) {
		b := s.handle()
		for _, ahead := range []uint64{1, 2, 64, 1 << 40} {
			s.taken(b, log.Append{Generation: ahead, Sequence: 1})
		}
		for generation := range uint64(3) {
			s.replace(b, log.Replace{Generation: generation})
		}
		for _, other := range []uint64{0, 1, 2, 4, 5, 67} {
			s.taken(b, log.Append{Generation: other, Sequence: 1})
		}
		s.holds(b, 3, "")
		s.append(b, 3, 1, []byte("present"))
		s.holds(b, 3, "", entry(1, "present"))
	}},
	{"Append_AfterOneThatWasTakenGoesOn", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("one"))
		for range 5 {
			s.taken(b, log.Append{Sequence: 1, Data: []byte("late")})
		}
		s.append(b, 0, 2, []byte("two"))
		s.holds(b, 0, "", entry(1, "one"), entry(2, "two"))
	}},
	{"Read_GivesOnlyWhatStandsAboveANumber", func(s *storage) {
		b := s.handle()
		for n := range uint64(5) {
			s.append(b, 0, n+1, []byte{byte(n)})
		}
		for after, want := range map[uint64][]uint64{0: {1, 2, 3, 4, 5}, 2: {3, 4, 5}, 4: {5}, 5: {}, 100: {}} {
			snapshot, err := b.Read(s.ctx, after)
			require.NoError(s.T, err)
			require.Equal(s.T, want, numbers(snapshot.Entries), "after %d", after)
		}
	}},
	{"Read_GivesTheManifestWhateverTheNumber", func(s *storage) {
		b := s.handle()
		s.replace(b, log.Replace{Manifest: []byte("m")})
		snapshot, err := b.Read(s.ctx, 1000)
		require.NoError(s.T, err)
		require.Equal(s.T, uint64(1), snapshot.Generation)
		require.Equal(s.T, "m", string(snapshot.Manifest))
	}},
	{"Append_CopiesTheBytesHandedIn", func(s *storage) {
		b := s.handle()
		data := []byte("before")
		s.append(b, 0, 1, data)
		copy(data, "after!")
		s.holds(b, 0, "", entry(1, "before"))
	}},
	{"Read_HandsOutBytesThatBelongToTheCaller", func(s *storage) {
		b := s.handle()
		s.replace(b, log.Replace{Manifest: []byte("manifest")})
		s.append(b, 1, 1, []byte("entry"))
		snapshot := s.read(b)
		clear(snapshot.Manifest)
		clear(snapshot.Entries[0].Data)
		s.holds(b, 1, "manifest", entry(1, "entry"))
	}},
}

// taken appends and must lose.
func (s *storage) taken(b log.Backend, a log.Append) {
	s.Helper()
	require.ErrorIs(s.T, b.Append(s.ctx, a), log.ErrTaken)
}
