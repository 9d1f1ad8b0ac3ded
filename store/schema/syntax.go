//go:build !js || sdl

package schema

import (
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
)

// parseAll parses each segment by itself, so that every definition with a mistake
// is told in one go, and returns what could be read.
func (r *reader) parseAll(segments []segment) *ast.SchemaDocument {
	all := &ast.SchemaDocument{}
	for _, s := range segments {
		source := &ast.Source{Input: s.text}
		r.bases[source] = s.at
		if s.deep {
			r.unreadable(s, s.at, "brackets may be nested "+itoa(MaxNesting)+" deep")
			continue
		}
		// A segment has no more tokens than bytes; the number of tokens was bounded before.
		doc, err := parser.ParseSchemaWithLimit(source, MaxSDL)
		if err != nil {
			at, message := r.syntaxFault(s, source, err)
			r.unreadable(s, at, message)
			continue
		}
		all.Merge(doc)
	}
	return all
}

// unreadable records a definition that cannot be read. What it declares counts as
// known.
func (r *reader) unreadable(s segment, at place, message string) {
	r.fault(at, message)
	r.broken[s.name] = true
}

// syntaxFault says in our words what the parser stumbled over, and where.
func (r *reader) syntaxFault(s segment, source *ast.Source, err error) (place, string) {
	var e *gqlerror.Error
	if !errors.As(err, &e) || len(e.Locations) == 0 {
		return s.at, err.Error()
	}
	message := e.Message
	line, column := e.Locations[0].Line, e.Locations[0].Column
	if strings.Contains(message, lexer.Invalid.String()) {
		if l := lexicalError(source); l != nil {
			at := r.at(&ast.Position{Line: l.Locations[0].Line, Column: l.Locations[0].Column, Src: source})
			return at, lowerFirst(strings.TrimSuffix(l.Message, "."))
		}
	}
	at := r.at(&ast.Position{Line: line, Column: column, Src: source})
	found := textAt(s, at)
	if found == "" {
		return at, "the definition ends too early: a closing bracket may be missing"
	}
	if expected, _, ok := strings.Cut(message, ", found "); ok && strings.HasPrefix(expected, "Expected ") {
		return at, "expected " + inWords(strings.TrimPrefix(expected, "Expected ")) + ", found " + quote(found)
	}
	if strings.HasPrefix(message, "expected at least one definition") {
		return at, "expected something between the brackets: leave them out if there is nothing to say"
	}
	if strings.HasPrefix(message, "Unexpected ") {
		return at, r.unexpected(s, found)
	}
	return at, lowerFirst(strings.TrimSuffix(message, "."))
}

// unexpected tells of a token that has no place where it stands.
func (r *reader) unexpected(s segment, found string) string {
	if found != s.first || slices.Contains(keywords, found) {
		return "unexpected " + quote(found)
	}
	if near := Nearest(found, keywords); near != "" {
		return "a definition cannot begin with " + quote(found) + didYouMean(near)
	}
	return "a definition begins with type or enum, found " + quote(found)
}

// textAt returns the token at a place in a segment; "" at its end.
func textAt(s segment, at place) string {
	here := s.at
	for i := 0; i < len(s.text); {
		c := s.text[i]
		if here == at && c != ' ' && c != '\t' && c != ',' && c != '\n' && c != '#' {
			_, n := tokenAt(s.text[i:])
			return s.text[i : i+n]
		}
		if here.line > at.line || here.line == at.line && here.column > at.column {
			return s.text[i : i+1]
		}
		n := 1
		for i+n < len(s.text) && s.text[i+n]&0xc0 == 0x80 {
			n++
		}
		here = advance(here, s.text[i:i+n])
		i += n
	}
	return ""
}

// lexicalError returns the first error of the lexer in a source.
func lexicalError(source *ast.Source) *gqlerror.Error {
	l := lexer.New(source)
	for {
		t, err := l.ReadToken()
		var e *gqlerror.Error
		if errors.As(err, &e) && e != nil && len(e.Locations) > 0 {
			return e
		}
		if err != nil || t.Kind == lexer.EOF || t.Kind == lexer.Invalid {
			return nil
		}
	}
}

// inWords names what the parser expected.
func inWords(expected string) string {
	if expected == "Name" {
		return "a name"
	}
	if len(expected) == 1 {
		return quote(expected)
	}
	return expected
}
