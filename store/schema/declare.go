//go:build !js || sdl

package schema

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// serverTypes describe the API of a server. They are passed over.
var serverTypes = []string{"Query", "Mutation", "Subscription"}

// globalOptions is an input type in which Amplify keeps options of its API.
const globalOptions = "AMPLIFY"

// declareAll takes every definition that has a place in a store's schema and
// reports the others. It returns false when a bound was passed, and then nothing
// more is worth reading.
func (r *reader) declareAll(doc *ast.SchemaDocument) bool {
	for _, d := range doc.Directives {
		r.fault(r.at(d.Position), "the definition of a directive has no place in a store's schema: leave it out")
	}
	for _, d := range doc.DirectiveExtensions {
		r.fault(r.at(d.Position), "the extension of a directive has no place in a store's schema: leave it out")
	}
	for _, d := range doc.Extensions {
		if !slices.Contains(serverTypes, d.Name) {
			r.fault(r.at(d.Position), "extend has no place in a store's schema: write the fields into the definition of "+shorten(d.Name))
			r.broken[d.Name] = true
		}
	}
	for _, def := range doc.Definitions {
		r.declare(def)
	}
	return r.checkCounts()
}

func (r *reader) declare(def *ast.Definition) {
	at := r.at(def.Position)
	switch {
	case slices.Contains(serverTypes, def.Name) && def.Kind == ast.Object:
		return
	case def.Kind == ast.InputObject && def.Name == globalOptions:
		return
	case def.Kind != ast.Object && def.Kind != ast.Enum:
		r.fault(at, noPlace(def))
		r.broken[def.Name] = true
		return
	}
	if problem := nameProblem(def.Name); problem != "" {
		r.fault(at, problem)
		r.broken[def.Name] = true
		return
	}
	if _, builtIn := scalarNamed(def.Name); builtIn {
		r.fault(at, def.Name+" is the name of a built-in type: choose another")
		return
	}
	if first := r.names[def.Name]; first != nil {
		r.fault(at, def.Name+" is declared already in line "+itoa(first.at.line))
		return
	}
	r.names[def.Name] = &declared{def, at}
	if len(def.Interfaces) > 0 {
		r.fault(at, "interfaces have no place in a store's schema: leave out implements "+shorten(def.Interfaces[0]))
	}
	if def.Kind == ast.Enum {
		r.declareEnum(def)
		return
	}
	known := r.checkDirectives(def.Directives, true)
	if def.Directives.ForName("model") == nil && !meantAsModel(def.Directives) {
		t := &draftType{name: def.Name}
		r.types[t.name] = t
		r.draft.types = append(r.draft.types, t)
		if len(def.Fields) == 0 {
			r.fault(at, def.Name+" has no fields")
		}
		if d := known.ForName("renamedFrom"); d != nil {
			r.fault(r.at(d.Position), "@renamedFrom has no meaning on a custom type: its name is not stored")
		}
		return
	}
	r.declareModel(def, at, known)
}

// meantAsModel reports whether a directive is not known, which had its fault and
// may be @model in another spelling.
func meantAsModel(list ast.DirectiveList) bool {
	return slices.ContainsFunc(list, func(d *ast.Directive) bool { return !isKnown(d.Name) })
}

// noPlace says what to do about a definition that is neither type nor enum.
func noPlace(def *ast.Definition) string {
	name := shorten(def.Name)
	switch def.Kind {
	case ast.Scalar:
		return "a scalar of one's own has no place in a store's schema: use String or AWSJSON in the place of " + name
	case ast.InputObject:
		return "the input " + name + " has no place in a store's schema: leave it out"
	case ast.Interface:
		return "the interface " + name + " has no place in a store's schema: write its fields into the types"
	}
	return "the union " + name + " has no place in a store's schema: use a type with a field for each case"
}

func (r *reader) declareEnum(def *ast.Definition) {
	e := &Enum{Name: def.Name}
	r.enums[e.Name] = e
	r.draft.enums = append(r.draft.enums, e)
	r.checkNoMeaning(def.Directives, "an enum")
	seen := map[string]place{}
	for _, v := range def.EnumValues {
		at := r.at(v.Position)
		r.checkNoMeaning(v.Directives, "a value of an enum")
		if problem := enumValueProblem(v.Name); problem != "" {
			r.fault(at, problem)
		} else if first, twice := seen[v.Name]; twice {
			r.fault(at, e.Name+"."+v.Name+" is listed already in line "+itoa(first.line))
		} else {
			seen[v.Name] = at
			e.Values = append(e.Values, v.Name)
		}
	}
	if len(def.EnumValues) == 0 {
		r.fault(r.at(def.Position), e.Name+" has no values")
	}
	if len(def.EnumValues) > MaxEnumValues {
		r.fault(r.at(def.Position), e.Name+" may have "+itoa(MaxEnumValues)+" values, got "+itoa(len(def.EnumValues)))
	}
}

// checkNoMeaning reports directives on a thing where none has a meaning.
func (r *reader) checkNoMeaning(list ast.DirectiveList, what string) {
	for _, d := range list {
		if directiveNamed(d.Name) != nil {
			r.fault(r.at(d.Position), "@"+d.Name+" has no meaning on "+what)
		} else {
			r.unknownDirective(r.at(d.Position), d.Name)
		}
	}
}

// checkCounts reports that there is no model, or too many things.
func (r *reader) checkCounts() bool {
	if len(r.list) == 0 && len(r.broken) == 0 {
		r.fault(place{1, 1}, "the schema has no model: write @model behind the name of a type")
	}
	within := true
	check := func(n, most int, things string) {
		if n > most {
			r.fault(place{1, 1}, "a schema may have "+itoa(most)+" "+things+", got "+itoa(n))
			within = false
		}
	}
	check(len(r.list), MaxModels, "models")
	check(len(r.draft.enums), MaxEnums, "enums")
	check(len(r.draft.types), MaxTypes, "custom types")
	return within
}
