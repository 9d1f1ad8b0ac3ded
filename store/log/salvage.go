package log

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/granarydb/granary/store/record"
)

// Mended returns a stored value whose content has its checksum and whose first two
// bytes, which that does not cover, are not those of a value of that kind, with
// those put right; nil for any other. Whether it was damage or a newer version
// that wrote them, the content must show.
func Mended(data []byte, kind byte) []byte {
	if len(data) <= frameSize || data[0] == kind && data[1] == Version ||
		binary.LittleEndian.Uint32(data[2:]) != checksum(data[frameSize:]) {
		return nil
	}
	data = bytes.Clone(data)
	data[0], data[1] = kind, Version
	return data
}

// BlockID returns the id that a block has by its own account; false when that
// cannot be trusted.
func BlockID(data []byte) (uint64, bool) {
	r, err := open(data, 'B', "a block")
	if err != nil {
		return 0, false
	}
	id := r.number()
	return id, !r.bad
}

// Parts is what an entry says, its layouts being numbers still.
type Parts struct {
	Nonce   uint64
	After   uint64 // as Head tells it
	Commits [][]Part
	Layouts []*record.Layout // that it names, in the order of their numbers
}

// Part is one operation.
type Part struct {
	Layout uint64     // the number of its layout
	Row    record.Row // nil for a deletion; whether it is sound, the layout must show
	Key    []byte     // for a deletion
}

// ReadParts takes an entry apart without knowledge of the entries before it.
func ReadParts(e Entry) (*Parts, error) {
	name := "log entry " + strconv.FormatUint(e.Sequence, 10)
	r, err := open(e.Data, 'E', name)
	if err != nil {
		return nil, err
	}
	if len(e.Data) < entryHead || binary.LittleEndian.Uint64(e.Data[entryHead-12:]) != e.Sequence {
		return nil, damaged(name, "is another entry")
	}
	p := &Parts{}
	p.Nonce, p.After = Head(e.Data)
	if p.Layouts, r.rest = layoutsOf(e.Data); r.rest == nil {
		return nil, damaged(name, "has broken layouts")
	}
	for len(r.rest) > 0 && !r.bad {
		commit := []Part{}
		for n := r.count(); n > 0 && !r.bad; n-- {
			commit = append(commit, r.part())
		}
		p.Commits = append(p.Commits, commit)
	}
	return p, r.err()
}

func (r *reader) part() Part {
	head := r.number()
	p := Part{Layout: head >> 1}
	if head&1 == 1 {
		p.Key = r.bytes()
		return p
	}
	n := record.Length(r.rest)
	r.bad = r.bad || n == 0
	p.Row = record.Row(r.rest[:n:n])
	r.rest = r.rest[n:]
	return p
}

// layoutsOf returns the layouts that an entry names and the bytes of its commits;
// nil when it cannot be read to its end.
func layoutsOf(entry []byte) (list []*record.Layout, commits []byte) {
	content := entry[entryHead:]
	end := binary.LittleEndian.Uint32(entry[entryHead-4:])
	if uint64(end) > uint64(len(content)) {
		return nil, nil
	}
	r := &reader{rest: content[end:]}
	for n := r.count(); n > 0 && !r.bad; n-- {
		list = append(list, r.layout())
	}
	if r.bad || len(r.rest) > 0 {
		return nil, nil
	}
	return list, content[:end:end]
}

// GuessLayouts returns the layouts that a damaged entry seems to name. They are not
// to be trusted.
func GuessLayouts(entry []byte) []*record.Layout {
	if len(entry) < entryHead {
		return nil
	}
	list, _ := layoutsOf(entry)
	return list
}

// GuessManifest returns what a damaged manifest seems to say; nil when it cannot be
// read to its end. It is not to be trusted.
func GuessManifest(data []byte) *Manifest {
	if len(data) < frameSize {
		return nil
	}
	m, err := readManifest(&reader{rest: data[frameSize:], name: "the manifest"})
	if err != nil {
		return nil
	}
	return m
}
