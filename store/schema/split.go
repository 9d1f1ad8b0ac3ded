//go:build !js || sdl

package schema

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// place is a line and a column of SDL, both from 1; columns count characters.
type place struct{ line, column int }

// token is one token of SDL. kind is 'a' for a name, '"' for a string, '\\' for a
// string that does not end, and the character itself for all else.
type token struct {
	kind       rune
	start, end int // bytes
	at         place
}

// segment is the text of one definition, or of something that is none. A fault in
// it leaves the other segments readable.
type segment struct {
	text  string
	at    place
	name  string // what the definition declares, when that can be told
	deep  bool   // more than MaxNesting brackets are open at once
	first string // its first token that is no string
}

// keywords begin the definitions of SDL.
var keywords = []string{"type", "enum", "input", "interface", "union", "scalar", "directive", "schema", "extend"}

// normalize makes one line feed of every kind of line end, keeping all offsets,
// and drops a byte order mark.
func normalize(sdl string) string {
	sdl = strings.TrimPrefix(sdl, "\ufeff")
	return strings.ReplaceAll(strings.ReplaceAll(sdl, "\r\n", " \n"), "\r", "\n")
}

// tokenize cuts normalized SDL into tokens. It never fails: what is no token of
// SDL becomes one of its own kind. more is set when there are more than MaxTokens.
func tokenize(sdl string) (tokens []token, more bool) {
	at := place{1, 1}
	for i := 0; i < len(sdl); {
		start, n := i, 1
		switch c := sdl[i]; {
		case c == '\n':
			at = place{at.line + 1, 1}
			i++
			continue
		case c == ' ' || c == '\t' || c == ',':
			at.column++
			i++
			continue
		case c == '#':
			n = lineLength(sdl[i:])
			at.column += utf8.RuneCountInString(sdl[i : i+n])
			i += n
			continue
		}
		kind, n := tokenAt(sdl[i:])
		if len(tokens) == MaxTokens {
			return tokens, true
		}
		i += n
		tokens = append(tokens, token{kind, start, i, at})
		at = advance(at, sdl[start:i])
	}
	return tokens, false
}

// tokenAt returns the kind and the length of the token that begins s.
func tokenAt(s string) (rune, int) {
	switch c := s[0]; {
	case strings.HasPrefix(s, `"""`):
		for i := 3; i < len(s); i++ {
			if strings.HasPrefix(s[i:], `\"""`) {
				i += 3
			} else if strings.HasPrefix(s[i:], `"""`) {
				for i+3 < len(s) && s[i+3] == '"' { // the last three of a row of quotes end the string
					i++
				}
				return '"', i + 3
			}
		}
		return '\\', len(s)
	case c == '"':
		line := s[:lineLength(s)]
		for i := 1; i < len(line); i++ {
			if line[i] == '\\' {
				i++
			} else if line[i] == '"' {
				return '"', i + 1
			}
		}
		return '\\', len(line)
	case isLetter(c):
		n := 1
		for n < len(s) && (isLetter(s[n]) || s[n] >= '0' && s[n] <= '9') {
			n++
		}
		return 'a', n
	}
	r, n := utf8.DecodeRuneInString(s)
	return r, n
}

func isLetter(c byte) bool { return c == '_' || lower(c) >= 'a' && lower(c) <= 'z' }

func lineLength(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

// advance returns the place after text that begins at at.
func advance(at place, text string) place {
	if n := strings.Count(text, "\n"); n > 0 {
		text = text[strings.LastIndexByte(text, '\n')+1:]
		at = place{at.line + n, 1}
	}
	return place{at.line, at.column + utf8.RuneCountInString(text)}
}

// split groups tokens into segments. A definition ends with its closing brace, or
// where another one evidently begins.
func split(sdl string, tokens []token) (segments []segment) {
	first, depth, deep := 0, 0, false
	cut := func(end int) {
		if end > first {
			segments = append(segments, newSegment(sdl, tokens[first:end], deep))
		}
		first, depth, deep = end, 0, false
	}
	for i, t := range tokens {
		switch t.kind {
		case '{', '(', '[':
			depth++
			deep = deep || depth > MaxNesting
		case '}', ')', ']':
			depth = max(0, depth-1)
			if t.kind == '}' && depth == 0 {
				cut(i + 1)
			}
		case 'a':
			if begins(sdl, tokens, i, depth) {
				if i > first && tokens[i-1].kind == '"' {
					cut(i - 1) // the description belongs to what follows
				} else {
					cut(i)
				}
			}
		}
	}
	cut(len(tokens))
	return segments
}

// begins reports whether a definition begins with token i, which is a name.
func begins(sdl string, tokens []token, i, depth int) bool {
	word := func(i int) string {
		if i < 0 || i >= len(tokens) {
			return ""
		}
		return sdl[tokens[i].start:tokens[i].end]
	}
	before := word(i - 1)
	if !slices.Contains(keywords, word(i)) || before == "extend" {
		return false
	}
	if depth == 0 {
		switch before {
		case "=", "|", "&", "@", ":", "on", "implements":
			return false
		}
		return !slices.Contains(keywords, before) || before == "schema"
	}
	// Inside brackets a name and a name are followed by a colon, or they are the
	// head of a definition before which a bracket was not closed.
	if i+2 >= len(tokens) || tokens[i+1].kind != 'a' {
		return false
	}
	switch word(i + 2) {
	case "@", "{", "=", "implements":
		return before != ":" && before != "@"
	}
	return false
}

func newSegment(sdl string, tokens []token, deep bool) segment {
	s := segment{text: sdl[tokens[0].start:tokens[len(tokens)-1].end], at: tokens[0].at, deep: deep}
	for i, t := range tokens {
		word := sdl[t.start:t.end]
		if t.kind == '"' || word == "extend" {
			continue
		}
		s.first = word
		if t.kind == 'a' && i+1 < len(tokens) && tokens[i+1].kind == 'a' {
			s.name = sdl[tokens[i+1].start:tokens[i+1].end]
		}
		break
	}
	return s
}
