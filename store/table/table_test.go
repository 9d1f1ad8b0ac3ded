//go:build !js || sdl

package table_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/table"
)

const sdl = `
type Thing @model(timestamps: null) { id: ID! a: String b: Int c: String }
type Pair @model(timestamps: null) { left: String! @primaryKey(sortKeyFields: ["right"]) right: Int! a: String b: Int }
`

func TestTable_AgreesWithAPlainList(t *testing.T) {
	for _, model := range []string{"Thing", "Pair"} {
		for seed := range uint64(25) {
			t.Run(fmt.Sprint(model, seed), func(t *testing.T) {
				s := newSubject(t, model, seed)
				for version := uint32(1); version < 120; version++ {
					s.step(version, 24)
					switch {
					case s.IntN(12) == 0:
						s.undoSome()
					case s.IntN(12) == 0:
						s.undo = nil
						s.table.Reclaim()
					}
					s.agree()
				}
			})
		}
	}
}

// undoSome takes back the newest changes, newest first.
func (s *subject) undoSome() {
	for range s.IntN(len(s.undo) + 1) {
		last := s.undo[len(s.undo)-1]
		s.table.Undo(last.Change)
		s.want = last.before
		s.undo = s.undo[:len(s.undo)-1]
	}
}

func TestTable_FindsAmongManyThatCollide(t *testing.T) {
	s := newSubject(t, "Thing", 1)
	const rows = 40_000 // enough for equal places, and for equal hashes of 32 bits now and then
	text := func(i int) record.Row {
		require.NoError(t, s.encoder.Read(fmt.Appendf(nil, `{"id":"%d","a":"%d","b":%d}`, i, i%1000, i%7)))
		require.NoError(t, s.encoder.Complete())
		row, err := s.encoder.Row()
		require.NoError(t, err)
		return slices.Clone(row)
	}
	for i := range rows {
		s.table.Insert(text(i), 1)
	}
	for i := 0; i < rows; i += 3 {
		s.table.Delete(uint32(i))
	}
	require.Empty(t, s.table.Check())
	for i := range rows {
		n, ok := s.table.Find(fmt.Appendf(nil, `"%d"`, i))
		require.Equal(t, i%3 != 0, ok)
		require.True(t, !ok || n == uint32(i))
	}
	_, ok := s.table.Find([]byte(`"none"`))
	require.False(t, ok)
}

func TestTable_ReclaimKeepsRowsAndWhatHoldsThem(t *testing.T) {
	s := newSubject(t, "Thing", 2)
	row := func(version int) record.Row {
		require.NoError(t, s.encoder.Read(fmt.Appendf(nil, `{"id":"1","a":"%s","b":%d}`, strings.Repeat("x", 10_000), version)))
		require.NoError(t, s.encoder.Complete())
		row, err := s.encoder.Row()
		require.NoError(t, err)
		return row
	}
	n := s.table.Insert(row(0), 1).Row
	first := s.table.Row(n)
	held := string(first)
	for version := range 500 {
		s.table.Update(n, row(version), uint32(version))
	}
	last := string(s.table.Row(n))
	s.table.Reclaim()
	require.Equal(t, last, string(s.table.Row(n)))
	require.Equal(t, held, string(first), "a row that somebody holds stays as it is")
	require.Empty(t, s.table.Check())
}

func TestTable_AdoptsABlockOrRefusesIt(t *testing.T) {
	s := newSubject(t, "Thing", 3)
	var block []byte
	for s.table.Len() < 20 {
		s.step(1, 30)
	}
	for n := range s.table.End() {
		if s.table.Has(n) {
			block = append(block, s.table.Row(n)...)
		}
	}
	fresh := func() *subject { return newSubject(t, "Thing", 3) }
	whole := fresh()
	require.True(t, whole.table.Adopt(block, 5))
	require.Empty(t, whole.table.Check())
	require.Equal(t, s.table.Len(), whole.table.Len())
	require.Equal(t, s.table.Bytes(), whole.table.Bytes())
	require.Equal(t, uint32(5), whole.table.Version(0))
	require.True(t, whole.table.Adopt(slices.Clone(block[:record.Length(block)]), 1))
	require.NotEmpty(t, whole.table.Check(), "a key stands twice")

	starts := map[int]bool{0: true}
	for at := 0; at < len(block); starts[at] = true {
		at += record.Length(block[at:])
	}
	for n := range len(block) {
		require.Equal(t, starts[n], fresh().table.Adopt(slices.Clone(block[:n]), 1), "cut at %d", n)
	}
	require.False(t, fresh().table.Adopt(append(slices.Clone(block), 0), 1))
}

func TestTable_IndexesOnlyWhatIsAskedFor(t *testing.T) {
	s := newSubject(t, "Thing", 4)
	require.Nil(t, s.table.Index([]int{3}))
	require.Nil(t, s.table.Index(s.table.Model.Key), "the primary key is one itself")
	require.NotNil(t, s.table.Index([]int{1, 2}))
	x := s.table.Index([]int{1})
	s.table.AddIndex([]int{1})
	require.Same(t, x, s.table.Index([]int{1}))
}

func TestAscending_SortsAndLeavesEachOnce(t *testing.T) {
	require.Equal(t, []uint32{1, 2, 3, 9}, table.Ascending([]uint32{9, 1, 3, 3, 2, 1}))
	require.Empty(t, table.Ascending(nil))
	for _, spread := range []int{1, 3, 50, 1000} { // close together, and far apart
		r := rand.New(rand.NewPCG(uint64(spread), 0))
		rows := make([]uint32, 500)
		for i := range rows {
			rows[i] = uint32(r.IntN(500 * spread))
		}
		want := slices.Compact(slices.Sorted(slices.Values(rows)))
		require.Equal(t, want, table.Ascending(rows))
		require.Equal(t, want, table.Ascending(slices.Clone(want)))
	}
}
