package log

import (
	"encoding/binary"
	"strconv"

	"github.com/granarydb/granary/store/record"
)

// keysAt is the distance from a block's id to that of the value with its keys.
const keysAt = 1 << 52

// KeysID returns the id under which the keys of a block lie, if they do: by them a
// record is found without its model being in memory. They follow from the block.
func KeysID(block uint64) uint64 { return block + keysAt }

// IsKeys reports whether an id is one of KeysID.
func IsKeys(id uint64) bool { return id >= keysAt }

// KeysWriter writes the keys of one block: the block's id, the layout of its rows,
// and four bytes of checksum for each row's key.
type KeysWriter struct {
	layout *record.Layout
	buffer []byte
	key    []byte
}

// NewKeysWriter starts the keys of the block of that id.
func NewKeysWriter(block uint64, l *record.Layout) *KeysWriter {
	return &KeysWriter{layout: l, buffer: appendLayout(binary.AppendUvarint(frame('K', 4<<10), block), l)}
}

// Add appends the key of a row.
func (w *KeysWriter) Add(row record.Row) {
	w.key, _ = w.layout.AppendKey(w.key[:0], row, w.layout.Key)
	w.buffer = binary.LittleEndian.AppendUint32(w.buffer, checksum(w.key))
}

// Bytes returns what is to be stored under KeysID.
func (w *KeysWriter) Bytes() []byte { return seal(w.buffer) }

// Keys are the keys of one block.
type Keys struct {
	Layout *record.Layout // of the block's rows
	sums   []byte
}

// ReadKeys checks the keys of a block.
func ReadKeys(block uint64, data []byte) (*Keys, error) {
	name := "the keys of block " + strconv.FormatUint(block, 10)
	r, err := open(data, 'K', name)
	if err != nil {
		return nil, err
	}
	if r.number() != block {
		return nil, damaged(name, "are those of another block")
	}
	k := &Keys{Layout: r.layout()}
	k.sums = r.rest
	r.bad = r.bad || len(k.sums)%4 != 0
	return k, r.err()
}

// MayHave reports whether a key may be among them; false is certain.
func (k *Keys) MayHave(key []byte) bool {
	sum := checksum(key)
	for i := 0; i+4 <= len(k.sums); i += 4 {
		if binary.LittleEndian.Uint32(k.sums[i:]) == sum {
			return true
		}
	}
	return false
}
