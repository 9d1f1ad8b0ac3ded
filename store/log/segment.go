package log

import (
	"encoding/binary"
	"strconv"

	"github.com/granarydb/granary/store/record"
)

// Block sizes. A block is written when it has BlockSize bytes of rows; a single
// larger row makes a larger block.
const BlockSize = 512 << 10

// BlockWriter writes one block: its id, the layout of its rows, and rows of one
// model, one behind the other in order of insertion, in the form that they have in
// memory.
type BlockWriter struct {
	buffer []byte
	Rows   int
}

// NewBlockWriter starts the block of that id, for rows of that layout.
func NewBlockWriter(id uint64, l *record.Layout) *BlockWriter {
	return &BlockWriter{buffer: appendLayout(binary.AppendUvarint(frame('B', 4<<10), id), l)}
}

// Add appends a row.
func (w *BlockWriter) Add(row record.Row) {
	w.buffer = append(w.buffer, row...)
	w.Rows++
}

// Size returns the bytes written so far.
func (w *BlockWriter) Size() int { return len(w.buffer) }

// Bytes returns the finished block.
func (w *BlockWriter) Bytes() []byte { return seal(w.buffer) }

// ReadBlock checks a block and returns its layout and the bytes of its rows, which
// share those of data.
func ReadBlock(id uint64, data []byte) (*record.Layout, []byte, error) {
	name := "block " + strconv.FormatUint(id, 10)
	r, err := open(data, 'B', name)
	if err != nil {
		return nil, nil, err
	}
	if r.number() != id {
		return nil, nil, damaged(name, "is another block")
	}
	l := r.layout()
	return l, r.rest, r.err()
}

// Manifest says which blocks the store consists of, up to which log entry they
// hold everything, and which layouts the entries after that may use by number.
type Manifest struct {
	Through   uint64 // the last entry whose effects the blocks hold
	Nonce     uint64 // of that entry, as Head tells it; 0 when it was void
	NextBlock uint64 // the id of the next new block
	Layouts   []*record.Layout
	Segments  []Segment
}

// Segment is the rows of one model, as blocks in order of insertion.
type Segment struct {
	Model  string
	Blocks []BlockInfo
}

// BlockInfo describes one block.
type BlockInfo struct {
	ID   uint64
	Rows int
	Size int // bytes
}

// Size returns the bytes of all blocks.
func (m *Manifest) Size() int {
	size := 0
	for _, s := range m.Segments {
		for _, b := range s.Blocks {
			size += b.Size
		}
	}
	return size
}

// Bytes returns the manifest for storage.
func (m *Manifest) Bytes() []byte {
	b := frame('M', 256)
	b = binary.AppendUvarint(b, m.Through)
	b = binary.AppendUvarint(b, m.Nonce)
	b = binary.AppendUvarint(b, m.NextBlock)
	b = binary.AppendUvarint(b, uint64(len(m.Layouts)))
	for _, l := range m.Layouts {
		b = appendLayout(b, l)
	}
	b = binary.AppendUvarint(b, uint64(len(m.Segments)))
	for _, s := range m.Segments {
		b = appendString(b, s.Model)
		b = binary.AppendUvarint(b, uint64(len(s.Blocks)))
		for _, block := range s.Blocks {
			b = binary.AppendUvarint(b, block.ID)
			b = binary.AppendUvarint(b, uint64(block.Rows))
			b = binary.AppendUvarint(b, uint64(block.Size))
		}
	}
	return seal(b)
}

// ReadManifest reads a manifest from storage; no data is the manifest of an empty
// store.
func ReadManifest(data []byte) (*Manifest, error) {
	if data == nil {
		return &Manifest{NextBlock: 1}, nil
	}
	r, err := open(data, 'M', "the manifest")
	if err != nil {
		return nil, err
	}
	return readManifest(r)
}

// readManifest reads the content of a manifest.
func readManifest(r *reader) (*Manifest, error) {
	m := &Manifest{Through: r.number(), Nonce: r.number(), NextBlock: r.number()}
	for range r.count() {
		m.Layouts = append(m.Layouts, r.layout())
	}
	for range r.count() {
		s := Segment{Model: r.string()}
		for range r.count() {
			s.Blocks = append(s.Blocks, BlockInfo{ID: r.number(), Rows: int(r.number()), Size: int(r.number())})
		}
		m.Segments = append(m.Segments, s)
	}
	if len(r.rest) > 0 {
		r.bad = true
	}
	return m, r.err()
}
