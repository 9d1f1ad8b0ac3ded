//go:build !js || sdl

package table_test

import (
	"bytes"
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

// sorted is a row as a test sorts it: a text as UTF-16 code units, nil for null, and
// a number, null when it is none.
type sorted struct {
	row    uint32
	units  []uint16
	number float64
	null   bool
}

func (s sorted) compare(o sorted, textDown, numberDown bool) int {
	c := slices.Compare(s.units, o.units)
	if (s.units == nil) != (o.units == nil) {
		c = 1
		if s.units == nil {
			c = -1
		}
	}
	if textDown {
		c = -c
	}
	if c != 0 {
		return c
	}
	switch {
	case s.null && !o.null, !s.null && !o.null && s.number < o.number:
		c = -1
	case o.null && !s.null, !s.null && !o.null && s.number > o.number:
		c = 1
	}
	if numberDown {
		c = -c
	}
	return c
}

// sortedTable returns a table of rows with these texts and some numbers.
func sortedTable(t testing.TB, r *rand.Rand, texts [][]uint16) (*table.Table, []sorted) {
	m := storetest.Schema(t, `type Thing @model(timestamps: null) { id: ID! a: String b: Float }`).Model("Thing")
	tab, e := table.New(m), record.NewEncoder(m)
	tab.AddOrdered([]int{1, 2})
	tab.AddOrdered([]int{2})
	numbers := []float64{0, 1, -1, 0.5, -0.5, 1e300, -1e300, 5e-324, -5e-324, 2147483647}
	var list []sorted
	for i, units := range texts {
		s := sorted{units: units, number: numbers[r.IntN(len(numbers))], null: r.IntN(5) == 0}
		a, b := "null", "null"
		if units != nil {
			var text strings.Builder
			for _, u := range units {
				fmt.Fprintf(&text, `\u%04x`, u)
			}
			a = `"` + text.String() + `"`
		}
		if !s.null {
			b = fmt.Sprint(s.number)
		}
		require.NoError(t, e.Read(fmt.Appendf(nil, `{"id":"%d","a":%s,"b":%s}`, i, a, b)))
		require.NoError(t, e.Complete())
		row, err := e.Row()
		require.NoError(t, err)
		s.row = tab.Insert(bytes.Clone(row), 1).Row
		list = append(list, s)
	}
	return tab, list
}

// randomTexts makes texts that begin alike, of code units at which orders part.
func randomTexts(r *rand.Rand, n int) [][]uint16 {
	alphabet := []uint16{0, 'a', 'a', 'a', 'b', 'z', 0xe9, 0xd7ff, 0xd800, 0xd83d, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff}
	alphabet = alphabet[:1+r.IntN(len(alphabet))]
	texts := make([][]uint16, n)
	for i := range texts {
		switch {
		case i > 0 && r.IntN(3) == 0:
			texts[i] = slices.Clone(texts[r.IntN(i)])
		case r.IntN(8) == 0:
			continue
		}
		if texts[i] == nil {
			texts[i] = []uint16{}
		}
		for range r.IntN(12) {
			texts[i] = append(texts[i], alphabet[r.IntN(len(alphabet))])
		}
	}
	return texts
}

func TestOrder_IsThatOfCodeUnitsAndNumbersAndOfInsertion(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 3))
		tab, list := sortedTable(t, r, randomTexts(r, 1+r.IntN(900)))
		for _, c := range []struct{ textDown, numberDown bool }{{}, {true, false}, {false, true}, {true, true}} {
			o := table.Order{Table: tab, Keys: []table.Key{{Field: 1, Descending: c.textDown}, {Field: 2, Descending: c.numberDown}}}
			want := numbers(slices.SortedStableFunc(slices.Values(list), func(a, b sorted) int { return a.compare(b, c.textDown, c.numberDown) }))
			for _, n := range []int{len(list), len(list) / 10, 1, 0} {
				require.Equal(t, want[:n], append([]uint32{}, o.First(numbers(list), n)...), "seed %d, %+v, the first %d", seed, c, n)
			}
			if !c.textDown && !c.numberDown {
				require.Equal(t, want, tab.Ordered()[0].Rows(), "seed %d", seed)
			}
		}
	}
}

func numbers(list []sorted) []uint32 {
	rows := make([]uint32, len(list))
	for i, s := range list {
		rows[i] = s.row
	}
	return rows
}

// Each text is the beginning of the next one, or differs from it at its end alone: a
// sort that went on by a recursion for each would go thousands deep.
func TestOrder_SortsTextsThatGoOnFromOneAnother(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	texts := make([][]uint16, 1500)
	for i := range texts {
		texts[i] = slices.Repeat([]uint16{'a'}, i)
		if i%3 == 0 {
			texts[i] = append(texts[i], 0xd83d, 0xde00)
		}
	}
	r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	tab, list := sortedTable(t, r, texts)
	want := numbers(slices.SortedStableFunc(slices.Values(list), func(a, b sorted) int { return a.compare(b, false, false) }))
	require.Equal(t, want, tab.Ordered()[0].Rows())
}
