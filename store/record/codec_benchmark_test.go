//go:build !js || sdl

package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

// BenchmarkEncode makes rows of comments, one after the other, of what a page sends
// and of objects. Bytes are those of the text.
func BenchmarkEncode(b *testing.B) {
	s, comments := storetest.Schema(b, storetest.Blog), storetest.NewBlog(100).Comments
	for _, form := range []struct {
		name string
		text func(storetest.BlogRecord) []byte
	}{
		{"array", storetest.BlogRecord.Array},
		{"object", func(r storetest.BlogRecord) []byte { return r.Object(s) }},
	} {
		b.Run(form.name, func(b *testing.B) {
			var texts [][]byte
			for _, r := range comments {
				texts = append(texts, form.text(r))
			}
			e := record.NewEncoder(s.Model("Comment"))
			b.SetBytes(int64(len(texts[0])))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				err := e.Read(texts[i%len(texts)])
				if err == nil {
					err = e.Complete()
				}
				if err == nil {
					_, err = e.Row()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecode reads rows of comments. Bytes are those of what is made.
func BenchmarkDecode(b *testing.B) {
	m := storetest.Schema(b, storetest.Blog).Model("Comment")
	l, rows := record.LayoutOf(m), storetest.BlogRows(b, m, storetest.NewBlog(100).Comments)
	write := func(name string, appended func(dst []byte, r record.Row) []byte) {
		b.Run(name, func(b *testing.B) {
			var text []byte
			b.SetBytes(int64(len(appended(nil, rows[0]))))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				text = appended(text[:0], rows[i%len(rows)])
			}
			require.NotEmpty(b, text)
		})
	}
	write("object", l.AppendJSON)
	write("array", func(dst []byte, r record.Row) []byte { return append(dst, l.Values(r)...) })
	b.Run("value", func(b *testing.B) {
		author, kind := m.Field("author").Index, record.Value{}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			kind = record.Decode(l.Value(rows[i%len(rows)], author))
		}
		require.NotEmpty(b, kind.Text)
	})
}
