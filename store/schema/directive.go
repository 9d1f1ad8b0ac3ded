//go:build !js || sdl

package schema

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// valueKind is what an argument of a directive may be given.
type valueKind uint8

const (
	anyValue     valueKind = iota // has no meaning here and is not looked at
	textValue                     // a string
	textsValue                    // a list of strings, or one string
	numberValue                   // a positive integer
	deleteValue                   // CASCADE, RESTRICT or SET_NULL
	syncValue                     // full, pull, push or off
	literalValue                  // a string, number, boolean or enum value
)

// directive is a directive that has a meaning.
type directive struct {
	name       string
	onType     bool // it stands on a type; otherwise on a field
	anywhere   bool // it stands on either
	repeatable bool
	relation   bool
	arguments  []argument
}

type argument struct {
	name     string
	kind     valueKind
	required bool
}

// directives are those with a meaning.
var directives = []directive{
	{name: "model", onType: true, arguments: []argument{{name: "timestamps"}, {name: "sync", kind: syncValue}, {name: "queries"}, {name: "mutations"}, {name: "subscriptions"}}},
	{name: "hasOne", relation: true, arguments: []argument{{name: "fields", kind: textsValue}, {name: "onDelete", kind: deleteValue}}},
	{name: "hasMany", relation: true, arguments: []argument{{name: "indexName", kind: textValue}, {name: "fields", kind: textsValue},
		{name: "limit", kind: numberValue}, {name: "onDelete", kind: deleteValue}}},
	{name: "belongsTo", relation: true, arguments: []argument{{name: "fields", kind: textsValue}}},
	{name: "manyToMany", relation: true, arguments: []argument{{name: "relationName", kind: textValue, required: true},
		{name: "limit", kind: numberValue}, {name: "onDelete", kind: deleteValue}}},
	{name: "index", repeatable: true, arguments: []argument{{name: "name", kind: textValue}, {name: "sortKeyFields", kind: textsValue},
		{name: "queryField", kind: textValue}}},
	{name: "primaryKey", arguments: []argument{{name: "sortKeyFields", kind: textsValue}}},
	{name: "default", arguments: []argument{{name: "value", kind: literalValue, required: true}}},
	{name: "renamedFrom", anywhere: true, arguments: []argument{{name: "name", kind: textValue, required: true}}},
}

// ignored are directives of Amplify that concern a server alone.
var ignored = []string{"auth", "searchable", "function", "http", "predictions", "mapsTo", "refersTo", "sql", "versioned",
	"validate", "conversation", "generation", "deprecated"}

// outdated are directives of older transformers, with what took their place.
var outdated = map[string]string{
	"connection": "use @hasOne, @hasMany, @belongsTo or @manyToMany",
	"key":        "use @primaryKey or @index",
}

// checkDirectives reports what is wrong with the directives on one thing:
// spelling, place, repetition and arguments. It returns those that have a meaning
// and can be read.
func (r *reader) checkDirectives(list ast.DirectiveList, onType bool) (good ast.DirectiveList) {
	seen := map[string]bool{}
	for _, d := range list {
		at := r.at(d.Position)
		known := directiveNamed(d.Name)
		switch {
		case known == nil:
			r.unknownDirective(at, d.Name)
		case known.onType && !onType && !known.anywhere:
			r.fault(at, "@"+d.Name+" belongs on a type, not on a field")
		case !known.onType && onType && !known.anywhere:
			r.fault(at, "@"+d.Name+" belongs on a field, not on a type")
		case seen[d.Name] && !known.repeatable:
			r.fault(at, "@"+d.Name+" may stand here once only")
		case r.checkArguments(known, d):
			good = append(good, d)
		}
		seen[d.Name] = true
	}
	return good
}

func directiveNamed(name string) *directive {
	for i := range directives {
		if directives[i].name == name {
			return &directives[i]
		}
	}
	return nil
}

// isKnown reports whether a directive has a meaning here or on a server.
func isKnown(name string) bool {
	return directiveNamed(name) != nil || strings.HasPrefix(name, "aws_") || slices.Contains(ignored, name)
}

func (r *reader) unknownDirective(at place, name string) {
	if isKnown(name) {
		return
	}
	if instead, ok := outdated[name]; ok {
		r.fault(at, "@"+name+" is no longer in use: "+instead)
		return
	}
	r.faultNear(at, "unknown directive @"+shorten(name), "@"+name, directiveNames)
}

