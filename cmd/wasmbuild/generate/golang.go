package generate

import (
	"go/format"
	"go/token"
	"strconv"
	"strings"

	"github.com/granarydb/granary/store/schema"
)

// Go are the options of a package in Go.
type Go struct {
	Package string // its name
}

// goWriter writes one package.
type goWriter struct {
	writer
	schema *schema.Schema
	notes  notes
	types  map[string]string // what the schema's enums, types and models are called
	own    map[string]string // what the package calls its own things
	plural map[string]string // what the collections are called, by model
	models map[string]*goModel
	taken  names
}

// goOwn are the names that the package itself declares. They give way to those of
// the schema.
var goOwn = []string{"Store", "Open", "Wrap", "Schema", "newStore", "loadSchema", "compiledSchema"}

// goImported are the packages that the generated one imports.
var goImported = []string{"context", "sync", "store", "schema", "typed"}

// Write returns the package, formatted.
func (o Go) Write(src Source) ([]byte, error) {
	w := &goWriter{schema: src.Schema, notes: notesOf(src.SDL), types: map[string]string{}, own: map[string]string{},
		plural: map[string]string{}, models: map[string]*goModel{}, taken: newNames(goImported...)}
	for _, name := range declaredNames(src.Schema) {
		w.types[name] = w.taken.take(goName(name))
	}
	for _, name := range goOwn {
		w.own[name] = w.taken.take(name)
	}
	for _, m := range src.Schema.Models {
		w.models[m.Name] = w.nameModel(m)
	}
	w.heading(src)
	w.line("// Package %s holds the typed models of a schema.", o.Package)
	w.line("package %s", o.Package)
	w.line(`
import (
	"context"
	"sync"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/typed"
)`)
	w.store()
	for _, e := range src.Schema.Enums {
		w.enum(e)
	}
	for _, t := range src.Schema.Types {
		w.customType(t)
	}
	for _, m := range src.Schema.Models {
		w.model(w.models[m.Name])
	}
	w.compiled()
	return format.Source([]byte(w.String()))
}

// goName is a name as Go exports it: with a capital in front, and the usual
// initials in capitals.
func goName(name string) string {
	out := ""
	for _, word := range words(name) {
		if upper := strings.ToUpper(word); initials[upper] {
			word = upper
		}
		out += strings.ToUpper(word[:1]) + word[1:]
	}
	if out == "" || out[0] < 'A' || out[0] > 'Z' {
		out = "X" + out
	}
	return out
}

// initials are written in capitals throughout.
var initials = map[string]bool{"API": true, "HTML": true, "HTTP": true, "ID": true, "IP": true, "JSON": true, "URL": true, "UUID": true}

// words cuts a name at underscores, and before each capital that follows a small
// letter or a digit.
func words(name string) (list []string) {
	for _, part := range strings.Split(name, "_") {
		start := 0
		for i := 1; i < len(part); i++ {
			if c, before := part[i], part[i-1]; c >= 'A' && c <= 'Z' && (before < 'A' || before > 'Z') {
				list = append(list, part[start:i])
				start = i
			}
		}
		if part != "" {
			list = append(list, part[start:])
		}
	}
	return list
}

// goParameter is a name as a parameter has it: with a small letter in front.
func goParameter(name string) string {
	exported := goName(name)
	first := words(name + "_x")[0]
	if upper := strings.ToUpper(first); strings.HasPrefix(exported, upper) {
		exported = strings.ToLower(first) + exported[len(first):] // initials become small as a whole
	}
	parameter := strings.ToLower(exported[:1]) + exported[1:]
	if token.IsKeyword(parameter) {
		parameter += "_"
	}
	return parameter
}

// comment writes a description, behind a first sentence if there is one.
func (w *goWriter) comment(indent, first, name string) {
	lines := w.notes.lines(name)
	if first != "" {
		w.line("%s// %s", indent, first)
		if len(lines) > 0 {
			w.line("%s//", indent)
		}
	}
	for _, l := range lines {
		w.line("%s", strings.TrimRight(indent+"// "+l, " \t"))
	}
}

func (w *goWriter) enum(e *schema.Enum) {
	name := w.types[e.Name]
	w.line("")
	w.comment("", name+" is one of the values below.", e.Name)
	w.line("type %s string", name)
	w.line("")
	w.line("// The values of %s.", name)
	w.line("const (")
	for _, v := range e.Values {
		w.comment("\t", "", e.Name+"."+v)
		w.line("\t%s %s = %q", w.taken.take(name+enumName(v)), name, v)
	}
	w.line(")")
}

// enumName is the value of an enum as the end of a name: IN_BETWEEN is InBetween.
func enumName(value string) string {
	out := ""
	for _, part := range strings.Split(value, "_") {
		if part == strings.ToUpper(part) {
			part = strings.ToLower(part)
		}
		if part != "" {
			out += strings.ToUpper(part[:1]) + part[1:]
		}
	}
	if out == "" {
		out = "_"
	}
	return out
}

