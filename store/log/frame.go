// Package log is the storage format: commits as entries of a log, live rows as
// blocks of segments, and the manifest that names the blocks. It turns these into
// bytes and back, and checks every byte that comes from storage; the port to the
// storage itself is Backend.
//
// Every stored value is a frame:
//
//	1 byte   what it is: 'E' entry, 'B' block, 'K' keys of a block, 'M' manifest
//	1 byte   version of the format, Version
//	4 bytes  CRC-32C of all that follows, little-endian
//	         the content
//
// Numbers in the content are unsigned varints, strings and byte strings have their
// length before them.
package log

import (
	"encoding/binary"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
)

// Version is the version of the storage format that this code writes.
const Version = 1

const frameSize = 6

// checksum returns the CRC-32C of b.
func checksum(b []byte) uint32 { return Checksum(0, b) }

// frame starts the bytes of a stored value.
func frame(kind byte, size int) []byte {
	return append(make([]byte, 0, size+frameSize), kind, Version, 0, 0, 0, 0)
}

// seal fills in the checksum of a complete frame.
func seal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[2:], checksum(b[frameSize:]))
	return b
}

// open checks a frame and returns a reader of its content. name is what an error
// calls it.
func open(b []byte, kind byte, name string) (*reader, error) {
	switch {
	case len(b) < frameSize || b[0] != kind:
		return nil, damaged(name, "is not of its kind")
	case b[1] > Version:
		return nil, &code.Error{Code: code.Format, Message: name + " is in storage format " +
			strconv.Itoa(int(b[1])) + ", this code reads up to " + strconv.Itoa(Version) + ": load the newer version of the app"}
	case b[1] == 0, binary.LittleEndian.Uint32(b[2:]) != checksum(b[frameSize:]):
		return nil, damaged(name, "fails its checksum")
	}
	return &reader{rest: b[frameSize:], name: name}, nil
}

func damaged(name, what string) error {
	return &code.Error{Code: code.Corrupt, Message: name + " " + what + ": the stored bytes were damaged"}
}

// reader takes a frame's content apart. After the first fault it returns zeros.
type reader struct {
	rest []byte
	name string
	bad  bool
}

func (r *reader) err() error {
	if r.bad {
		return damaged(r.name, "has a broken structure")
	}
	return nil
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count reads a number of things of at least one byte each.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) bytes() []byte {
	n := r.count()
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) string() string { return string(r.bytes()) }

func (r *reader) layout() *record.Layout {
	model := r.string()
	key := make([]int, r.count())
	for i := range key {
		key[i] = int(r.number())
	}
	names := make([]string, r.count())
	types := make([]string, len(names))
	for i := range names {
		names[i], types[i] = r.string(), r.string()
	}
	for _, k := range key {
		r.bad = r.bad || k < 0 || k >= len(names)
	}
	r.bad = r.bad || len(key) == 0
	return record.NewLayout(model, key, names, types)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendLayout(b []byte, l *record.Layout) []byte {
	b = appendString(b, l.Model)
	b = binary.AppendUvarint(b, uint64(len(l.Key)))
	for _, k := range l.Key {
		b = binary.AppendUvarint(b, uint64(k))
	}
	b = binary.AppendUvarint(b, uint64(len(l.Names)))
	for i, name := range l.Names {
		b = appendString(appendString(b, name), l.Types[i])
	}
	return b
}
