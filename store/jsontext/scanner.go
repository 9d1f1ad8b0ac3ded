// Package jsontext reads and writes JSON text without reflection and without
// recursion. Strings may hold lone surrogates, as strings of JavaScript may: they
// travel as \ud800 escapes in JSON text and as their three-byte generalised UTF-8
// form (WTF-8) in memory.
package jsontext

import (
	"bytes"
	"unicode/utf8"
)

// MaxDepth bounds the nesting of arrays and objects.
const MaxDepth = 256

// SyntaxError says where JSON text stops being JSON.
type SyntaxError struct {
	Offset  int
	Message string
}

// Error returns the message with the offset.
func (e *SyntaxError) Error() string { return e.Message + " at byte " + itoa(e.Offset) }

// Scanner reads one JSON value after another from text. Its methods return zero
// values once an error was met; Err tells which. The zero Scanner reads nothing.
type Scanner struct {
	data  []byte
	pos   int
	first bool // the container just opened has no element yet
	err   *SyntaxError

	escaped bool // the last string read has an escape
}

// ordinary are the bytes that stand for themselves in a string and are a character
// each.
var ordinary = func() (table [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// New returns a Scanner over data, which must not change while it is in use.
func New(data []byte) *Scanner { return &Scanner{data: data} }

// Reset makes the Scanner read data from its start.
func (s *Scanner) Reset(data []byte) { *s = Scanner{data: data} }

// Err returns the first error met, or nil.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Rest returns the text from the next byte to read on.
func (s *Scanner) Rest() []byte { return s.data[s.pos:] }

// Peek returns the first byte of the next value: one of { [ " t f n - or a digit,
// or what else stands there; 0 at the end of the text.
func (s *Scanner) Peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] <= ' ' {
		s.space()
	}
	if s.err != nil || s.pos >= len(s.data) {
		return 0
	}
	return s.data[s.pos]
}

// BeginObject reads the opening brace. The members are read with NextKey and one
// read of a value each.
func (s *Scanner) BeginObject() bool { return s.open('{', "an object") }

// BeginArray reads the opening bracket. The elements are read with NextElement
// and one read of a value each.
func (s *Scanner) BeginArray() bool { return s.open('[', "an array") }

// NextKey reads the key of the next member and its colon. It returns false, having
// read the closing brace, when there is none, and after an error.
func (s *Scanner) NextKey() ([]byte, bool) {
	if !s.next('}') {
		return nil, false
	}
	key := s.String()
	if !s.colon() {
		return nil, false
	}
	return key, true
}

// colon reads what stands between a key and its value.
func (s *Scanner) colon() bool {
	if s.err == nil && s.Peek() != ':' {
		s.fail("expected ':' after a key")
	}
	if s.err != nil {
		return false
	}
	s.pos++
	return true
}

// NextElement reports whether there is another element; when there is none it has
// read the closing bracket.
func (s *Scanner) NextElement() bool {
	if !s.first && s.err == nil && s.pos < len(s.data) && s.data[s.pos] == ',' {
		s.pos++
		return true
	}
	return s.next(']')
}

// String reads a string and returns its value as WTF-8. The result may be a part
// of the text itself and is valid as long as that is.
func (s *Scanner) String() []byte {
	raw := s.RawString()
	if s.err != nil {
		return nil
	}
	if !s.escaped {
		return raw[1 : len(raw)-1]
	}
	return Unescape(raw[1 : len(raw)-1])
}

// RawString reads a string and returns its text with the quotes, checked.
func (s *Scanner) RawString() []byte {
	if s.pos < len(s.data) && s.data[s.pos] <= ' ' {
		s.space()
	}
	if s.err != nil {
		return nil
	}
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		s.fail("expected a string")
		return nil
	}
	data, start := s.data, s.pos
	s.escaped = false
	for i := start + 1; i < len(data); {
		c := data[i]
		switch {
		case ordinary[c]:
			i++
		case c == '"':
			s.pos = i + 1
			return data[start:s.pos]
		case c == '\\':
			n := escapeLength(data[i:])
			if n == 0 {
				s.pos = i
				s.fail("bad escape in a string")
				return nil
			}
			s.escaped = true
			i += n
		case c < 0x20:
			s.pos = i
			s.fail("control character in a string")
			return nil
		default:
			r, n := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && n <= 1 {
				s.pos = i
				s.fail("a string that is not UTF-8")
				return nil
			}
			i += n
		}
	}
	s.pos = len(data)
	s.fail("a string that does not end")
	return nil
}

// Escaped reports whether the string that was read last has an escape in it.
func (s *Scanner) Escaped() bool { return s.escaped }

// Bool reads true or false.
func (s *Scanner) Bool() bool {
	switch s.Peek() {
	case 't':
		s.word("true")
		return true
	case 'f':
		s.word("false")
	default:
		s.fail("expected true or false")
	}
	return false
}

