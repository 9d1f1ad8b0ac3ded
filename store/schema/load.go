package schema

import "github.com/granarydb/granary/store/jsontext"

// Load makes the schema of what Compile wrote. The order of the members of its
// objects and white space do not matter; everything else is checked. The error
// has the code SCHEMA and one fault, whose place is that in the compiled text when
// the text is not of the form, and the beginning otherwise.
func Load(compiled []byte) (*Schema, error) {
	if len(compiled) > MaxCompiled {
		return nil, refusal([]Fault{{1, 1, "a compiled schema may have " + itoa(MaxCompiled) + " bytes, got " + itoa(len(compiled))}})
	}
	l := &loader{scanner: jsontext.New(compiled)}
	fingerprint := l.schema()
	if l.problem == "" && l.scanner.End() {
		s, problem := l.draft.build()
		if problem == "" && s.Fingerprint != fingerprint {
			problem = "the fingerprint does not fit the content: compile the schema again"
		}
		if problem == "" {
			return s, nil
		}
		return nil, refusal([]Fault{{1, 1, "compiled schema: " + problem}})
	}
	return nil, refusal([]Fault{l.fault(compiled)})
}

// loader reads the compiled form into a draft. Its methods do nothing useful
// after the first problem.
type loader struct {
	scanner *jsontext.Scanner
	draft   draft
	problem string // the first thing that is JSON but not the form
	place   int    // where, in bytes
}

func (l *loader) fail(problem string) {
	if l.problem == "" && l.scanner.Err() == nil {
		l.problem, l.place = problem, l.scanner.Pos()
	}
}

func (l *loader) ok() bool { return l.problem == "" && l.scanner.Err() == nil }

// fault tells the first problem and where in the text it is.
func (l *loader) fault(text []byte) Fault {
	message, place := l.problem, l.place
	if err, is := l.scanner.Err().(*jsontext.SyntaxError); is && message == "" {
		message, place = err.Message, err.Offset
	}
	f := Fault{Line: 1, Column: 1, Message: "compiled schema: " + message}
	for _, c := range text[:min(place, len(text))] {
		switch {
		case c == '\n':
			f.Line, f.Column = f.Line+1, 1
		case c&0xc0 != 0x80:
			f.Column++
		}
	}
	return f
}

// object reads an object whose members are handled by name. Each handler reads
// one value. The members named in required must be there.
func (l *loader) object(what string, required []string, members map[string]func()) {
	l.scanner.BeginObject()
	seen := map[string]bool{}
	for {
		key, more := l.scanner.NextKey()
		if !more || !l.ok() {
			break
		}
		name := string(key)
		read := members[name]
		if read == nil {
			l.fail(what + " has the unknown member " + quote(name))
			return
		}
		if seen[name] {
			l.fail(what + " has the member " + quote(name) + " twice")
			return
		}
		seen[name] = true
		read()
	}
	for _, name := range required {
		if !seen[name] {
			l.fail(what + " lacks the member " + quote(name))
		}
	}
}

// array reads an array, each element with read.
func (l *loader) array(what string, most int, read func()) {
	l.scanner.BeginArray()
	for n := 1; l.scanner.NextElement() && l.ok(); n++ {
		if n > most {
			l.fail(what + ": at most " + itoa(most))
			return
		}
		read()
	}
}

func (l *loader) string(into *string) func() {
	return func() { *into = string(l.scanner.String()) }
}

func (l *loader) strings(into *[]string, most int) func() {
	return func() {
		*into = []string{}
		l.array("names", most, func() { *into = append(*into, string(l.scanner.String())) })
	}
}

func (l *loader) flag(into *bool) func() {
	return func() { *into = l.scanner.Bool() }
}

// word reads one of a list of words, as its position.
func (l *loader) word(what string, words []string, set func(position int)) func() {
	return func() {
		s := string(l.scanner.String())
		for i, w := range words {
			if w == s {
				set(i)
				return
			}
		}
		l.fail(what + " must be one of " + enumerate(words, "or") + ", got " + quote(s))
	}
}

// enumerate puts words in a row: "a, b or c".
func enumerate(words []string, last string) string {
	out := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			out += " " + last + " "
		default:
			out += ", "
		}
		out += w
	}
	return out
}
