package log_test

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	post  = record.NewLayout("Post", []int{0}, []string{"id", "title"}, []string{"ID!", "String"})
	point = record.NewLayout("Point", []int{1, 0}, []string{"y", "x", "note"}, []string{"Int!", "Int!", "String"})
)

func row(l *record.Layout, values ...string) record.Row {
	texts := make([][]byte, len(values))
	for i, v := range values {
		texts[i] = []byte(v)
	}
	return l.Append(nil, texts)
}

// sample is one of each stored value.
func sample() map[string][]byte {
	w := log.NewEntryWriter([]*record.Layout{post}, 0)
	w.Commit(3)
	w.Put(post, row(post, `"1"`, `"é"`))
	w.Put(point, row(point, `1`, `2`, `"`+strings.Repeat("n", 300)+`"`))
	w.Delete(post, []byte(`"0"`))
	w.Commit(0)
	w.Commit(2)
	w.Delete(point, []byte(`2,1`))
	w.DeleteAll(post)
	entry, _ := w.Bytes(0x0123456789abcdef, 0xfedcba9876543210, 9)

	b := log.NewBlockWriter(4, post)
	b.Add(row(post, `"1"`, `null`))
	b.Add(row(post, `"2"`, `"t"`))

	m := log.Manifest{Through: 300, Nonce: 1<<63 + 5, NextBlock: 8, Layouts: []*record.Layout{post, point}, Segments: []log.Segment{
		{Model: "Post", Blocks: []log.BlockInfo{{ID: 3, Rows: 2, Size: 70000}, {ID: 7, Rows: 1, Size: 90}}}, {Model: "Point"}}}
	return map[string][]byte{"entry": entry, "block": b.Bytes(), "manifest": m.Bytes()}
}

// read reads a stored value of that kind and returns what it says.
func read(kind string, data []byte) (said []string, err error) {
	switch kind {
	case "entry":
		_, err = log.ReadEntry(log.Entry{Sequence: 9, Data: data}, []*record.Layout{post}, func(op log.Operation) error {
			text := op.Layout.Model + " delete " + string(op.Key)
			if op.Row != nil {
				text = op.Layout.Model + " put " + string(op.Layout.AppendJSON(nil, op.Row))
				op.Layout.AppendKey(nil, op.Row, op.Layout.Key)
			}
			said = append(said, text)
			return nil
		})
	case "block":
		var l *record.Layout
		var rows []byte
		if l, rows, err = log.ReadBlock(4, data); err == nil {
			for n := record.Length(rows); n > 0; n = record.Length(rows) {
				if r := record.Row(rows[:n]); l.Sound(r) {
					l.AppendKey(nil, r, l.Key)
					said = append(said, string(l.AppendJSON(nil, r)))
				}
				rows = rows[n:]
			}
		}
	case "manifest":
		var m *log.Manifest
		if m, err = log.ReadManifest(data); err == nil {
			said = append(said, string(m.Bytes()))
		}
	}
	return said, err
}

func TestRoundTrip_ReadsWhatWasWritten(t *testing.T) {
	said, err := read("entry", sample()["entry"])
	require.NoError(t, err)
	require.Equal(t, []string{`Post put {"id":"1","title":"é"}`, `Point put {"y":1,"x":2,"note":"` + strings.Repeat("n", 300) + `"}`,
		`Post delete "0"`, `Point delete 2,1`, `Post delete `}, said)
	said, err = read("block", sample()["block"])
	require.NoError(t, err)
	require.Equal(t, []string{`{"id":"1","title":null}`, `{"id":"2","title":"t"}`}, said)

	m, err := log.ReadManifest(sample()["manifest"])
	require.NoError(t, err)
	require.Equal(t, uint64(300), m.Through)
	require.Equal(t, uint64(1<<63+5), m.Nonce)
	require.Equal(t, uint64(8), m.NextBlock)
	require.True(t, m.Layouts[0].Equal(post) && m.Layouts[1].Equal(point))
	require.Equal(t, log.BlockInfo{ID: 3, Rows: 2, Size: 70000}, m.Segments[0].Blocks[0])
	require.Equal(t, "Point", m.Segments[1].Model)

	none, err := log.ReadManifest(nil)
	require.NoError(t, err)
	require.Equal(t, &log.Manifest{NextBlock: 1}, none)
}

