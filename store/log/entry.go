package log

import (
	"encoding/binary"
	"strconv"

	"github.com/granarydb/granary/store/record"
)

// EntryWriter writes one entry: the commits that go out together. An entry holds
//
//	nonce      8 random bytes by which its writer knows it again
//	after      8 bytes: the nonce of the entry before, without which this one is void; 0 when it stands by itself
//	sequence   8 bytes, little-endian: its number
//	end        4 bytes, little-endian: how many bytes of commits follow
//	commits    each a list of operations
//	layouts    those that the log has not named since the manifest
//
// and an operation is a layout, and a row put or the key of a row deleted; no key
// stands for all rows of the layout's model. Layouts are numbered in the order in
// which the manifest and the entries since name them.
type EntryWriter struct {
	layouts []*record.Layout // that the log knows already
	fresh   []*record.Layout // that this entry names
	frame   []byte
}

// entryHead is the bytes before the commits.
const entryHead = frameSize + 8 + 8 + 8 + 4

// NewEntryWriter starts an entry of about that many bytes of rows; known are the
// layouts that the log has named.
func NewEntryWriter(known []*record.Layout, size int) *EntryWriter {
	return &EntryWriter{layouts: known, frame: frame('E', size+size/16+1024)[:entryHead]}
}

// Commit starts a commit of that many operations.
func (w *EntryWriter) Commit(operations int) {
	w.frame = binary.AppendUvarint(w.frame, uint64(operations))
}

// Put adds a row to the commit.
func (w *EntryWriter) Put(l *record.Layout, row record.Row) {
	w.frame = binary.AppendUvarint(w.frame, w.number(l)<<1)
	w.frame = append(w.frame, row...)
}

// Delete adds the deletion of the row with that key.
func (w *EntryWriter) Delete(l *record.Layout, key []byte) {
	w.frame = binary.AppendUvarint(w.frame, w.number(l)<<1|1)
	w.frame = appendBytes(w.frame, key)
}

// DeleteAll adds the deletion of all rows of the layout's model: the deletion of a
// key without bytes, which no row has.
func (w *EntryWriter) DeleteAll(l *record.Layout) { w.Delete(l, nil) }

// Bytes returns the finished entry of that number and the layouts that the log
// knows once it is in. after is the nonce of an entry that was not known to be in
// when this one was written, or 0.
func (w *EntryWriter) Bytes(nonce, after, sequence uint64) ([]byte, []*record.Layout) {
	b := w.frame
	binary.LittleEndian.PutUint64(b[frameSize:], nonce)
	binary.LittleEndian.PutUint64(b[frameSize+8:], after)
	binary.LittleEndian.PutUint64(b[frameSize+16:], sequence)
	binary.LittleEndian.PutUint32(b[entryHead-4:], uint32(len(b)-entryHead))
	b = binary.AppendUvarint(b, uint64(len(w.fresh)))
	for _, l := range w.fresh {
		b = appendLayout(b, l)
	}
	known := append(w.layouts[:len(w.layouts):len(w.layouts)], w.fresh...)
	return seal(b), known
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
	Key    []byte     // for a deletion; without bytes for that of all rows of the model
}

// ReadEntry takes an entry apart and calls apply for each operation in order.
// known are the layouts that the log has named before it; the result are those
// that it has named then. Rows and keys share the bytes of data. Whether the entry
// counts at all, Head tells.
func ReadEntry(e Entry, known []*record.Layout, apply func(Operation) error) ([]*record.Layout, error) {
	name := entryName(e)
	r, err := openEntry(e, name)
	if err != nil {
		return nil, err
	}
	content := e.Data[entryHead:]
	end := binary.LittleEndian.Uint32(e.Data[entryHead-4:])
	if uint64(end) > uint64(len(content)) {
		return nil, damaged(name, "is cut short")
	}
	r.rest = content[end:]
	known = known[:len(known):len(known)]
	for range r.count() {
		known = append(known, r.layout())
	}
	if len(r.rest) > 0 || r.bad {
		return nil, damaged(name, "has broken layouts")
	}
	r.rest = content[:end]
	for len(r.rest) > 0 {
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
	return known, r.err()
}

// CheckEntry finds out whether the bytes of an entry are those that were written.
func CheckEntry(e Entry) error {
	_, err := openEntry(e, entryName(e))
	return err
}

func entryName(e Entry) string { return "log entry " + strconv.FormatUint(e.Sequence, 10) }

func openEntry(e Entry, name string) (*reader, error) {
	r, err := open(e.Data, 'E', name)
	switch {
	case err != nil:
		return nil, err
	case len(e.Data) < entryHead:
		return nil, damaged(name, "is cut short")
	case binary.LittleEndian.Uint64(e.Data[frameSize+16:]) != e.Sequence:
		return nil, damaged(name, "is another entry")
	}
	return r, nil
}

// Head returns the random number by which an entry's writer knows it again, and
// that of the entry without which it is void, 0 when it stands by itself. An entry
// that is too short for a head has neither.
func Head(data []byte) (nonce, after uint64) {
	if len(data) < entryHead {
		return 0, 0
	}
	return binary.LittleEndian.Uint64(data[frameSize:]), binary.LittleEndian.Uint64(data[frameSize+8:])
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
