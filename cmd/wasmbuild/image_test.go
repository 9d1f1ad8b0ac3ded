package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// programOf returns a program with data segments between two other sections.
func programOf(segments map[int]string) []byte {
	content := []byte{byte(len(segments))}
	for address, data := range segments {
		content = appendSegment(content, address, []byte(data))
	}
	section := append([]byte{dataSection, byte(len(content)&0x7f) | 0x80, byte(len(content) >> 7)}, content...)
	return slices.Concat([]byte("\x00asm\x01\x00\x00\x00\x06\x01x"), section, []byte("\x00\x02zz"))
}

func TestImage_JoinsSegmentsThatLieNearEachOther(t *testing.T) {
	for name, c := range map[string]struct {
		segments, want map[int]string
	}{
		"one":      {map[int]string{64: "a"}, map[int]string{64: "a"}},
		"near":     {map[int]string{64: "a", 80: "b"}, map[int]string{64: "a" + strings.Repeat("\x00", 15) + "b"}},
		"touching": {map[int]string{70_000: "ab", 70_002: "c"}, map[int]string{70_000: "abc"}},
	} {
		m, err := readImage(programOf(c.segments))
		require.NoError(t, err, name)
		require.Equal(t, string(programOf(c.want)[11+3:]), string(m.program()[11+2:]), name)
	}
}

func TestImage_EndsASegmentAtManyZeros(t *testing.T) {
	m, err := readImage(programOf(map[int]string{64: "a", 65 + emptyStretch: "b"}))
	require.NoError(t, err)
	again, err := readImage(m.program())
	require.NoError(t, err)
	require.Equal(t, m.memory, again.memory)
	require.Less(t, len(m.program()), 64)
}
