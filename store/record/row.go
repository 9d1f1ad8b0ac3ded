// Package record knows the bytes of one record: how a row is laid out, how values
// are validated and brought into their one canonical form, and what its key is.
//
// A row is the JSON array of its values, in the order of the schema, behind a header:
//
//	4 bytes  length of the whole row, little-endian
//	1 byte   width of an offset: 1, 2 or 4 bytes
//	n × w    for each field the offset of its value in the JSON text, little-endian
//	         the JSON text
//
// So a field is read without parsing, a result is built by copying, and a row from
// the page, which sends the same array, is stored as it came. The names of the
// fields are in the layout: in each row they would be a third of its bytes.
package record

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/granarydb/granary/store/schema"
)

const headerSize = 5

// Row is the bytes of one record. A Row is never changed once it was made.
type Row []byte

// Length returns the length of the row at the head of b, or 0 if b cannot hold one.
func Length(b []byte) int {
	if len(b) < headerSize {
		return 0
	}
	n := int(binary.LittleEndian.Uint32(b))
	if n < headerSize || n > len(b) {
		return 0
	}
	return n
}

// Layout is the sequence of fields that a row was written with.
type Layout struct {
	Model  string
	Key    []int    // positions of the primary key
	Names  []string // of the fields
	Types  []string // of the fields, as describe gives them
	named  int      // bytes of before
	before []string // what stands before each value in a JSON object: {"id": or ,"title":
}

// NewLayout returns the layout of rows of that model with those fields.
func NewLayout(model string, key []int, names, types []string) *Layout {
	l := &Layout{Model: model, Key: key, Names: names, Types: types, before: make([]string, len(names))}
	for i, name := range names {
		opening := `,"`
		if i == 0 {
			opening = `{"`
		}
		l.before[i] = opening + name + `":`
		l.named += len(l.before[i])
	}
	return l
}

// LayoutOf returns the layout in which rows of m are written now.
func LayoutOf(m *schema.Model) *Layout {
	names, types := make([]string, len(m.Fields)), make([]string, len(m.Fields))
	for i, f := range m.Fields {
		names[i], types[i] = f.Name, describe(f.Type)
	}
	return NewLayout(m.Name, m.Key, names, types)
}

// describe names a type so that values written under equal names stay valid: with
// the values of its enum, or the fields of its custom type and of those inside it.
func describe(t schema.Type) string {
	text := typeName(t)
	var list []*schema.CustomType
	visit := func(t schema.Type) {
		if t.Scalar == schema.Enumeration {
			text += " " + strings.Join(t.Enum.Values, "|")
		}
		if t.Custom != nil && !slices.Contains(list, t.Custom) {
			list = append(list, t.Custom)
		}
	}
	visit(t)
	for i := 0; i < len(list); i++ {
		text += " " + list[i].Name
		for _, f := range list[i].Fields {
			text += " " + f.Name + ":" + typeName(f.Type)
			visit(f.Type)
		}
	}
	return text
}

// Equal reports whether rows of both layouts are written alike.
func (l *Layout) Equal(o *Layout) bool {
	return l == o || l.Model == o.Model && slices.Equal(l.Key, o.Key) &&
		slices.Equal(l.Names, o.Names) && slices.Equal(l.Types, o.Types)
}

// Field returns the position of a field, or -1.
func (l *Layout) Field(name string) int { return slices.Index(l.Names, name) }

// Append writes the row with those values, canonical JSON text each, to dst. A
// model has at least one field, its key.
func (l *Layout) Append(dst []byte, values [][]byte) []byte {
	size := 1 + len(values) // brackets and commas
	for _, v := range values {
		size += len(v)
	}
	dst = l.appendHeader(dst, values, size)
	separator := byte('[')
	for _, v := range values {
		dst = append(append(dst, separator), v...)
		separator = ','
	}
	return append(dst, ']')
}

