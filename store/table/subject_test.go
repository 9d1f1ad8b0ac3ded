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
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/table"
)

// subject is a table under test, beside a plain list of its rows.
type subject struct {
	testing.TB
	*rand.Rand
	table   *table.Table
	encoder *record.Encoder
	indexes [][]int
	want    map[uint32]state
	undo    []change
}

type state struct {
	row     string
	version uint32
}

type change struct {
	table.Change
	before map[uint32]state
}

func newSubject(t testing.TB, model string, seed uint64) *subject {
	m := storetest.Schema(t, sdl).Model(model)
	s := &subject{TB: t, Rand: rand.New(rand.NewPCG(seed, 1)), table: table.New(m), encoder: record.NewEncoder(m), want: map[uint32]state{}}
	a, b := m.Field("a").Index, m.Field("b").Index
	s.indexes = [][]int{{a}, {b}, {a, b}, m.Key}
	for _, fields := range s.indexes {
		s.table.AddIndex(fields)
	}
	return s
}

func (s *subject) row(keys int) record.Row {
	text := fmt.Sprintf(`{"id":"%d"`, s.IntN(keys))
	if s.table.Model.Name == "Pair" {
		text = fmt.Sprintf(`{"left":"%d","right":%d`, s.IntN(3), s.IntN(keys/3+1))
	}
	if s.IntN(4) > 0 {
		text += fmt.Sprintf(`,"a":"%s"`, strings.Repeat("x", s.IntN(4)))
	}
	if s.IntN(4) > 0 {
		text += fmt.Sprintf(`,"b":%d`, s.IntN(3))
	}
	require.NoError(s, s.encoder.Read([]byte(text+"}")))
	require.NoError(s, s.encoder.Complete())
	row, err := s.encoder.Row()
	require.NoError(s, err)
	return slices.Clone(row)
}

// step makes one change at random, and remembers how it was before.
func (s *subject) step(version uint32, keys int) {
	before := map[uint32]state{}
	for n, st := range s.want {
		before[n] = st
	}
	row := s.row(keys)
	number, found := s.table.Find(s.table.Key(nil, row))
	var c table.Change
	switch {
	case !found:
		c = s.table.Insert(row, version)
		s.want[c.Row] = state{string(row), version}
		require.Nil(s, c.Before())
	case s.IntN(3) == 0:
		c = s.table.Delete(number)
		require.Equal(s, s.want[number].row, string(c.Before()))
		require.Nil(s, c.After())
		delete(s.want, number)
	default:
		c = s.table.Update(number, row, version)
		require.Equal(s, s.want[number].row, string(c.Before()))
		require.Equal(s, string(row), string(c.After()))
		s.want[number] = state{string(row), version}
	}
	s.undo = append(s.undo, change{c, before})
}

// agree compares the table with the list.
func (s *subject) agree() {
	s.Helper()
	require.Empty(s, s.table.Check())
	require.Equal(s, len(s.want), s.table.Len())
	bytes := 0
	for n, st := range s.want {
		require.True(s, s.table.Has(n))
		require.Equal(s, st.row, string(s.table.Row(n)))
		require.Equal(s, st.version, s.table.Version(n))
		bytes += len(st.row)
		found, ok := s.table.Find(s.table.Key(nil, record.Row(st.row)))
		require.True(s, ok)
		require.Equal(s, n, found)
		for _, fields := range s.indexes {
			s.agreeOn(fields, record.Row(st.row))
		}
	}
	require.Equal(s, bytes, s.table.Bytes())
}

func (s *subject) agreeOn(fields []int, row record.Row) {
	l := s.table.Layout
	key, ok := l.AppendKey(nil, row, fields)
	if !ok {
		return
	}
	var want []uint32
	for n, st := range s.want {
		if other, ok := l.AppendKey(nil, record.Row(st.row), fields); ok && string(other) == string(key) {
			want = append(want, n)
		}
	}
	slices.Sort(want)
	got := s.table.Match([]uint32{99}, fields, key)
	require.Equal(s, append([]uint32{99}, want...), got)
	if x := s.table.Index(fields); x != nil {
		require.Equal(s, len(want), x.Count(key))
	}
}
