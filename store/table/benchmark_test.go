//go:build !js || sdl

package table_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/table"
)

const (
	benchmarkRows = 10_000
	benchmarkMore = 1000 // rows that come later
)

// commentsBy returns an empty table of comments with indexes over their author, and
// rows for it.
func commentsBy(b *testing.B) (t *table.Table, author int, rows, more []record.Row) {
	b.Helper()
	m := storetest.Schema(b, storetest.Blog).Model("Comment")
	all := storetest.BlogRows(b, m, storetest.NewBlog((benchmarkRows+benchmarkMore)/10).Comments)
	author = m.Field("author").Index
	t = table.New(m)
	t.AddIndex([]int{author})
	t.AddOrdered([]int{author})
	return t, author, all[:benchmarkRows], all[benchmarkRows:]
}

func insert(t *table.Table, rows []record.Row) (changes []table.Change) {
	for _, row := range rows {
		changes = append(changes, t.Insert(row, 1))
	}
	return changes
}

func undo(t *table.Table, changes []table.Change) {
	for i := len(changes) - 1; i >= 0; i-- {
		t.Undo(changes[i])
	}
}

func redo(t *table.Table, changes []table.Change) {
	for _, c := range changes {
		t.Redo(c)
	}
}

// BenchmarkEquality is of an index that finds the comments of an author among 10,000.
// 1,000 more come and go, which are the same each time, so that the table does not grow.
func BenchmarkEquality(b *testing.B) {
	t, author, rows, more := commentsBy(b)
	insert(t, rows)
	x := t.Index([]int{author})
	key := t.Layout.Value(rows[0], author)
	want := x.Count(key)
	require.Positive(b, want)
	b.Run("build", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			table.GiveUp(t)
			if x.Count(key) != want {
				b.Fatal("a wrong answer")
			}
		}
	})
	b.Run("insert-and-undo-1000", func(b *testing.B) {
		changes := insert(t, more)
		b.ReportAllocs()
		for b.Loop() {
			undo(t, changes)
			redo(t, changes)
		}
		undo(t, changes)
	})
	b.Run("seek", func(b *testing.B) {
		var found []uint32
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if found = x.Rows(found[:0], t.Layout.Value(rows[i%len(rows)], author)); len(found) == 0 {
				b.Fatal("none is found")
			}
		}
	})
}

// BenchmarkOrdered is the same of an index that keeps 10,000 comments in the order of
// their authors.
func BenchmarkOrdered(b *testing.B) {
	t, author, rows, more := commentsBy(b)
	insert(t, rows)
	x := t.Ordered()[0]
	require.Len(b, x.Rows(), len(rows))
	b.Run("build", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			table.GiveUp(t)
			if len(x.Rows()) != len(rows) {
				b.Fatal("a wrong answer")
			}
		}
	})
	b.Run("insert-and-undo-1000", func(b *testing.B) {
		changes := insert(t, more)
		b.ReportAllocs()
		for b.Loop() {
			undo(t, changes)
			without := len(x.Rows())
			redo(t, changes)
			if with := len(x.Rows()); without != len(rows) || with != len(rows)+len(more) {
				b.Fatal(without, with)
			}
		}
		undo(t, changes)
	})
	b.Run("seek", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			v := record.Decode(t.Layout.Value(rows[i%len(rows)], author))
			values := []*record.Value{&v}
			if x.Seek(values, table.After) <= x.Seek(values, table.Before) {
				b.Fatal("none is found")
			}
		}
	})
}