func TestEntry_NamesEachLayoutOnceAndKnowsItsNonce(t *testing.T) {
	w := log.NewEntryWriter(nil, 100)
	w.Commit(2)
	w.Put(post, row(post, `"1"`, `null`))
	w.Put(post, row(post, `"2"`, `null`))
	data, known := w.Bytes(77, 0, 1)
	require.Equal(t, []*record.Layout{post}, known)
	nonce, after := log.Head(data)
	require.Equal(t, []uint64{77, 0}, []uint64{nonce, after})
	for n := range 34 {
		nonce, after = log.Head(data[:n])
		require.Equal(t, []uint64{0, 0}, []uint64{nonce, after})
	}

	again := record.NewLayout("Post", []int{0}, []string{"id", "title"}, []string{"ID!", "String"})
	next := log.NewEntryWriter(known, 1)
	next.Commit(1)
	next.Put(again, row(again, `"3"`, `null`))
	data, known2 := next.Bytes(78, 77, 2)
	require.Equal(t, known, known2, "a layout that is the same is the same")
	nonce, after = log.Head(data)
	require.Equal(t, []uint64{78, 77}, []uint64{nonce, after})
	got, err := log.ReadEntry(log.Entry{Sequence: 2, Data: data}, known, func(op log.Operation) error {
		require.Same(t, post, op.Layout)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, known, got)
}

func TestReadEntry_StopsWhereApplyFails(t *testing.T) {
	calls := 0
	_, err := log.ReadEntry(log.Entry{Sequence: 9, Data: sample()["entry"]}, []*record.Layout{post}, func(log.Operation) error {
		calls++
		return code.SchemaChanged
	})
	require.ErrorIs(t, err, code.SchemaChanged)
	require.Equal(t, 1, calls)
}

func TestRead_NoticesEveryFlippedBit(t *testing.T) {
	for kind, data := range sample() {
		for at := range data {
			for bit := range 8 {
				bad := slices.Clone(data)
				bad[at] ^= 1 << bit
				said, err := read(kind, bad)
				want := code.Corrupt
				if at == 1 && bad[1] > log.Version {
					want = code.Format
				}
				require.ErrorIs(t, err, want, "%s, byte %d, bit %d", kind, at, bit)
				require.Empty(t, said)
			}
		}
	}
}

func TestRead_NoticesEveryCutAndEveryAddition(t *testing.T) {
	for kind, data := range sample() {
		for n := range data {
			if kind == "manifest" && n == 0 {
				continue
			}
			_, err := read(kind, data[:n])
			require.ErrorIs(t, err, code.Corrupt, "%s, %d bytes", kind, n)
		}
		_, err := read(kind, append(slices.Clone(data), 0))
		require.ErrorIs(t, err, code.Corrupt)
	}
}

func TestRead_SaysWhatIsDamaged(t *testing.T) {
	for kind, name := range map[string]string{"entry": "log entry 9", "block": "block 4", "manifest": "the manifest"} {
		bad := sample()[kind]
		bad[len(bad)-1] ^= 1
		_, err := read(kind, bad)
		require.EqualError(t, err, name+" fails its checksum: the stored bytes were damaged")
		bad = sample()[kind]
		bad[1] = log.Version + 1
		_, err = read(kind, bad)
		require.EqualError(t, err, name+" is in storage format 2, this code reads up to 1: load the newer version of the app")
	}
}

func TestRead_OfAnotherNumberIsDamage(t *testing.T) {
	_, err := log.ReadEntry(log.Entry{Sequence: 8, Data: sample()["entry"]}, []*record.Layout{post}, nil)
	require.EqualError(t, err, "log entry 8 is another entry: the stored bytes were damaged")
	_, _, err = log.ReadBlock(5, sample()["block"])
	require.EqualError(t, err, "block 5 is another block: the stored bytes were damaged")
}

func TestRead_OfAnotherKindIsDamage(t *testing.T) {
	for kind := range sample() {
		for other, data := range sample() {
			if kind != other {
				_, err := read(kind, data)
				require.ErrorIs(t, err, code.Corrupt)
			}
		}
	}
}

// Storage of released versions has these bytes. They may never change.
func TestFormat_IsThatOfVersion1(t *testing.T) {
	for kind, data := range sample() {
		file := filepath.Join("testdata", kind+".v1.hex")
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(lines(hex.EncodeToString(data))), 0o644))
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err, "run the test with -update")
		require.Equal(t, string(text), lines(hex.EncodeToString(data)), kind)
		stored, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
		require.NoError(t, err)
		_, err = read(kind, stored)
		require.NoError(t, err)
	}
}

// lines breaks text after every 64 characters.
func lines(text string) string {
	out := ""
	for len(text) > 64 {
		out += text[:64] + "\n"
		text = text[64:]
	}
	return out + text + "\n"
}