func (w *goWriter) customType(t *schema.CustomType) {
	w.line("")
	w.comment("", w.types[t.Name]+" is stored inside a record.", t.Name)
	w.line("type %s struct {", w.types[t.Name])
	taken := names{}
	for _, f := range t.Fields {
		w.comment("\t", "", t.Name+"."+f.Name)
		tag := `json:"` + f.Name + `"`
		if f.Type.List && f.Type.Required {
			tag += ` granary:"list"`
		}
		w.line("\t%s %s `%s`", taken.take(goName(f.Name)), w.typeOf(f.Type), tag)
	}
	w.line("}")
}

// typeOf is the Go type of a field's value.
func (w *goWriter) typeOf(t schema.Type) string {
	if t.List {
		return "[]" + w.orNull(t, t.Element)
	}
	return w.orNull(t, t.Required)
}

// orNull is the type of a single value that is never null, or may be.
func (w *goWriter) orNull(t schema.Type, never bool) string {
	if never || t.Scalar == schema.JSON {
		return w.single(t)
	}
	return "*" + w.single(t)
}

func (w *goWriter) single(t schema.Type) string {
	switch t.Scalar {
	case schema.Int:
		return "int"
	case schema.Timestamp:
		return "int64"
	case schema.Float:
		return "float64"
	case schema.Boolean:
		return "bool"
	case schema.JSON:
		return "any"
	case schema.Enumeration:
		return w.types[t.Enum.Name]
	case schema.Object:
		return w.types[t.Custom.Name]
	}
	return "string"
}

// store writes the store, and what opens it.
func (w *goWriter) store() {
	name := w.own["Store"]
	taken := newNames("Engine", "Close", "SaveAll")
	for _, m := range w.schema.Models {
		w.plural[m.Name] = taken.take(goName(m.Plural))
	}
	w.line("")
	w.line("// %s is an open store of these models.", name)
	w.line("type %s struct {", name)
	for _, m := range w.schema.Models {
		w.line("\t%s %s", w.plural[m.Name], w.models[m.Name].collection)
	}
	w.line("")
	w.line("\tengine *store.Store")
	w.line("}")
	w.line("")
	w.openers()
	w.line("func %s(st *store.Store) *%s {", w.own["newStore"], name)
	w.line("\ts := &%s{engine: st}", name)
	for _, m := range w.schema.Models {
		names := w.models[m.Name]
		w.line("\ts.%s = %s{typed.CollectionOf(st, %q, %s)}", w.plural[m.Name], names.collection, m.Name, names.of)
	}
	w.line("\treturn s\n}")
	w.line("")
	w.line("// Engine returns the store without types.")
	w.line("func (s *%s) Engine() *store.Store { return s.engine }", name)
	w.line("")
	w.line("// Close gives up the store, as store.Store.Close does.")
	w.line("func (s *%s) Close() error { return s.engine.Close() }", name)
	w.line("")
	w.line("// SaveAll saves records of any models as one commit.")
	w.line("func (s *%s) SaveAll(ctx context.Context, records ...typed.Record) error {", name)
	w.line("\treturn typed.SaveAll(ctx, s.engine, records)\n}")
}

// openers writes the functions that give a store.
func (w *goWriter) openers() {
	name, open, wrap, schema := w.own["Store"], w.own["Open"], w.own["Wrap"], w.own["Schema"]
	w.line("// %s opens the store, as store.Open does, with the schema of the models.", open)
	w.line("func %s(ctx context.Context, o store.Options) (*%s, error) {", open, name)
	w.line("\tvar err error")
	w.line("\tif o.Schema, err = %s(); err != nil {\n\t\treturn nil, err\n\t}", schema)
	w.line("\tst, err := store.Open(ctx, o)")
	w.line("\tif err != nil {\n\t\treturn nil, err\n\t}")
	w.line("\treturn %s(st), nil\n}", w.own["newStore"])
	w.line("")
	w.line("// %s returns the typed form of a store that was opened with the schema of the", wrap)
	w.line("// models; of another schema it fails with store.ErrInvalid.")
	w.line("func %s(st *store.Store) (*%s, error) {", wrap, name)
	w.line("\town, err := %s()", schema)
	w.line("\tif err == nil {\n\t\terr = typed.CheckSchema(st, own)\n\t}")
	w.line("\tif err != nil {\n\t\treturn nil, err\n\t}")
	w.line("\treturn %s(st), nil\n}", w.own["newStore"])
	w.line("")
}

// compiled writes the schema.
func (w *goWriter) compiled() {
	load, text := w.own["loadSchema"], w.own["compiledSchema"]
	w.line("")
	w.line("// %s returns the schema that the models were generated from.", w.own["Schema"])
	w.line("func %s() (*schema.Schema, error) { return %s() }", w.own["Schema"], load)
	w.line("")
	w.line("var %s = sync.OnceValues(func() (*schema.Schema, error) { return schema.Load([]byte(%s)) })", load, text)
	w.line("")
	w.line("const %s = \"\" +", text)
	lines := compiledLines(w.schema)
	for i, l := range lines {
		plus := map[bool]string{true: "", false: " +"}[i == len(lines)-1]
		w.line("\t%s%s", goQuote(l), plus)
	}
}

func goQuote(s string) string {
	if strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}
