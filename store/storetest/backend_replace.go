package storetest

import (
	"fmt"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

// replaceTests attack Replace and Blocks.
var replaceTests = []backendTest{
	{"Replace_ExchangesManifestBlocksAndEntriesTogether", func(s *storage) {
		b := s.handle()
		for n := range uint64(4) {
			s.append(b, 0, n+1, []byte{'a' + byte(n)})
		}
		s.replace(b, log.Replace{Manifest: []byte("m1"), Put: blocks(1, 2, 3), Through: 2})
		s.holds(b, 1, "m1", entry(3, "c"), entry(4, "d"))
		s.replace(b, log.Replace{Generation: 1, Manifest: []byte("m2"), Put: blocks(4), Drop: []uint64{1, 3}, Through: 3})
		s.holds(b, 2, "m2", entry(4, "d"))
		require.Equal(s.T, texts("", "2", "", "4"), s.blocks(b, 1, 2, 3, 4))
	}},
	{"Replace_OfAnotherGenerationChangesNothing", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("a"))
		s.replace(b, log.Replace{Manifest: []byte("m1"), Put: blocks(1)})
		s.replace(b, log.Replace{Generation: 1, Manifest: []byte("m2"), Put: blocks(2)})
		for _, other := range []uint64{0, 1, 3, 4, 66} {
			lost := log.Replace{Generation: other, Manifest: []byte("x"), Put: blocks(2, 9), Drop: []uint64{1}, Through: 1}
			lost.Put[0].Data = []byte("x")
			require.ErrorIs(s.T, b.Replace(s.ctx, lost), log.ErrTaken, "generation %d", other)
		}
		s.holds(b, 2, "m2", entry(1, "a"))
		require.Equal(s.T, texts("1", "2", ""), s.blocks(b, 1, 2, 9))
	}},
	{"Replace_OfOneConnectionIsSeenByAnother", func(s *storage) {
		one, other := s.handle(), s.handle()
		s.replace(one, log.Replace{Manifest: []byte("m1"), Put: blocks(1)})
		s.holds(other, 1, "m1")
		require.Equal(s.T, texts("1"), s.blocks(other, 1))
		s.replace(other, log.Replace{Generation: 1, Manifest: []byte("m2"), Drop: []uint64{1}})
		require.ErrorIs(s.T, one.Replace(s.ctx, log.Replace{Generation: 1}), log.ErrTaken)
		s.holds(one, 2, "m2")
	}},
	{"Replace_RaisesTheGenerationByOne", func(s *storage) {
		b := s.handle()
		for generation := range uint64(100) {
			s.replace(b, log.Replace{Generation: generation, Manifest: fmt.Appendf(nil, "m%d", generation+1)})
		}
		s.holds(b, 100, "m100")
	}},
	{"Replace_AloneFailsWhenAnEntryFollows", func(s *storage) {
		b, other := s.handle(), s.handle()
		s.append(b, 0, 1, []byte("a"))
		s.append(other, 0, 2, []byte("b"))
		lost := log.Replace{Manifest: []byte("x"), Put: blocks(1), Through: 1, Alone: true}
		require.ErrorIs(s.T, b.Replace(s.ctx, lost), log.ErrTaken)
		s.holds(b, 0, "", entry(1, "a"), entry(2, "b"))
		require.Equal(s.T, texts(""), s.blocks(b, 1))
		s.replace(b, log.Replace{Manifest: []byte("m1"), Put: blocks(1), Through: 2, Alone: true})
		s.holds(other, 1, "m1")
		s.taken(other, log.Append{Sequence: 3, Data: []byte("late")})
		s.append(other, 1, 3, []byte("c"))
		s.replace(b, log.Replace{Generation: 1, Manifest: []byte("m2"), Through: 3, Alone: true})
		s.append(b, 2, 4, []byte("d"))
		s.holds(b, 2, "m2", entry(4, "d"))
	}},
	{"Replace_WithNothingInItStillCounts", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("a"))
		s.replace(b, log.Replace{})
		s.holds(b, 1, "", entry(1, "a"))
	}},
	{"Replace_OverwritesABlock", func(s *storage) {
		b := s.handle()
		s.replace(b, log.Replace{Put: []log.Block{{ID: 7, Data: []byte("old and longer")}}})
		s.replace(b, log.Replace{Generation: 1, Put: []log.Block{{ID: 7, Data: []byte("new")}}})
		require.Equal(s.T, texts("new"), s.blocks(b, 7))
	}},
	{"Replace_DropsWhatIsNotThere", func(s *storage) {
		b := s.handle()
		s.replace(b, log.Replace{Put: blocks(1), Drop: []uint64{8, 9}, Through: 1000})
		require.Equal(s.T, texts("1", ""), s.blocks(b, 1, 8))
	}},
	{"Append_OfAStaleWriterIsTakenThoughTheNumberIsFreeAgain", func(s *storage) {
		stale, other := s.handle(), s.handle()
		s.append(stale, 0, 1, []byte("a"))
		s.append(other, 0, 2, []byte("b"))
		s.replace(other, log.Replace{Manifest: []byte("m"), Through: 2})
		s.taken(stale, log.Append{Sequence: 2, Data: []byte("late")})
		s.taken(stale, log.Append{Sequence: 3, Data: []byte("late")})
		s.holds(stale, 1, "m")
		s.append(stale, 1, 3, []byte("c"))
		s.holds(other, 1, "m", entry(3, "c"))
	}},
	{"Blocks_AnswersInTheOrderAsked", func(s *storage) {
		b := s.handle()
		s.replace(b, log.Replace{Put: blocks(1, 2, 3, 10, 11)})
		require.Empty(s.T, s.blocks(b))
		require.Equal(s.T, texts("11", "2", "", "1", "2", "10", ""), s.blocks(b, 11, 2, 5, 1, 2, 10, 12))
		require.Nil(s.T, s.blocks(b, 5)[0])
	}},
	{"Replace_CopiesTheBytesHandedIn", func(s *storage) {
		b := s.handle()
		r := log.Replace{Manifest: []byte("manifest"), Put: blocks(1)}
		s.replace(b, r)
		clear(r.Manifest)
		clear(r.Put[0].Data)
		s.holds(b, 1, "manifest")
		require.Equal(s.T, texts("1"), s.blocks(b, 1))
	}},
	{"Blocks_HandsOutBytesThatBelongToTheCaller", func(s *storage) {
		b := s.handle()
		s.replace(b, log.Replace{Put: blocks(1)})
		both := s.blocks(b, 1, 1)
		clear(both[0])
		require.Equal(s.T, "1", string(both[1]))
		require.Equal(s.T, texts("1"), s.blocks(b, 1))
	}},
}

// blocks returns blocks with these ids, each holding its id as text.
func blocks(ids ...uint64) []log.Block {
	list := make([]log.Block, len(ids))
	for i, id := range ids {
		list[i] = log.Block{ID: id, Data: fmt.Append(nil, id)}
	}
	return list
}

// texts returns what Blocks answers for these texts, "" being a block that is
// not there.
func texts(list ...string) [][]byte {
	answer := make([][]byte, len(list))
	for i, text := range list {
		if text != "" {
			answer[i] = []byte(text)
		}
	}
	return answer
}