// appendHeader writes the header of a row with those values, size bytes of text,
// and makes room for that.
func (l *Layout) appendHeader(dst []byte, values [][]byte, size int) []byte {
	width := 1
	if size > 0xffff {
		width = 4
	} else if size > 0xff {
		width = 2
	}
	dst = slices.Grow(dst, headerSize+width*len(values)+size)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(headerSize+width*len(values)+size))
	dst = append(dst, byte(width))
	offset := 1
	for _, v := range values {
		if width == 1 {
			dst = append(dst, byte(offset))
		} else {
			dst = appendOffset(dst, width, offset)
		}
		offset += len(v) + 1
	}
	return dst
}

// Values returns the JSON array of the row's values.
func (l *Layout) Values(r Row) []byte { return r[headerSize+int(r[4])*len(l.Names):] }

// AppendJSON writes the row as a JSON object to dst.
func (l *Layout) AppendJSON(dst []byte, r Row) []byte {
	text := l.Values(r)
	dst = slices.Grow(dst, l.named+len(text))
	end := len(text) - 1
	for i, before := range l.before {
		start, next := offsetAt(r, i), end
		if i+1 < len(l.before) {
			next = offsetAt(r, i+1) - 1
		}
		dst = append(append(dst, before...), text[start:next]...)
	}
	return append(dst, '}')
}

// Value returns the JSON text of field i. What it would call is written out here, as
// the page's engine is compiled without inlining and looks at many values.
func (l *Layout) Value(r Row, i int) []byte {
	n := len(l.Names)
	if r[4] != 1 {
		return l.longValue(r, i)
	}
	text := r[headerSize+n:]
	end := len(text)
	if i+1 < n {
		end = int(r[headerSize+i+1])
	}
	return text[r[headerSize+i] : end-1]
}

// longValue is Value of a row whose offsets have several bytes.
func (l *Layout) longValue(r Row, i int) []byte {
	text := l.Values(r)
	end := len(text)
	if i+1 < len(l.Names) {
		end = offsetAt(r, i+1)
	}
	return text[offsetAt(r, i) : end-1]
}

// IsNull reports whether field i is null.
func (l *Layout) IsNull(r Row, i int) bool {
	return l.Values(r)[offsetAt(r, i)] == 'n'
}

// AppendKey writes the values of the fields, joined by commas, to dst: the form
// in which keys are compared, hashed and logged. It returns false when one of
// them is null.
func (l *Layout) AppendKey(dst []byte, r Row, fields []int) ([]byte, bool) {
	for n, i := range fields {
		v := l.Value(r, i)
		if v[0] == 'n' {
			return dst, false
		}
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, v...)
	}
	return dst, true
}

// Sound reports whether r has the shape of a row of this layout: its lengths,
// offsets and separators fit, so that every field can be read. It does not look
// into the values.
func (l *Layout) Sound(r Row) bool {
	if len(r) == 0 || Length(r) != len(r) {
		return false
	}
	width := int(r[4])
	if width != 1 && width != 2 && width != 4 || len(r) < headerSize+width*len(l.Names)+2 {
		return false
	}
	text := r[headerSize+width*len(l.Names):]
	free := 0 // where the next value's separator can stand at the earliest
	separator := byte('[')
	for i := range l.Names {
		offset := offsetAt(r, i)
		if offset < free+1 || offset >= len(text) || text[offset-1] != separator {
			return false
		}
		free, separator = offset+1, ','
	}
	return free < len(text) && text[len(text)-1] == ']'
}

func offsetAt(r Row, i int) int {
	switch r[4] {
	case 1:
		return int(r[headerSize+i])
	case 2:
		return int(binary.LittleEndian.Uint16(r[headerSize+2*i:]))
	}
	return int(binary.LittleEndian.Uint32(r[headerSize+4*i:]))
}

// appendOffset writes an offset of more than one byte.
func appendOffset(dst []byte, width, offset int) []byte {
	if width == 2 {
		return binary.LittleEndian.AppendUint16(dst, uint16(offset))
	}
	return binary.LittleEndian.AppendUint32(dst, uint32(offset))
}
