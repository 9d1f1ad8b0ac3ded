package jsontext

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// Unescape returns the value of the text between the quotes of a valid JSON
// string, as WTF-8. Text without an escape is returned as it is, not copied.
func Unescape(text []byte) []byte {
	i := bytes.IndexByte(text, '\\')
	if i < 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)), text[:i]...)
	for i < len(text) {
		c := text[i]
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		if len(text) < i+2 || text[i+1] == 'u' && len(text) < i+6 {
			break // damaged text
		}
		c = text[i+1]
		if c != 'u' {
			out = append(out, unescapeByte(c))
			i += 2
			continue
		}
		r := hex4(text[i+2:])
		i += 6
		if isHigh(r) && len(text) >= i+6 && text[i] == '\\' && text[i+1] == 'u' {
			if low := hex4(text[i+2:]); isLow(low) {
				r = 0x10000 + (r-0xd800)<<10 + (low - 0xdc00)
				i += 6
			}
		}
		out = AppendRune(out, r)
	}
	return out
}

// Characters returns the characters of the JSON text of a string, quotes included, as
// WTF-8. Of damaged text it returns as much as there is.
func Characters(raw []byte) []byte {
	if len(raw) < 2 {
		return nil
	}
	return Unescape(raw[1 : len(raw)-1])
}

// AppendRune appends r as WTF-8: as UTF-8, with surrogates in their three bytes.
func AppendRune(out []byte, r rune) []byte {
	if r < 0xd800 || r > 0xdfff {
		return utf8.AppendRune(out, r)
	}
	return append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0xbf, 0x80|byte(r)&0xbf)
}

// AppendString appends the JSON text of a WTF-8 string, quotes included, in the
// one form that JSON.stringify would write. Bytes that are no WTF-8 become U+FFFD.
func AppendString(out, value []byte) []byte {
	out = append(out, '"')
	start := 0
	for i := 0; i < len(value); {
		c := value[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			out = append(out, value[start:i]...)
			out = appendEscape(out, c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRune(value[i:])
		if r != utf8.RuneError || n > 1 {
			i += n
			continue
		}
		out = append(out, value[start:i]...)
		s, ok := surrogate(value[i:])
		switch low, pair := surrogate(value[min(i+3, len(value)):]); {
		case ok && pair && isHigh(s) && isLow(low): // one character in two parts
			out = utf8.AppendRune(out, 0x10000+(s-0xd800)<<10+(low-0xdc00))
			i += 6
		case ok:
			out = append(out, '\\', 'u', hex[s>>12&15], hex[s>>8&15], hex[s>>4&15], hex[s&15])
			i += 3
		default:
			out = append(out, "\ufffd"...)
			i++
		}
		start = i
	}
	out = append(out, value[start:]...)
	return append(out, '"')
}

// ValidString reports whether s is WTF-8.
func ValidString(s []byte) bool {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n <= 1 {
			if _, ok := surrogate(s[i:]); !ok {
				return false
			}
			n = 3
		}
		i += n
	}
	return true
}

// AppendFloat appends a finite number in the form that JSON.stringify would write.
func AppendFloat(out []byte, f float64) []byte {
	abs := math.Abs(f)
	if i := int64(f); abs < 1<<53 && float64(i) == f { // -0, too, which is written 0
		return strconv.AppendInt(out, i, 10)
	}
	if abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(out, f, 'f', -1, 64)
	}
	start := len(out)
	out = strconv.AppendFloat(out, f, 'e', -1, 64)
	if n := len(out); n-start >= 4 && out[n-4] == 'e' && out[n-2] == '0' { // e-07 → e-7
		out[n-2] = out[n-1]
		out = out[:n-1]
	}
	return out
}

// Compare orders two WTF-8 strings as JavaScript does, by UTF-16 code unit.
func Compare(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n {
		return len(a) - len(b)
	}
	if a[i] < 0xed || b[i] < 0xed {
		return int(a[i]) - int(b[i])
	}
	// Both differ in a lead byte of U+D000 or above, where the order of bytes and
	// that of code units part: U+10000 and up (f0…) are surrogates, below U+E000 (ee…).
	a, b = a[i:], b[i:]
	var lowA, lowB int // the low surrogate that is still to be compared, or 0
	for {
		var unitA, unitB int
		unitA, lowA, a = nextUnit(lowA, a)
		unitB, lowB, b = nextUnit(lowB, b)
		if unitA != unitB || unitA < 0 {
			return unitA - unitB
		}
	}
}

// nextUnit takes one UTF-16 code unit off the head of s, -1 at its end; low is
// the second half of a character whose first half was taken before, or 0.
func nextUnit(low int, s []byte) (unit, nextLow int, rest []byte) {
	if low != 0 {
		return low, 0, s
	}
	if len(s) == 0 {
		return -1, 0, s
	}
	r, n := utf8.DecodeRune(s)
	if r == utf8.RuneError && n <= 1 {
		r, _ = surrogate(s)
		return int(r), 0, s[min(3, len(s)):]
	}
	if r >= 0x10000 {
		r -= 0x10000
		return 0xd800 + int(r>>10), 0xdc00 + int(r&0x3ff), s[n:]
	}
	return int(r), 0, s[n:]
}

// surrogate reads the three-byte form of a lone surrogate.
func surrogate(s []byte) (rune, bool) {
	if len(s) < 3 || s[0] != 0xed || s[1] < 0xa0 || s[1] > 0xbf || s[2]&0xc0 != 0x80 {
		return 0, false
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), true
}

func isHigh(r rune) bool { return r >= 0xd800 && r < 0xdc00 }
func isLow(r rune) bool  { return r >= 0xdc00 && r < 0xe000 }

func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		r = r<<4 | rune(unhex(c))
	}
	return r
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// escapeLength returns the length of the escape at the head of b, 0 if it is none.
func escapeLength(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if unhex(c) < 0 {
				return 0
			}
		}
		return 6
	}
	return 0
}

func unescapeByte(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

func appendEscape(out []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(out, '\\', c)
	case '\b':
		return append(out, '\\', 'b')
	case '\f':
		return append(out, '\\', 'f')
	case '\n':
		return append(out, '\\', 'n')
	case '\r':
		return append(out, '\\', 'r')
	case '\t':
		return append(out, '\\', 't')
	}
	return append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

func itoa(n int) string { return strconv.Itoa(n) }

// AppendCompact appends valid JSON text without the white space between its tokens.
func AppendCompact(out, text []byte) []byte {
	inString := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inString && c == '\\':
			out = append(out, c)
			i++
			c = text[i]
		case c == '"':
			inString = !inString
		case !inString && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		out = append(out, c)
	}
	return out
}