// directiveNames returns the names of all known directives, as they are written.
func directiveNames() []string {
	var names []string
	for _, d := range directives {
		names = append(names, "@"+d.name)
	}
	for _, name := range ignored {
		names = append(names, "@"+name)
	}
	return names
}

func (r *reader) checkArguments(known *directive, d *ast.Directive) bool {
	ok := true
	fault := func(at place, message string) {
		r.fault(at, message)
		ok = false
	}
	seen := map[string]bool{}
	for _, a := range d.Arguments {
		at := r.at(a.Position)
		i := slices.IndexFunc(known.arguments, func(k argument) bool { return k.name == a.Name })
		switch {
		case i < 0:
			names := make([]string, len(known.arguments))
			for j, k := range known.arguments {
				names[j] = k.name
			}
			fault(at, "@"+known.name+" has no argument "+shorten(a.Name)+": it takes "+enumerate(names, "and")+DidYouMean(a.Name, names))
		case seen[a.Name]:
			fault(at, a.Name+" is given twice")
		case !fits(a.Value, known.arguments[i].kind):
			message := a.Name + " must be " + valueNames[known.arguments[i].kind]
			if choices := choicesOf(known.arguments[i].kind); choices != nil {
				message += DidYouMean(a.Value.Raw, choices)
			}
			fault(at, message)
		}
		seen[a.Name] = true
	}
	for _, k := range known.arguments {
		if a := d.Arguments.ForName(k.name); k.required && (a == nil || a.Value.Kind == ast.NullValue) {
			fault(r.at(d.Position), "@"+known.name+" needs the argument "+k.name)
		}
	}
	return ok
}

var valueNames = [...]string{textValue: `a string, as in "name"`, textsValue: `a list of names, as in ["a", "b"]`,
	numberValue: "a positive integer", deleteValue: "CASCADE, RESTRICT or SET_NULL", syncValue: "full, pull, push or off", literalValue: `a string, as in "5"`}

// fits reports whether a value is of a kind. null stands for no value.
func fits(v *ast.Value, kind valueKind) bool {
	if kind == anyValue || v.Kind == ast.NullValue {
		return true
	}
	switch kind {
	case textValue:
		return isText(v)
	case textsValue:
		return isText(v) || v.Kind == ast.ListValue && len(v.Children) > 0 &&
			!slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return !isText(c.Value) })
	case numberValue:
		return v.Kind == ast.IntValue && v.Raw != "0" && v.Raw[0] != '-'
	case deleteValue, syncValue:
		return (isText(v) || v.Kind == ast.EnumValue) && slices.Contains(choicesOf(kind), v.Raw)
	}
	return v.Kind != ast.ListValue && v.Kind != ast.ObjectValue
}

// choicesOf are the words of which a value must be one; nil when it may be others.
func choicesOf(kind valueKind) []string {
	switch kind {
	case deleteValue:
		return onDeleteNames
	case syncValue:
		return syncNames
	}
	return nil
}

func isText(v *ast.Value) bool { return v.Kind == ast.StringValue || v.Kind == ast.BlockValue }

// word is a name given to a directive, and where.
type word struct {
	text string
	at   place
}

// textOf returns the string that d is given as the argument name, or "".
func textOf(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil && a.Value.Kind != ast.NullValue {
		return a.Value.Raw
	}
	return ""
}

// textsOf returns the strings that d is given as the argument name.
func (r *reader) textsOf(d *ast.Directive, name string) (words []word) {
	a := d.Arguments.ForName(name)
	if a == nil || a.Value.Kind == ast.NullValue {
		return nil
	}
	if a.Value.Kind != ast.ListValue {
		return []word{{a.Value.Raw, r.at(a.Position)}}
	}
	for _, c := range a.Value.Children {
		at := r.at(c.Value.Position)
		if c.Value.Kind == ast.BlockValue {
			at = r.at(a.Position) // the parser reports its end
		}
		words = append(words, word{c.Value.Raw, at})
	}
	return words
}

// onDeleteOf returns the onDelete that d is given, Cascade when none.
func onDeleteOf(d *ast.Directive) OnDelete {
	return OnDelete(max(0, slices.Index(onDeleteNames, textOf(d, "onDelete"))))
}

func texts(words []word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.text
	}
	return out
}
