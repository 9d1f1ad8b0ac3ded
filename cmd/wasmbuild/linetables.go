package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// A Go program carries tables from machine code to file names and line numbers, to
// the functions that were inlined, and to the arguments of functions, all for the
// traces that it prints when it crashes. In a page they are a twentieth of what is
// loaded, and the names of the functions say enough; those of the runtime's own,
// which no trace of a panic shows, go too. What follows knows the form of these
// tables from the toolchain's runtime/symtab.go; a toolchain with another form is
// noticed by its magic number and its program keeps them.
const (
	lineTableMagic    = 0xfffffff1 // of Go 1.20 and later
	lineTableHeader   = 8 + 8*8    // magic, padding, quantum, pointer size; eight 64-bit numbers
	functionEntrySize = 8          // of the function table: entry, offset
	functionSize      = 44         // of a function, before its pcdata offsets
	moduleWords       = 41         // of the module's description, up to the base of funcdata
)

// Words of the module's description that say where the lookup table is, and of which
// addresses. It has an entry for every so many bytes, and wasm has so many for each
// function, all the same, which is why lookupCut does without it.
const (
	wordLookup  = 19
	wordMinimum = 20
	wordMaximum = 21
	lookupSize  = 20   // of an entry: its first function, and by how many later each sixteenth of it begins
	lookupBytes = 4096 // of addresses
)

// Words of a function.
const (
	wordName    = 1
	wordDepths  = 4 // the first table
	wordFiles   = 5
	wordLines   = 6
	wordTables  = 7 // how many pcdata there are
	wordUnit    = 8 // index of the first file name
	wordLine    = 9 // where the function starts
	noTable     = 0
	noData      = 0xffffffff
	dataCountAt = 43 // a byte: how many funcdata there are
)

// pcdata and funcdata that only traces use.
const (
	unsafePoints   = 0 // pcdata; for preemption by signals, which wasm has not
	inlineIndex    = 2
	inlineTree     = 3 // funcdata
	inlineTreeSize = 16
	liveArguments  = 3 // pcdata
	argumentNames  = 5 // funcdata
)

var errLineTables = errors.New("the program's line tables are not of the form that is known")

// slim returns a smaller program that does the same: without line tables, if their
// form is known, and with its data in one piece. The lookup table goes too when the
// program was compiled with lookupCut.
func slim(program []byte, lookup bool) ([]byte, error) {
	m, err := readImage(program)
	if err != nil {
		return nil, err
	}
	t, err := findLineTables(m.memory)
	if err == nil {
		t.drop()
		if lookup {
			err = t.dropLookup(m.memory)
		}
	}
	return m.program(), err
}

// dropLookup clears the table in which the runtime looks for the function of an address.
func (t *lineTables) dropLookup(memory []byte) error {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(t.module[8*i:]) }
	start, minimum, maximum := word(wordLookup), word(wordMinimum), word(wordMaximum)
	if minimum > maximum || start > uint64(len(memory)) {
		return errLineTables
	}
	count := func(each uint64) uint64 { return (maximum - minimum + each - 1) / each }
	size := 4*count(lookupBytes) + count(lookupBytes/16)
	if size > uint64(len(memory))-start {
		return errLineTables
	}
	table, last := memory[start:][:size], uint32(0)
	for entry := range slices.Chunk(table, lookupSize) {
		first := binary.LittleEndian.Uint32(entry)
		if first < last || first > uint32(t.functions) || slices.Max(entry[4:]) != 0 {
			return errLineTables
		}
		last = first
	}
	clear(table)
	return nil
}

// lineTables is the part of a program's memory that describes its functions.
type lineTables struct {
	functions int
	names     []byte
	files     []byte
	programs  []byte // tables that functions refer to by offset
	entries   []byte // the function table, and behind it the functions
	data      []byte // what funcdata refers to by offset
	module    []byte // the description of the module
}

// findLineTables looks for the tables in a program's memory.
func findLineTables(memory []byte) (*lineTables, error) {
	for at := 0; at+lineTableHeader < len(memory); at += 8 {
		head := memory[at:]
		if binary.LittleEndian.Uint32(head) != lineTableMagic || head[4] != 0 || head[5] != 0 || head[6] != 1 || head[7] != 8 {
			continue
		}
		word := func(i int) uint64 { return binary.LittleEndian.Uint64(head[8+8*i:]) }
		functions, names, units, programs, entries := word(0), word(3), word(4), word(6), word(7)
		size := uint64(len(head))
		if names > units || units > programs || programs > entries || entries > size || functions > (size-entries)/functionEntrySize {
			return nil, errLineTables
		}
		module := findModule(memory, uint64(at), uint64(at)+names)
		if module == nil {
			return nil, errLineTables
		}
		base := binary.LittleEndian.Uint64(module[8*(moduleWords-1):])
		if base == 0 || base >= uint64(len(memory)) {
			return nil, errLineTables
		}
		return &lineTables{
			functions: int(functions),
			names:     head[names:units],
			files:     head[units:programs],
			programs:  head[programs:entries],
			entries:   head[entries:],
			data:      memory[base:],
			module:    module,
		}, nil
	}
	return nil, errLineTables
}

