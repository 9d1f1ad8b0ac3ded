package jsontext_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/jsontext"
)

func TestString_ReadsEveryEscape(t *testing.T) {
	for text, want := range map[string]string{
		`"\"\\\/\b\f\n\r\t"`:   "\"\\/\b\f\n\r\t",
		`"\u0041\u00e9\u20AC"`: "Aé€",
		`"\u0000"`:             "\x00",
		`"\ud83d\ude00"`:       "😀",
		`"\uD83D\uDE00"`:       "😀",
		`"\ud83d"`:             "\xed\xa0\xbd",
		`"\ude00"`:             "\xed\xb8\x80",
		`"\ude00\ud83d"`:       "\xed\xb8\x80\xed\xa0\xbd",
		`"\ud83d\ud83d\ude00"`: "\xed\xa0\xbd😀",
		`"\ud83dx\ude00"`:      "\xed\xa0\xbdx\xed\xb8\x80",
		`"\ud83d\n"`:           "\xed\xa0\xbd\n",
		`"\ud83d\u0041"`:       "\xed\xa0\xbdA",
		`"plain é 😀"`:          "plain é 😀",
		`""`:                   "",
	} {
		s := jsontext.New([]byte(text))
		require.Equal(t, want, string(s.String()), text)
		require.True(t, s.End(), text)
		require.True(t, jsontext.ValidString([]byte(want)), text)
	}
}

// Text that was damaged where it is stored may be anything.
func TestCharacters_OfDamagedTextAreThoseThatThereAre(t *testing.T) {
	for text, want := range map[string]string{`"ab"`: "ab", `"a\n"`: "a\n", `"`: "", ``: "", `"a\"`: "a", `"a\u12"`: "a", `"\ud83d\u"`: "\xed\xa0\xbd", `"\"`: ""} {
		require.Equal(t, want, string(jsontext.Characters([]byte(text))), text)
	}
}

// What JSON.stringify of a browser writes.
func TestAppendString_WritesWhatJSONStringifyWrites(t *testing.T) {
	for value, want := range map[string]string{
		"":                          `""`,
		"a\"b\\c/d":                 `"a\"b\\c/d"`,
		"\b\f\n\r\t":                `"\b\f\n\r\t"`,
		"\x00\x01\x1f":              `"\u0000\u0001\u001f"`,
		"\x7f\u0080\u2028\u2029<>&": "\"\x7f\u0080\u2028\u2029<>&\"",
		"é😀\ufffd\ufffe":            "\"é😀\ufffd\ufffe\"",
		"\xed\xa0\xbd":              `"\ud83d"`,
		"a\xed\xb8\x80z":            `"a\ude00z"`,
		"\xed\xbf\xbf":              `"\udfff"`,
		"a\xffb":                    "\"a\ufffdb\"",
		"\xed\xa0\xbd\xed\xb8\x80":  "\"😀\"",
		"\xc3":                      "\"\ufffd\"",
		"\xed\xa0":                  "\"\ufffd\ufffd\"",
		"\xf5\x80\x80\x80":          "\"\ufffd\ufffd\ufffd\ufffd\"",
	} {
		require.Equal(t, want, string(jsontext.AppendString(nil, []byte(value))), "%q", value)
		require.True(t, json.Valid([]byte(want)))
	}
	require.Equal(t, `x"y"`, string(jsontext.AppendString([]byte("x"), []byte("y"))))
}

func TestValidString_KnowsWTF8(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "aé€😀\x00": true, "\xed\xa0\x80": true, "\xed\xbf\xbf!": true, "\ufffd": true,
		"\xff": false, "\xc3": false, "\xc0\x80": false, "\xed\xa0": false, "\xed\xc0\x80": false, "a\x80": false, "\xf4\x90\x80\x80": false,
	} {
		require.Equal(t, want, jsontext.ValidString([]byte(text)), "%q", text)
	}
}

