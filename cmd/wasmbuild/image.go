package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// image is a wasm program with the memory that it starts with taken out.
type image struct {
	before, after []byte // the sections around that of the data
	base          int    // the first address that has data
	memory        []byte // from address 0 on
}

var errImage = errors.New("not a wasm program of the form that is known")

const (
	dataSection  = 11
	i32Const     = 0x41
	end          = 0x0b
	mostMemory   = 1 << 28
	emptyStretch = 4096 // zeros that are worth the end of a segment
)

// readImage takes a program apart.
func readImage(program []byte) (*image, error) {
	r := &wasmReader{rest: program}
	r.take(8) // magic and version
	for len(r.rest) > 0 && !r.bad {
		start := len(program) - len(r.rest)
		kind := r.take(1)
		content := wasmReader{rest: r.take(int(r.unsigned()))}
		if r.bad || kind[0] != dataSection {
			continue
		}
		m := &image{before: program[:start], after: r.rest, base: mostMemory}
		for range content.unsigned() {
			address, data := content.segment()
			if content.bad || address < 0 || address+len(data) > mostMemory {
				return nil, errImage
			}
			m.base = min(m.base, address)
			if more := address + len(data) - len(m.memory); more > 0 {
				m.memory = append(m.memory, make([]byte, more)...)
			}
			copy(m.memory[address:], data)
		}
		return m, nil
	}
	return nil, errImage
}

// program puts the program together again. The linker ends a data segment wherever
// eight bytes are zero; the tens of thousands of addresses weigh more than the zeros,
// which compress to nothing. So segments end at long stretches of zeros only.
func (m *image) program() []byte {
	var segments []byte
	count := uint64(0)
	for at := m.base; at < len(m.memory); {
		length := bytes.Index(m.memory[at:], make([]byte, emptyStretch))
		if length < 0 {
			length = len(m.memory) - at
		}
		segments = appendSegment(segments, at, m.memory[at:at+length])
		count++
		for at += length; at < len(m.memory) && m.memory[at] == 0; {
			at++
		}
	}
	content := append(binary.AppendUvarint(nil, count), segments...)
	section := append(binary.AppendUvarint([]byte{dataSection}, uint64(len(content))), content...)
	return slices.Concat(m.before, section, m.after)
}

// appendSegment writes an active segment of memory 0: flags, i32.const address, end,
// length, bytes.
func appendSegment(dst []byte, address int, data []byte) []byte {
	dst = append(dst, 0, i32Const)
	for ; address > 0x3f; address >>= 7 {
		dst = append(dst, byte(address)|0x80)
	}
	dst = append(dst, byte(address), end)
	return append(binary.AppendUvarint(dst, uint64(len(data))), data...)
}

// wasmReader reads a wasm program; bad is set when it ends too soon.
type wasmReader struct {
	rest []byte
	bad  bool
}

func (r *wasmReader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.bad, r.rest = true, nil
		return make([]byte, 1)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *wasmReader) unsigned() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.take(max(n, 1))
	return v
}

// signed reads a signed LEB128 number of at most 32 bits.
func (r *wasmReader) signed() int {
	value, shift := 0, 0
	for {
		b := r.take(1)[0]
		value |= int(b&0x7f) << shift
		shift += 7
		if b < 0x80 || r.bad || shift > 35 {
			if b&0x40 != 0 {
				value -= 1 << shift
			}
			return value
		}
	}
}

// segment reads what appendSegment writes.
func (r *wasmReader) segment() (address int, data []byte) {
	if r.unsigned() != 0 || r.take(1)[0] != i32Const {
		r.bad = true
	}
	address = r.signed()
	if r.take(1)[0] != end {
		r.bad = true
	}
	return address, r.take(int(r.unsigned()))
}
