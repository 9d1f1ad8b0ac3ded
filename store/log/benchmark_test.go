//go:build !js || sdl

package log_test

import (
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

// commentRows are the rows of so many comments of the blog, and how many bytes they are.
func commentRows(b *testing.B, n int) (l *record.Layout, rows []record.Row, size int) {
	b.Helper()
	m := storetest.Schema(b, storetest.Blog).Model("Comment")
	rows = storetest.BlogRows(b, m, storetest.NewBlog((n + 9) / 10).Comments[:n])
	for _, row := range rows {
		size += len(row)
	}
	return record.LayoutOf(m), rows, size
}

// BenchmarkChecksum is of one block: by the engine, and by the standard library.
func BenchmarkChecksum(b *testing.B) {
	data, table := make([]byte, log.BlockSize), crc32.MakeTable(crc32.Castagnoli)
	for name, sum := range map[string]func() uint32{
		"engine":  func() uint32 { return log.Checksum(0, data) },
		"library": func() uint32 { return crc32.Checksum(data, table) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(log.BlockSize)
			b.ReportAllocs()
			for b.Loop() {
				sum()
			}
		})
	}
}

// BenchmarkEntry is of one entry of the log that holds a commit of 1,000 comments.
func BenchmarkEntry(b *testing.B) {
	l, rows, size := commentRows(b, 1000)
	known := []*record.Layout{l}
	write := func() []byte {
		w := log.NewEntryWriter(known, size)
		w.Commit(len(rows))
		for _, row := range rows {
			w.Put(l, row)
		}
		data, _ := w.Bytes(7, 0, 9)
		return data
	}
	data := write()
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			write()
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			_, err := log.ReadEntry(log.Entry{Sequence: 9, Data: data}, known, func(log.Operation) error {
				n++
				return nil
			})
			if err != nil || n != len(rows) {
				b.Fatal(n, err)
			}
		}
	})
}

// BenchmarkBlock is of one block that is full of comments.
func BenchmarkBlock(b *testing.B) {
	l, rows, _ := commentRows(b, 3000)
	write := func() (data []byte, n int) {
		w := log.NewBlockWriter(4, l)
		for _, row := range rows {
			if w.Add(row); w.Size() >= log.BlockSize {
				break
			}
		}
		return w.Bytes(), w.Rows
	}
	data, n := write()
	require.Less(b, n, len(rows))
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			write()
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			read, found, err := log.ReadBlock(4, data)
			if err != nil {
				b.Fatal(err)
			}
			sound := 0
			for size := record.Length(found); size > 0; size = record.Length(found) {
				if read.Sound(record.Row(found[:size])) {
					sound++
				}
				found = found[size:]
			}
			if sound != n {
				b.Fatal(sound)
			}
		}
	})
}