// findModule finds the description of the module, which begins with the addresses of the
// tables and of the names; nil when there is none.
func findModule(memory []byte, tables, names uint64) []byte {
	begin := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, tables), names)
	at := bytes.Index(memory, begin)
	if at < 0 || at+8*moduleWords > len(memory) {
		return nil
	}
	return memory[at:]
}

// used is what functions still refer to, by offset, and how long the dropped trees of
// inlined functions are.
type used struct {
	names, programs, data map[uint32]bool
	trees                 map[uint32]int
}

// drop takes the references to what only traces need out of all functions, and
// clears what nothing refers to any more.
func (t *lineTables) drop() {
	u := used{map[uint32]bool{}, map[uint32]bool{}, map[uint32]bool{}, map[uint32]int{}}
	for i := range t.functions {
		if f := t.function(i); f != nil {
			t.trim(f, &u)
		}
	}
	clear(t.files)
	keepOnly(t.names, u.names, nameLength)
	keepOnly(t.programs, u.programs, programLength)
	for offset, length := range u.trees {
		if !u.data[offset] && int(offset)+length <= len(t.data) {
			clear(t.data[offset:][:length])
		}
	}
}

// trim takes the references out of one function.
func (t *lineTables) trim(f function, u *used) {
	for _, n := range []int{wordFiles, wordLines, wordUnit, wordLine} {
		f.set(n, 0)
	}
	if hidden(text(t.names, f.word(wordName))) {
		f.set(wordName, 0)
	}
	u.names[f.word(wordName)] = true
	u.programs[f.word(wordDepths)] = true

	tree := 0
	tables, data := int(f.word(wordTables)), int(f[dataCountAt])
	for n := range tables {
		at := functionSize/4 + n
		switch n {
		case inlineIndex:
			tree = inlineTreeSize * (1 + greatest(t.programs, f.word(at)))
			f.set(at, noTable)
		case unsafePoints, liveArguments:
			f.set(at, noTable)
		}
		u.programs[f.word(at)] = true
	}
	for n := range data {
		at := functionSize/4 + tables + n
		offset := f.word(at)
		switch n {
		case inlineTree:
			u.trees[offset] = max(u.trees[offset], tree)
			f.set(at, noData)
		case argumentNames:
			f.set(at, noData)
		default:
			u.data[offset] = true
		}
	}
}

// function is the description of a function, and what follows it.
type function []byte

func (f function) word(n int) uint32   { return binary.LittleEndian.Uint32(f[4*n:]) }
func (f function) set(n int, v uint32) { binary.LittleEndian.PutUint32(f[4*n:], v) }

// function returns function i, nil when it does not lie where functions do.
func (t *lineTables) function(i int) function {
	offset := int(binary.LittleEndian.Uint32(t.entries[i*functionEntrySize+4:]))
	if offset+functionSize > len(t.entries) {
		return nil
	}
	f := function(t.entries[offset:])
	if functionSize/4+int(f.word(wordTables))+int(f[dataCountAt]) > len(f)/4 {
		return nil
	}
	return f
}

// hidden tells whether a function is one of those of the runtime that a trace of a
// panic leaves out, as showfuncinfo of runtime/traceback.go does.
func hidden(name string) bool {
	inner, ofRuntime := strings.CutPrefix(name, "runtime.")
	if !ofRuntime {
		return strings.HasPrefix(name, "internal/runtime/")
	}
	inner = strings.TrimLeft(inner, "(*")
	return inner != "" && inner[0] >= 'a' && inner[0] <= 'z' &&
		!strings.HasPrefix(inner, "panic") && !strings.HasPrefix(inner, "gopanic") && !strings.HasPrefix(inner, "goexit")
}

// text returns the string at offset, which a zero ends.
func text(b []byte, offset uint32) string {
	if int(offset) >= len(b) {
		return ""
	}
	return string(b[offset:][:nameLength(b[offset:])])
}

// nameLength returns the length of a string that a zero ends.
func nameLength(b []byte) int {
	if n := bytes.IndexByte(b, 0); n >= 0 {
		return n
	}
	return len(b)
}

// keepOnly clears b but for the pieces at offsets.
func keepOnly(b []byte, offsets map[uint32]bool, length func([]byte) int) {
	old := bytes.Clone(b)
	clear(b)
	for offset := range offsets {
		if int(offset) < len(b) {
			copy(b[offset:], old[offset:][:length(old[offset:])])
		}
	}
}

// programLength returns the length of a table: pairs of varints, ended by a first
// half of zero that is not the first of all.
func programLength(b []byte) int {
	length, _ := walk(b)
	return length
}

// greatest returns the greatest value of the table at offset, -1 when there is none.
func greatest(b []byte, offset uint32) int {
	if offset == noTable || int(offset) >= len(b) {
		return -1
	}
	_, value := walk(b[offset:])
	return value
}

// walk goes through a table; the first halves of its pairs are differences of
// values, zigzag-coded, beginning at -1.
func walk(b []byte) (length, greatest int) {
	at, value, greatest := 0, -1, -1
	for first := true; ; first = false {
		step, n := binary.Uvarint(b[at:])
		if n <= 0 || step == 0 && !first {
			return min(at+max(n, 0), len(b)), greatest
		}
		value += int(step>>1) ^ -int(step&1)
		greatest = max(greatest, value)
		at += n
		if _, n = binary.Uvarint(b[at:]); n <= 0 {
			return at, greatest
		}
		at += n
	}
}
