package record_test

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/record"
)

func TestAppendPacked_HasEveryRowAsItIs(t *testing.T) {
	l := record.NewLayout("Note", []int{0}, []string{"id", "text", "number"}, nil)
	var texts []string
	var rows []record.Row
	add := func(values ...string) {
		raw := make([][]byte, len(values))
		for i, v := range values {
			raw[i] = []byte(v)
		}
		rows = append(rows, l.Append(nil, raw))
		texts = append(texts, "["+strings.Join(values, ",")+"]")
	}
	for _, long := range []int{0, 1, 7, 8, 9, 100, 300, 70_000} { // offsets of each width, and tails of each length
		for _, odd := range []string{"", "~", "\x7f", "é", "\\n", "\\\\", "]", "世", "𝄞"} {
			for at := range min(long, 9) + 1 {
				text := strings.Repeat("x", at) + odd + strings.Repeat("[", long-at)
				add(`"1"`, `"`+text+`"`, "null")
				add(`"`+text+`"`, "-1.5e+21", `["a",{"b":"`+text+`"}]`)
				add("5", "null", `["`+text+`"]`)
			}
		}
	}
	rows, texts = append(rows, nil), append(texts, "null") // one that is gone
	for _, n := range []int{0, 1, 2, len(rows)} {
		packed := l.AppendPacked([]byte("before"), func(i int) record.Row { return rows[i] }, n)
		require.Equal(t, "before", string(packed[:6]))
		require.Equal(t, texts[:n], unpack(t, packed[6:], n))
	}
}

// unpack gives the JSON text of each row, and holds those that are cut to be plain and to have strings, and the others not.
func unpack(t *testing.T, packed []byte, n int) []string {
	number := func(at int) int { return int(binary.LittleEndian.Uint32(packed[at:])) }
	fields, sizes, length := number(0), number(4), number(8)
	require.Len(t, packed, 16+sizes+length+number(12))
	require.Equal(t, n*fields*4, sizes)
	text := packed[16+sizes:][:length]
	var others []json.RawMessage
	require.NoError(t, json.Unmarshal(packed[16+sizes+length:], &others))
	got := []string{}
	for i := range n {
		var values []string
		for f := range fields {
			if size := number(16 + 4*(i*fields+f)); size > 0 {
				values = append(values, string(text[:size-1]))
				text = text[size:]
			}
		}
		row := "[" + strings.Join(values, ",") + "]"
		if len(values) == 0 {
			row, others = string(others[0]), others[1:]
		} else {
			require.Len(t, values, fields)
		}
		plain := row != "null" && !strings.HasPrefix(row, "[5") && !strings.ContainsFunc(row, func(r rune) bool { return r == '\\' || r > unicode.MaxASCII })
		require.Equal(t, plain, len(values) > 0, row)
		got = append(got, row)
	}
	require.Empty(t, text)
	require.Empty(t, others)
	return got
}
