package log

import (
	"encoding/binary"
	"strconv"

	"github.com/granarydb/granary/store/record"
)

// EntryWriter writes one entry: the commits that go out together. An entry holds
//
//	nonce      8 random bytes by which its writer knows it again
//	layouts    those that the log has not named since the manifest
//	commits    each a list of operations
//
// and an operation is a layout, and a row put or the key of a row deleted.
// Layouts are numbered in the order in which the manifest and the entries since
// name them.
type EntryWriter struct {
	layouts []*record.Layout // that the log knows already
	fresh   []*record.Layout // that this entry names
	body    []byte
	commits int
}

// NewEntryWriter starts an entry; known are the layouts that the log has named.
func NewEntryWriter(known []*record.Layout) *EntryWriter { return &EntryWriter{layouts: known} }

// Commit starts a commit of that many operations.
func (w *EntryWriter) Commit(operations int) {
	w.commits++
	w.body = binary.AppendUvarint(w.body, uint64(operations))
}

// Put adds a row to the commit.
func (w *EntryWriter) Put(l *record.Layout, row record.Row) {
	w.body = binary.AppendUvarint(w.body, w.number(l)<<1)
	w.body = append(w.body, row...)
}

// Delete adds the deletion of the row with that key.
func (w *EntryWriter) Delete(l *record.Layout, key []byte) {
	w.body = binary.AppendUvarint(w.body, w.number(l)<<1|1)
	w.body = appendBytes(w.body, key)
}

// Size returns the bytes written so far.
func (w *EntryWriter) Size() int { return len(w.body) }

// Bytes returns the finished entry and the layouts that the log knows once it is
// in.
func (w *EntryWriter) Bytes(nonce uint64) ([]byte, []*record.Layout) {
	b := frame('E', len(w.body)+256)
	b = binary.LittleEndian.AppendUint64(b, nonce)
	b = binary.AppendUvarint(b, uint64(len(w.fresh)))
	for _, l := range w.fresh {
		b = appendLayout(b, l)
	}
	b = binary.AppendUvarint(b, uint64(w.commits))
	known := append(w.layouts[:len(w.layouts):len(w.layouts)], w.fresh...)
	return seal(append(b, w.body...)), known
}

func (w *EntryWriter) number(l *record.Layout) uint64 {
	for i, known := range w.layouts {
		if known == l || known.Equal(l) {
			return uint64(i)
		}
	}
	for i, known := range w.fresh {
		if known == l {
			return uint64(len(w.layouts) + i)
		}
	}
	w.fresh = append(w.fresh, l)
	return uint64(len(w.layouts) + len(w.fresh) - 1)
}

// Operation is one row put, or the key of one deleted.
type Operation struct {
	Layout *record.Layout
	Row    record.Row // nil for a deletion
	Key    []byte     // for a deletion
}

// ReadEntry takes an entry apart and calls apply for each operation in order.
// known are the layouts that the log has named before it; the result are those
// that it has named then. Rows and keys share the bytes of data.
func ReadEntry(e Entry, known []*record.Layout, apply func(Operation) error) ([]*record.Layout, error) {
	name := "log entry " + strconv.FormatUint(e.Sequence, 10)
	r, err := open(e.Data, 'E', name)
	if err != nil {
		return nil, err
	}
	if len(r.rest) < 8 {
		return nil, damaged(name, "is cut short")
	}
	r.rest = r.rest[8:]
	known = known[:len(known):len(known)]
	for range r.count() {
		known = append(known, r.layout())
	}
	for range r.count() {
		for range r.count() {
			op, err := r.operation(known)
			if err != nil {
				return nil, err
			}
			if err := apply(op); err != nil {
				return nil, err
			}
		}
	}
	if len(r.rest) > 0 {
		r.bad = true
	}
	return known, r.err()
}

// Nonce returns the random number by which an entry's writer knows it again.
func Nonce(data []byte) (uint64, bool) {
	if len(data) < frameSize+8 {
		return 0, false
	}
	return binary.LittleEndian.Uint64(data[frameSize:]), true
}

func (r *reader) operation(known []*record.Layout) (Operation, error) {
	head := r.number()
	if r.bad || head>>1 >= uint64(len(known)) {
		r.bad = true
		return Operation{}, r.err()
	}
	op := Operation{Layout: known[head>>1]}
	if head&1 == 1 {
		op.Key = r.bytes()
		return op, r.err()
	}
	n := record.Length(r.rest)
	op.Row = record.Row(r.rest[:n:n])
	r.rest = r.rest[n:]
	if n == 0 || !op.Layout.Sound(op.Row) {
		r.bad = true
	}
	return op, r.err()
}
