package record

import (
	"encoding/binary"
	"slices"
)

// AppendPacked writes n rows in the form in which a page makes values of them
// fastest; row gives the one at a position, nil when it is gone. Most texts are ASCII
// without escapes, of which a page cuts its strings out without parsing. Where there
// are more than twice as many other values as strings, to parse all at once is faster:
//
//	4 bytes          number of fields, little-endian as all that follows
//	4 bytes          length of the sizes
//	4 bytes          length of the text to be cut
//	4 bytes          length of the text to be parsed
//	rows × n × 4     for each value its bytes and the one behind it; 0 in a row to be parsed
//	                 the JSON texts of the other rows' values, each with one byte behind it
//	                 the JSON array of the rows to be parsed, an array each or null
func (l *Layout) AppendPacked(dst []byte, row func(i int) Row, n int) []byte {
	const head, size = 16, 4
	sizes := n * len(l.Names) * size
	start := len(dst)
	dst = slices.Grow(dst, head+sizes)[:start+head+sizes]
	clear(dst[start:])
	at := start + head
	var parsed []int
	for i := range n {
		r := row(i)
		if r == nil || !l.plain(r) {
			parsed = append(parsed, i)
			at += size * len(l.Names)
			continue
		}
		text := l.Values(r)
		before, strings := 1, 0
		for f := range l.Names {
			end := len(text)
			switch {
			case f+1 == len(l.Names):
			case r[4] == 1:
				end = int(r[headerSize+f+1])
			default:
				end = offsetAt(r, f+1)
			}
			if text[before] == '"' {
				strings++
			}
			b, length := dst[at:at+size], uint32(end-before)
			b[0], b[1], b[2], b[3] = byte(length), byte(length>>8), byte(length>>16), byte(length>>24)
			before = end
			at += size
		}
		if 3*strings < len(l.Names) {
			clear(dst[at-size*len(l.Names) : at])
			parsed = append(parsed, i)
			continue
		}
		if i == len(parsed) { // the first that is cut; the others are likely to be as long
			dst = slices.Grow(dst, min(n*len(text), mostGuessed))
		}
		dst = append(dst, text[1:]...)
	}
	text := len(dst)
	dst = append(dst, '[')
	for k, i := range parsed {
		if k > 0 {
			dst = append(dst, ',')
		}
		if r := row(i); r != nil {
			dst = append(dst, l.Values(r)...)
		} else {
			dst = append(dst, "null"...)
		}
	}
	dst = append(dst, ']')
	for i, number := range [...]int{len(l.Names), sizes, text - at, len(dst) - text} {
		binary.LittleEndian.PutUint32(dst[start+4*i:], uint32(number))
	}
	return dst
}

// mostGuessed is for how many bytes room is made on a guess.
const mostGuessed = 1 << 20

// plain reports whether the row's text is ASCII without escapes. It looks at eight bytes
// at once. Here as above what would be called is written out, for the reason that Value does it.
func (l *Layout) plain(r Row) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	b := l.Values(r)
	var seen uint64 // the high bit of a byte: it is not ASCII, or one of the backslashes that became zeros
	for ; len(b) >= 8; b = b[8:] {
		w := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		seen |= w | ((w ^ '\\'*ones) - ones)
	}
	for _, c := range b {
		seen |= uint64(c) | (uint64(c^'\\') - 1)
	}
	return seen&high == 0
}
