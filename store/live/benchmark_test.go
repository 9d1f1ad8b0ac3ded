//go:build !js || sdl

package live_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/live"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/table"
)

const places = `type Place @model(timestamps: null) { id: ID! name: String! size: Int! }`

// BenchmarkView changes one of 100,000 rows: under a view sorted by the
// field that changes, of which 50 are shown; and under 1,000 views that do not
// match it.
func BenchmarkView(b *testing.B) {
	s := storetest.Schema(b, places)
	t := table.New(s.Models[0])
	tables := predicate.Tables{t}
	e := record.NewEncoder(s.Models[0])
	row := func(i, size int) record.Row {
		require.NoError(b, e.Read(fmt.Appendf(nil, `["p%d","Place %d",%d]`, i, i, size)))
		require.NoError(b, e.Complete())
		row, err := e.Row()
		require.NoError(b, err)
		return row
	}
	for i := range 100_000 {
		t.Insert(row(i, i*7919%1_000_003), 1)
	}
	view := func(where string, order ...table.Key) *live.View {
		f, err := predicate.Parse(s.Models[0], []byte(where))
		require.NoError(b, err)
		return live.NewView(tables, live.Query{Filter: f, Order: order, End: 50})
	}
	sorted := view(`{"all":true}`, table.Key{Field: 2, Descending: true})
	var others []*live.View
	for range 1000 {
		others = append(others, view(`{"field":"size","op":"lt","value":-1}`))
	}
	b.Run("update-sorted", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			n := uint32(i * 31 % 100_000)
			c := t.Update(n, row(int(n), i*104729%1_000_003), 2)
			sorted.Apply([]live.Touch{{Table: t, Row: n, Before: c.Before()}})
		}
	})
	b.Run("update-untouched", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			n := uint32(i * 31 % 100_000)
			c := t.Update(n, row(int(n), i*104729%1_000_003), 2)
			for _, v := range others {
				v.Apply([]live.Touch{{Table: t, Row: n, Before: c.Before()}})
			}
		}
	})
}
