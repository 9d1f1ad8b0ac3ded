package jsontext_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/jsontext"
)

var valid = []string{
	`null`, `true`, `false`, `0`, `-0`, `1`, `-12`, `1.5`, `1e5`, `1E+5`, `1.25e-7`, `123456789012345678901234567890`,
	`""`, `"a"`, `"\"\\\/\b\f\n\r\t"`, `"\u0000"`, `"\u00e9"`, `"\ud83d\ude00"`, `"\ud800"`, `"\udc00\ud800"`, `"é😀"`, "\"\u2028\x7f\"",
	`[]`, `[1]`, `[1,2,[3,[]],{}]`, `{}`, `{"a":1}`, `{"a":{"b":[]},"a":2}`, " \t\r\n[ 1 , 2 ] \n", `{ "a" : [ { } ] }`, `[[[[[[]]]]]]`,
}

var invalid = []string{
	``, ` `, `nul`, `nulll`, `True`, `tru`, `fals`, `+1`, `01`, `-`, `-01`, `1.`, `.5`, `1e`, `1e+`, `0x1`, `NaN`, `Infinity`, `1 2`,
	`"`, `"a`, `"\x"`, `"\u12"`, `"\u12g4"`, `"\`, "\"\n\"", "\"\x00\"", "\"\x1f\"", "\x00", "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"",
	`[`, `]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `[1}`, `{`, `}`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{a:1}`, `{"a" 1}`,
	`{1:2}`, `{"a":1 "b":2}`, `{,}`, `{"a":}`, `{]`, `[}`, `'a'`, `[1],`, `{}{}`, "\ufeff1", `// c`,
}

// scan reads one value and the end of the text.
func scan(text []byte) ([]byte, error) {
	s := jsontext.New(text)
	raw := s.Raw()
	s.End()
	return raw, s.Err()
}

func TestRaw_ReadsWhatIsJSON(t *testing.T) {
	for _, text := range valid {
		raw, err := scan([]byte(text))
		require.NoError(t, err, "%q", text)
		require.Equal(t, strings.Trim(text, " \t\r\n"), string(raw))
	}
}

func TestRaw_RefusesWhatIsNot(t *testing.T) {
	for _, text := range invalid {
		raw, err := scan([]byte(text))
		require.Error(t, err, "%q", text)
		require.True(t, raw == nil || len(raw) < len(text), "%q", text)
		var syntax *jsontext.SyntaxError
		require.ErrorAs(t, err, &syntax)
		require.True(t, syntax.Offset >= 0 && syntax.Offset <= len(text), "%q: %v", text, err)
	}
}

func TestRaw_CutAnywhereIsRefused(t *testing.T) {
	const text = `{"key":[true,false,null,-1.5e+10,"a\u00e9\\b"],"other":{"deep":[[{}]]}}`
	for n := range len(text) {
		_, err := scan([]byte(text[:n]))
		require.Error(t, err, "%s", text[:n])
	}
}

func TestRaw_NestsToItsBoundAndNoFurther(t *testing.T) {
	nested := func(n int) []byte {
		return []byte(strings.Repeat("[", n) + strings.Repeat("]", n))
	}
	_, err := scan(nested(jsontext.MaxDepth))
	require.NoError(t, err)
	_, err = scan(nested(jsontext.MaxDepth + 1))
	require.ErrorContains(t, err, "nested deeper than 256")
	_, err = scan(bytes.Repeat([]byte(`{"a":`), 1_000_000))
	require.ErrorContains(t, err, "nested deeper than 256")
}

func TestScanner_WalksAStructure(t *testing.T) {
	s := jsontext.New([]byte(` { "a" : [ 1 , "x\ny" , null ] , "b\u0041" : { } , "c" : true } `))
	require.True(t, s.BeginObject())
	key, more := s.NextKey()
	require.True(t, more)
	require.Equal(t, "a", string(key))
	require.Equal(t, byte('['), s.Peek())
	require.True(t, s.BeginArray())
	require.True(t, s.NextElement())
	require.False(t, s.Null())
	require.Equal(t, "1", string(s.Number()))
	require.True(t, s.NextElement())
	require.Equal(t, "x\ny", string(s.String()))
	require.True(t, s.NextElement())
	require.True(t, s.Null())
	require.False(t, s.NextElement())
	key, more = s.NextKey()
	require.True(t, more)
	require.Equal(t, "bA", string(key))
	require.True(t, s.BeginObject())
	_, more = s.NextKey()
	require.False(t, more)
	_, more = s.NextKey()
	require.True(t, more)
	require.True(t, s.Bool())
	_, more = s.NextKey()
	require.False(t, more)
	require.True(t, s.End())
	require.NoError(t, s.Err())
	require.Equal(t, byte(0), s.Peek())
}

func TestScanner_KeepsItsFirstError(t *testing.T) {
	for name, read := range map[string]func(s *jsontext.Scanner){
		"object":  func(s *jsontext.Scanner) { s.BeginObject() },
		"array":   func(s *jsontext.Scanner) { s.BeginArray() },
		"string":  func(s *jsontext.Scanner) { s.String() },
		"bool":    func(s *jsontext.Scanner) { s.Bool() },
		"number":  func(s *jsontext.Scanner) { s.Number() },
		"element": func(s *jsontext.Scanner) { s.NextElement() },
		"key":     func(s *jsontext.Scanner) { s.NextKey() },
	} {
		t.Run(name, func(t *testing.T) {
			s := jsontext.New([]byte(`  ?`))
			read(s)
			first := s.Err()
			require.Error(t, first)
			require.Nil(t, s.Raw())
			require.Nil(t, s.Number())
			require.Nil(t, s.String())
			require.Nil(t, s.RawString())
			require.False(t, s.Null())
			require.False(t, s.Bool())
			require.False(t, s.BeginArray())
			require.False(t, s.NextElement())
			require.False(t, s.End())
			require.Equal(t, first, s.Err())
			s.Reset([]byte(`1`))
			require.Equal(t, "1", string(s.Raw()))
			require.NoError(t, s.Err())
		})
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range append(valid, invalid...) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		raw, err := scan(text)
		if tooDeep(text) || !utf8.Valid(text) {
			return // the standard library has other bounds and mends what is no UTF-8
		}
		require.Equal(t, json.Valid(text), err == nil, "%q: %v", text, err)
		if err != nil {
			return
		}
		var want bytes.Buffer
		require.NoError(t, json.Compact(&want, text))
		require.Equal(t, want.String(), string(jsontext.AppendCompact(nil, raw)))
	})
}

// tooDeep reports whether the text may be nested deeper than the bound.
func tooDeep(text []byte) bool {
	return bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > jsontext.MaxDepth
}
