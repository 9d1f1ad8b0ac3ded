package log_test

import (
	"encoding/binary"
	"hash/crc32"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// sealed is the content in a frame whose checksum is right.
func sealed(kind byte, content []byte) []byte {
	b := append([]byte{kind, log.Version, 0, 0, 0, 0}, content...)
	binary.LittleEndian.PutUint32(b[2:], crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// fuzz feeds a reader with content behind a right checksum, so that the structure
// is what is tried.
func fuzz(f *testing.F, kind string) {
	data := sample()[kind]
	f.Add(data[6:])
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, content []byte) {
		before := slices.Clone(content)
		if _, err := read(kind, sealed(data[0], content)); err != nil {
			require.ErrorIs(t, err, code.Corrupt)
		}
		require.Equal(t, before, content)
		_, err := read(kind, content)
		if err != nil && len(content) > 0 {
			require.Contains(t, []code.Code{code.Corrupt, code.Format}, code.Of(err))
		}
	})
}

func FuzzReadEntry(f *testing.F)    { fuzz(f, "entry") }
func FuzzReadBlock(f *testing.F)    { fuzz(f, "block") }
func FuzzReadManifest(f *testing.F) { fuzz(f, "manifest") }

func TestRead_AllocatesNoMoreThanTheBytesAreWorth(t *testing.T) {
	huge := binary.AppendUvarint(nil, 1<<40)
	for kind, content := range map[string][]byte{
		"entry":    slices.Concat(make([]byte, 8), []byte{9, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0}, huge, huge),
		"block":    slices.Concat([]byte{4, 1, 'M'}, huge, huge),
		"manifest": slices.Concat([]byte{1, 1}, huge, huge),
	} {
		data := sealed(sample()[kind][0], append(content, make([]byte, 1000)...))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read(kind, data)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), kind)
	}
}
