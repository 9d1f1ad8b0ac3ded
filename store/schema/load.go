package schema

import (
	"bytes"

	"github.com/granarydb/granary/store/jsontext"
)

// Load makes the schema of what Compile wrote, to the byte; only line ends behind
// it are let pass. JSON.stringify gives that text again of the object that
// JSON.parse made of it. The fingerprint vouches for the content, which Compile
// wrote only when it held together, so Load checks no more than what keeps the
// engine safe from a text with a forged one: that all names lead somewhere and all
// lists fit. The error has the code SCHEMA and one fault, at the beginning.
//
// It is small for the page's sake, which loads it with every app.
func Load(compiled []byte) (*Schema, error) {
	for n := len(compiled); n > 0 && (compiled[n-1] == '\n' || compiled[n-1] == '\r'); n-- {
		compiled = compiled[:n-1] // a file ends so
	}
	l := &loader{schema: &Schema{models: map[string]*Model{}}, enums: map[string]*Enum{}, types: map[string]*CustomType{}}
	if l.problem = l.checkText(compiled); l.problem == "" {
		l.readSchema(compiled)
		l.schema.compiled = bytes.Clone(compiled)
	}
	if l.problem != "" {
		return nil, refusal([]Fault{{1, 1, "compiled schema: " + l.problem}})
	}
	return l.schema, nil
}

// checkText says what is wrong with the text as a whole, or returns "".
func (l *loader) checkText(text []byte) string {
	const behind = len(head) + fingerprintSize
	switch {
	case len(text) > MaxCompiled:
		return "may have " + itoa(MaxCompiled) + " bytes, got " + itoa(len(text))
	case len(text) < behind || string(text[:len(head)]) != head:
		return "is not of form " + itoa(formatVersion) + ": compile the schema again with the version of Granary that loads it"
	}
	l.schema.Fingerprint = fingerprintOf(text[:len(head)], text[behind:])
	if string(text[len(head):behind]) != l.schema.Fingerprint {
		return "was changed by hand or cut: compile the schema again"
	}
	return ""
}

// loader reads the compiled form. Members stand in the order in which Compile
// writes them.
type loader struct {
	in      jsontext.Scanner
	ahead   bool   // the next name was read already:
	name    []byte // it, or nil where the object ends
	problem string // the first contradiction

	schema *Schema
	enums  map[string]*Enum
	types  map[string]*CustomType // that were declared or named
	rest   []unresolved           // by model
}

// read goes on with another text, unless there is a problem.
func (l *loader) read(text []byte) {
	if l.ok() {
		l.in.Reset(text)
	}
}

// ok reports whether there is no problem yet.
func (l *loader) ok() bool {
	if err, is := l.in.Err().(*jsontext.SyntaxError); is && l.problem == "" {
		l.problem = err.Message
	}
	return l.problem == ""
}

// fail keeps the first problem; nothing is read any more.
func (l *loader) fail(what, problem string) {
	if l.ok() {
		l.problem = what + " " + problem
	}
	l.in.Reset(nil)
}

// has reports whether the next member of the object has this name. If it does, its
// value comes next.
func (l *loader) has(name string) bool {
	if !l.ahead {
		l.name, _ = l.in.NextKey()
		l.ahead = true
	}
	if l.name == nil || string(l.name) != name {
		return false
	}
	l.ahead = false
	return true
}

// need is has for a member that must be there.
func (l *loader) need(name string) {
	if !l.has(name) {
		l.fail("the member "+quote(name), "is missing")
	}
}

// end ends an object.
func (l *loader) end() {
	if l.has(""); l.name != nil {
		l.fail("the member "+quote(string(l.name)), "is not known")
	}
	l.ahead = false
}

// list begins the list under this name.
func (l *loader) list(name string) {
	l.need(name)
	l.in.BeginArray()
}

// item reports whether the list has another object, and begins it.
func (l *loader) item() bool { return l.in.NextElement() && l.in.BeginObject() }

func (l *loader) text(name string) string {
	l.need(name)
	return string(l.in.String())
}

// flag reads a member that is left out when it is false.
func (l *loader) flag(name string) bool { return l.has(name) && l.in.Bool() }

// word reads one of a list of words, as its position.
func (l *loader) word(name string, words []string) int {
	word := l.text(name)
	for i, w := range words {
		if w == word {
			return i
		}
	}
	l.fail(name, "cannot be "+quote(word))
	return 0
}
