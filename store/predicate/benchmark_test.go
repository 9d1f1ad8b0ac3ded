//go:build !js || sdl

package predicate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/table"
)

// predicates are of posts, by what they look at.
var predicates = []struct{ name, text string }{
	{"number", `{"field":"rating","op":"gt","value":5}`},
	{"text", `{"field":"status","op":"eq","value":"ACTIVE"}`},
	{"contains", `{"field":"title","op":"contains","value":"harbour"}`},
	{"and", `{"and":[{"field":"rating","op":"gt","value":5},{"field":"status","op":"eq","value":"ACTIVE"},` +
		`{"field":"title","op":"contains","value":"harbour"}]}`},
	{"in", `{"field":"status","op":"in","value":["DRAFT","ARCHIVED"]}`},
}

// posts is a table of 10,000 posts without an index besides that of their keys.
func posts(b *testing.B) (*schema.Model, predicate.Tables) {
	b.Helper()
	m := storetest.Schema(b, storetest.Blog).Model("Post")
	t := table.New(m)
	for _, row := range storetest.BlogRows(b, m, storetest.NewBlog(10_000).Posts) {
		t.Insert(row, 1)
	}
	tables := make(predicate.Tables, m.Index+1)
	tables[m.Index] = t
	return m, tables
}

// BenchmarkParse reads a predicate.
func BenchmarkParse(b *testing.B) {
	m := storetest.Schema(b, storetest.Blog).Model("Post")
	for _, p := range append(predicates, struct{ name, text string }{"related",
		`{"relation":"comments","some":{"field":"author","op":"eq","value":"user7"}}`}) {
		b.Run(p.name, func(b *testing.B) {
			b.SetBytes(int64(len(p.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := predicate.Parse(m, []byte(p.text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMatch asks of one post after the other whether it matches.
func BenchmarkMatch(b *testing.B) {
	m, tables := posts(b)
	t := tables.Of(m)
	for _, p := range predicates {
		f, err := predicate.Parse(m, []byte(p.text))
		require.NoError(b, err)
		b.Run(p.name, func(b *testing.B) {
			matched := 0
			b.ReportAllocs()
			for i := uint32(0); b.Loop(); i++ {
				if f.Match(tables, t.Row(i%t.End())) {
					matched++
				}
			}
			require.True(b, matched > 0 || b.N < 100)
		})
	}
}

// BenchmarkScan finds what matches among 10,000 posts.
func BenchmarkScan(b *testing.B) {
	m, tables := posts(b)
	bytes := int64(tables.Of(m).Bytes())
	for _, p := range predicates {
		f, err := predicate.Parse(m, []byte(p.text))
		require.NoError(b, err)
		b.Run(p.name, func(b *testing.B) {
			b.SetBytes(bytes)
			b.ReportAllocs()
			for b.Loop() {
				if len(f.Rows(tables, math.MaxInt)) == 0 {
					b.Fatal("none matches")
				}
			}
		})
	}
}
