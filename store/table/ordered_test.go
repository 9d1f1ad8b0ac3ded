//go:build !js || sdl

package table_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/table"
)

// agreeOrdered compares the ordered indexes with the list, sorted by a and b.
func (s *subject) agreeOrdered() {
	s.Helper()
	for _, x := range s.table.Ordered() {
		var want []uint32
		for n := range s.want {
			want = append(want, n)
		}
		slices.SortFunc(want, func(a, b uint32) int {
			for _, f := range x.Fields {
				if c := cmp.Compare(s.rank(a, f), s.rank(b, f)); c != 0 {
					return c
				}
			}
			return cmp.Compare(a, b)
		})
		require.Equal(s, want, append([]uint32(nil), x.Rows()...))
	}
}

// rank is a number that grows with the value of a field, as far as the subject's
// values go.
func (s *subject) rank(n uint32, field int) float64 {
	row := record.Row(s.want[n].row)
	switch v := record.GoValue(s.table.Layout.Value(row, field)).(type) {
	case float64:
		return v
	case string:
		return float64(len(v))
	}
	return -1
}

func TestOrdered_TakesInWhatChangedSinceItWasAsked(t *testing.T) {
	for seed := range uint64(25) {
		s := newSubject(t, "Thing", seed)
		a, b := s.table.Model.Field("a").Index, s.table.Model.Field("b").Index
		for _, fields := range [][]int{{a}, {b, a}, {a, b}} {
			s.table.AddOrdered(fields)
		}
		for version := uint32(1); version < 400; version++ {
			s.step(version, 60)
			if s.IntN(20) == 0 {
				s.undoSome()
			}
			if s.undo = s.undo[max(0, len(s.undo)-30):]; s.IntN(1+int(version/4)) == 0 {
				s.agreeOrdered()
			}
		}
		s.agreeOrdered()
		require.Empty(t, s.table.Check())
	}
}

// An index that is not asked keeps a note for each change, up to a bound.
func TestOrdered_IsGivenUpWhenManyRowsChange(t *testing.T) {
	s := newSubject(t, "Thing", 1)
	s.table.AddOrdered([]int{1})
	x := s.table.Ordered()[0]
	insert := func(from, to int) {
		for i := from; i < to; i++ {
			require.NoError(t, s.encoder.Read(fmt.Appendf(nil, `{"id":"%d","a":"%d"}`, i, i%100)))
			require.NoError(t, s.encoder.Complete())
			row, err := s.encoder.Row()
			require.NoError(t, err)
			s.table.Insert(bytes.Clone(row), 1)
		}
	}
	insert(0, 1000)
	require.Zero(t, table.Noted(x), "not asked for yet")
	require.Len(t, x.Rows(), 1000)
	insert(1000, 1100)
	require.Equal(t, 100, table.Noted(x))
	require.Len(t, x.Rows(), 1100)
	require.Zero(t, table.Noted(x))
	insert(1100, 50_000)
	require.Zero(t, table.Noted(x), "given up")
	require.Len(t, x.Rows(), 50_000)
	require.Empty(t, s.table.Check())
}
