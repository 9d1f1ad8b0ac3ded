package table

import "github.com/granarydb/granary/store/record"

const (
	firstChunk = 4 << 10 // bytes of the first chunk of an arena
	fullChunk  = 1 << 20 // bytes of a chunk once the arena has grown
)

// place is where a row lies: chunk number plus one, and offset. The zero place
// is nowhere.
type place struct{ chunk, offset uint32 }

// arena holds rows one behind the other in chunks. Rows are never moved or
// changed; what was appended stays readable for as long as somebody holds it.
type arena struct {
	chunks [][]byte
	next   int // size of the next chunk
}

// append copies the row in and returns its place.
func (a *arena) append(row record.Row) place {
	last := len(a.chunks) - 1
	if last < 0 || cap(a.chunks[last])-len(a.chunks[last]) < len(row) {
		a.next = min(max(firstChunk, 2*a.next), fullChunk)
		a.chunks = append(a.chunks, make([]byte, 0, max(a.next, len(row))))
		last++
	}
	offset := len(a.chunks[last])
	a.chunks[last] = append(a.chunks[last], row...)
	return place{uint32(last + 1), uint32(offset)}
}

// adopt takes a block of rows as a chunk of its own, without copying it.
func (a *arena) adopt(block []byte) (chunk uint32) {
	a.chunks = append(a.chunks, block[:len(block):len(block)])
	return uint32(len(a.chunks))
}

// row returns the row at p, which must not be nowhere. Its first bytes are its length,
// as record.Length reads it from bytes that might hold none.
func (a *arena) row(p place) record.Row {
	b := a.chunks[p.chunk-1][p.offset:]
	return record.Row(b[:uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24])
}