func FuzzString(f *testing.F) {
	for _, seed := range []string{"", "a", "\x00\x1f\"\\", "é😀\u2028", "\xed\xa0\x80", "\xed\xa0\xbd\xed\xb8\x80", "\xff\xc3("} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		text := jsontext.AppendString(nil, value)
		require.True(t, json.Valid(text), "%q", text)
		s := jsontext.New(text)
		got := s.String()
		require.True(t, s.End())
		require.True(t, jsontext.ValidString(got))
		require.Equal(t, string(text), string(jsontext.AppendString(nil, got)), "the form is the only one")
		if utf8.Valid(value) {
			require.Equal(t, string(value), string(got))
			var std string
			require.NoError(t, json.Unmarshal(text, &std))
			require.Equal(t, std, string(got))
		}
	})
}

// hard are numbers with what JavaScript's String(number) gives for them.
var hard = map[float64]string{
	0: "0", math.Copysign(0, -1): "0", 1: "1", -1: "-1", 0.5: "0.5", 1e21: "1e+21", 1e20: "100000000000000000000",
	-1e21: "-1e+21", 1.5e21: "1.5e+21", 123456789012345680000: "123456789012345680000", 1e-6: "0.000001", 1e-7: "1e-7",
	-1.25e-7: "-1.25e-7", 1.2e-10: "1.2e-10", 5e-324: "5e-324", 1.7976931348623157e308: "1.7976931348623157e+308",
	0.30000000000000004: "0.30000000000000004", 9007199254740991: "9007199254740991", 9007199254740993: "9007199254740992",
	2147483647: "2147483647", -2147483648: "-2147483648", 1.0 / 3: "0.3333333333333333", 1e100: "1e+100", 999999999999999900000: "999999999999999900000",
	0.000001234: "0.000001234", 4.35: "4.35", 2.2250738585072014e-308: "2.2250738585072014e-308", 1e-100: "1e-100",
}

func TestAppendFloat_WritesWhatJavaScriptWrites(t *testing.T) {
	for f, want := range hard {
		require.Equal(t, want, string(jsontext.AppendFloat(nil, f)), "%g", f)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		f := math.Float64frombits(random.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		want, err := json.Marshal(f) // the standard library follows ECMAScript, but for -0
		require.NoError(t, err)
		require.Equal(t, string(want), string(jsontext.AppendFloat(nil, f)))
	}
}

func TestCompare_OrdersByUTF16CodeUnit(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const chars = 10
	alphabet := []rune{0, 'a', 'b', 0x7f, 0x80, 'é', 0x7ff, 0x800, 0xcfff, 0xd000, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff,
		0xe000, 0xfffd, 0xffff, 0x10000, 0x103ff, 0x10400, '😀', 0x10ffff}
	word := func() []byte {
		var s []byte
		last := rune(0)
		for range random.IntN(chars) {
			r := alphabet[random.IntN(len(alphabet))]
			if last >= 0xd800 && last < 0xdc00 && r >= 0xdc00 && r < 0xe000 {
				continue // the two would be one character
			}
			s = jsontext.AppendRune(s, r)
			last = r
		}
		return s
	}
	for range 50_000 {
		a, b := word(), word()
		if random.IntN(2) == 0 { // a common beginning
			common := word()
			a, b = slices.Concat(common, []byte("|"), a), slices.Concat(common, []byte("|"), b)
		}
		want := slices.Compare(units(t, a), units(t, b))
		require.Equal(t, want, sign(jsontext.Compare(a, b)), "%q %q", a, b)
		require.Equal(t, -want, sign(jsontext.Compare(b, a)), "%q %q", b, a)
	}
}

// units returns the UTF-16 code units of a WTF-8 string.
func units(t *testing.T, s []byte) []uint16 {
	var out []uint16
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n == 1 {
			require.GreaterOrEqual(t, len(s), i+3)
			out = append(out, uint16(s[i]&0xf)<<12|uint16(s[i+1]&0x3f)<<6|uint16(s[i+2]&0x3f))
			i += 3
			continue
		}
		out = utf16.AppendRune(out, r)
		i += n
	}
	return out
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestAppendCompact_KeepsWhatStandsInStrings(t *testing.T) {
	const text = " { \"a b\\\" \" : [ 1 , \"\t\" , {} ] } "
	require.Equal(t, "{\"a b\\\" \":[1,\"\t\",{}]}", string(jsontext.AppendCompact(nil, []byte(text))))
	require.Equal(t, strings.Repeat("[", 9), string(jsontext.AppendCompact(nil, []byte(strings.Repeat("[ ", 9)))))
}
