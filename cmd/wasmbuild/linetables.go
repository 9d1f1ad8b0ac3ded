package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Go program carries tables from machine code to file names and line numbers,
// for the traces that it prints when it crashes. In a page they are a twentieth of
// what is loaded (44 of 794 kB in brotli), and the names of the functions, which
// stay, say enough. What follows knows the form of these tables from the
// toolchain's runtime/symtab.go; a toolchain with another form is noticed by its
// magic number and its program left as it is.
const (
	lineTableMagic    = 0xfffffff1 // of Go 1.20 and later
	lineTableHeader   = 8 + 8*8    // magic, padding, quantum, pointer size; eight 64-bit numbers
	functionEntrySize = 8          // of the function table: entry, offset
	functionSize      = 44         // of a function, before its pcdata offsets
)

var errLineTables = errors.New("the program's line tables are not of the form that is known")

// dropLineTables returns the wasm program without its line tables: their bytes are
// zero and the functions refer to none.
func dropLineTables(program []byte) ([]byte, error) {
	out := append([]byte(nil), program...)
	segments, size, err := dataSegments(out)
	if err != nil {
		return nil, err
	}
	memory := make([]byte, size)
	for _, s := range segments {
		copy(memory[s.address:], s.bytes)
	}
	t, err := findLineTables(memory)
	if err != nil {
		return nil, err
	}
	t.drop()
	for _, s := range segments {
		copy(s.bytes, memory[s.address:])
	}
	return out, nil
}

// lineTables is the part of a program's memory that describes its functions.
type lineTables struct {
	functions int
	entries   []byte // the function table, and behind it the functions
	programs  []byte // tables that functions refer to by offset
}

// findLineTables looks for the tables in a program's memory.
func findLineTables(memory []byte) (*lineTables, error) {
	for at := 0; at+lineTableHeader < len(memory); at += 8 {
		head := memory[at:]
		if binary.LittleEndian.Uint32(head) != lineTableMagic || head[4] != 0 || head[5] != 0 || head[6] != 1 || head[7] != 8 {
			continue
		}
		word := func(i int) uint64 { return binary.LittleEndian.Uint64(head[8+8*i:]) }
		programs, entries, functions := word(6), word(7), word(0)
		if programs >= entries || entries+functions*functionEntrySize >= uint64(len(head)) {
			return nil, errLineTables
		}
		return &lineTables{int(functions), head[entries:], head[programs:entries]}, nil
	}
	return nil, errLineTables
}

// drop clears the tables of files and lines that no function uses for anything
// else, and the references to them.
func (t *lineTables) drop() {
	lines, others := map[uint32]bool{}, map[uint32]bool{}
	for i := range t.functions {
		f := t.function(i)
		if f == nil {
			continue
		}
		word := func(n int) uint32 { return binary.LittleEndian.Uint32(f[4*n:]) }
		others[word(4)] = true // stack depths
		for n := range int(word(7)) {
			if functionSize+4*n+4 <= len(f) {
				others[binary.LittleEndian.Uint32(f[functionSize+4*n:])] = true
			}
		}
		lines[word(5)], lines[word(6)] = true, true
		clear(f[4*5 : 4*7])
	}
	for offset := range lines {
		if offset != 0 && !others[offset] && int(offset) < len(t.programs) {
			clear(t.programs[offset : int(offset)+programLength(t.programs[offset:])])
		}
	}
}

// function returns the bytes from function i on.
func (t *lineTables) function(i int) []byte {
	offset := int(binary.LittleEndian.Uint32(t.entries[i*functionEntrySize+4:]))
	if offset+functionSize > len(t.entries) {
		return nil
	}
	return t.entries[offset:]
}

// programLength returns the length of a table: pairs of varints, ended by a first
// half of zero that is not the first of all.
func programLength(b []byte) int {
	at := 0
	for first := true; ; first = false {
		value, n := binary.Uvarint(b[at:])
		if n <= 0 || value == 0 && !first {
			return min(at+max(n, 0), len(b))
		}
		at += n
		if _, n = binary.Uvarint(b[at:]); n <= 0 {
			return at
		}
		at += n
	}
}

// dataSegment is a part of memory that the program brings along; bytes are the
// program's own.
type dataSegment struct {
	address int
	bytes   []byte
}

// dataSegments returns the active data segments of a wasm program, and the size of
// the memory that holds them.
func dataSegments(program []byte) (segments []dataSegment, size int, err error) {
	r := &wasmReader{rest: program}
	r.take(8) // magic and version
	for len(r.rest) > 0 && !r.bad {
		kind := r.take(1)
		content := wasmReader{rest: r.take(int(r.unsigned()))}
		const dataSection = 11
		if r.bad || kind[0] != dataSection {
			continue
		}
		for range content.unsigned() {
			s := content.segment()
			if content.bad || s.address < 0 || s.address+len(s.bytes) > 1<<30 {
				return nil, 0, fmt.Errorf("%w: data section", errLineTables)
			}
			segments = append(segments, s)
			size = max(size, s.address+len(s.bytes))
		}
	}
	if r.bad {
		return nil, 0, fmt.Errorf("%w: not a wasm program", errLineTables)
	}
	return segments, size, nil
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

// segment reads an active segment of memory 0: flags, i32.const address, end,
// length, bytes.
func (r *wasmReader) segment() dataSegment {
	const i32Const, end = 0x41, 0x0b
	if r.unsigned() != 0 || r.take(1)[0] != i32Const {
		r.bad = true
	}
	address := r.signed()
	if r.take(1)[0] != end {
		r.bad = true
	}
	return dataSegment{address, r.take(int(r.unsigned()))}
}