// Null reads null if that is what comes next, and reports whether it was.
func (s *Scanner) Null() bool {
	if s.Peek() != 'n' {
		return false
	}
	s.word("null")
	return s.err == nil
}

// Number reads a number and returns its text.
func (s *Scanner) Number() []byte {
	s.space()
	if s.err != nil {
		return nil
	}
	n := numberLength(s.data[s.pos:])
	if n == 0 {
		s.fail("expected a number")
		return nil
	}
	s.pos += n
	return s.data[s.pos-n : s.pos]
}

// PlainNumber reads a number if its text is beyond doubt the one that
// JSON.stringify writes for it, and a small one: at most nine digits of an integer,
// or of a fraction that starts before its point and does not end in 0. Else it
// reads nothing and returns nil.
func (s *Scanner) PlainNumber(fraction bool) []byte {
	if s.pos < len(s.data) && s.data[s.pos] <= ' ' {
		s.space()
	}
	if s.err != nil {
		return nil
	}
	text := s.data[s.pos:]
	start := 0
	if len(text) > 0 && text[0] == '-' {
		start = 1
	}
	whole := digits(text[start:])
	if whole == 0 || whole > 9 || text[start] == '0' && (whole > 1 || start == 1) {
		return nil
	}
	n := start + whole
	if n < len(text) && text[n] == '.' && fraction {
		part := digits(text[n+1:])
		n += 1 + part
		if part == 0 || part > 9-whole || text[n-1] == '0' {
			return nil
		}
	}
	if n < len(text) && (text[n] == '.' || text[n]|0x20 == 'e') {
		return nil
	}
	s.pos += n
	return text[:n]
}

// Raw reads one value of any kind and returns its text, checked to the bottom.
func (s *Scanner) Raw() []byte {
	c := s.Peek()
	start := s.pos
	if c == '{' || c == '[' {
		s.nested()
	} else {
		s.scalar(c)
	}
	if s.err != nil {
		return nil
	}
	return s.data[start:s.pos]
}

// scalar steps over a value that is no container and begins with c.
func (s *Scanner) scalar(c byte) {
	switch c {
	case '"':
		s.RawString()
	case 't', 'f':
		s.Bool()
	case 'n':
		s.Null()
	default:
		s.Number()
	}
}

// nested steps over an object or array, checked to the bottom.
func (s *Scanner) nested() {
	var opened [MaxDepth]byte
	depth := 0
	for s.err == nil {
		if c := s.Peek(); c != '{' && c != '[' {
			s.scalar(c)
		} else if depth == MaxDepth {
			s.fail("nested deeper than " + itoa(MaxDepth))
		} else {
			opened[depth] = c
			depth++
			s.pos++
			s.first = true
		}
		for s.err == nil && !s.another(opened[depth-1]) {
			if depth--; depth == 0 {
				return
			}
		}
	}
}

// another reads up to the next value in the object or array that c has opened. It
// returns false, having read the closer, when there is none, and after an error.
func (s *Scanner) another(c byte) bool {
	if c == '[' {
		return s.NextElement()
	}
	if !s.next('}') {
		return false
	}
	s.RawString()
	return s.colon()
}

// End checks that nothing but white space is left.
func (s *Scanner) End() bool {
	s.space()
	if s.err == nil && s.pos < len(s.data) {
		s.fail("text after the end of the value")
	}
	return s.err == nil
}

func (s *Scanner) open(c byte, what string) bool {
	if s.Peek() != c {
		s.fail("expected " + what)
		return false
	}
	s.pos++
	s.first = true
	return true
}

// next steps over the comma before a member or element, or over the closer.
func (s *Scanner) next(closer byte) bool {
	c := s.Peek()
	first := s.first
	s.first = false
	switch {
	case s.err != nil:
		return false
	case c == closer:
		s.pos++
		return false
	case first:
		if c == 0 {
			s.fail("text ends inside an object or array")
			return false
		}
		return true
	case c == ',':
		s.pos++
		return true
	}
	s.fail("expected ',' or '" + string(rune(closer)) + "'")
	return false
}

func (s *Scanner) word(w string) {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(w)) {
		s.fail("expected " + w)
		return
	}
	s.pos += len(w)
}

func (s *Scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

func (s *Scanner) fail(message string) {
	if s.err == nil {
		s.err = &SyntaxError{Offset: s.pos, Message: message}
	}
}

// numberLength returns how many bytes of b are one JSON number; 0 if none is.
func numberLength(b []byte) int {
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := digits(b[i:])
	if whole == 0 || whole > 1 && b[i] == '0' {
		return 0
	}
	i += whole
	if i < len(b) && b[i] == '.' {
		n := digits(b[i+1:])
		if n == 0 {
			return 0
		}
		i += 1 + n
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		j := i + 1
		if j < len(b) && (b[j] == '+' || b[j] == '-') {
			j++
		}
		n := digits(b[j:])
		if n == 0 {
			return 0
		}
		i = j + n
	}
	return i
}

func digits(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}
