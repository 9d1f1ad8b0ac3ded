package generate

import (
	"strings"

	"github.com/granarydb/granary/store/schema"
)

// TypeScript are the options of a module in TypeScript.
type TypeScript struct {
	StoreName string // what the store is called unless the app says otherwise
	Package   string // what the module imports Granary from
}

// tsReserved are names that a module cannot declare, or that the generated one
// needs with the meaning that they have.
var tsReserved = strings.Fields(`
	abstract any arguments as asserts async await bigint boolean break case catch class const constructor continue
	debugger declare default delete do else enum eval export extends false finally for from function get globalThis if
	implements import in infer Infinity instanceof interface is JSON keyof let module namespace NaN never new null number
	object Object of Omit package Partial private Promise protected public readonly require return satisfies set static
	string super switch symbol this throw true try type typeof undefined unique unknown using var void while with yield`)

// tsWriter writes one module.
type tsWriter struct {
	writer
	schema *schema.Schema
	notes  notes
	used   names             // what the module imports
	types  map[string]string // what the schema's enums, types and models are called
	own    map[string]string // what the module calls its own things and what it imports
}

// tsOwn are the names that the module itself declares or imports. They give way to
// those of the schema.
var tsOwn = []string{"Models", "Store", "OpenOptions", "open", "schema", "unopened", "DataStore", "ErrorCode", "GranaryError",
	"Collection", "CompiledSchema", "StoreOptions", "JSONData", "Lazy", "ModelConstructor", "ModelType",
	"name", "options", "rest", "store"}

// Write returns the module.
func (o TypeScript) Write(src Source) []byte {
	w := &tsWriter{schema: src.Schema, notes: notesOf(src.SDL), used: names{}, types: map[string]string{}, own: map[string]string{}}
	taken := newNames(tsReserved...)
	for _, name := range declaredNames(src.Schema) {
		w.types[name] = taken.take(name)
	}
	for _, name := range tsOwn {
		w.own[name] = taken.take(name)
	}
	for _, e := range src.Schema.Enums {
		w.enum(e)
	}
	for _, t := range src.Schema.Types {
		w.customType(t)
	}
	for _, m := range src.Schema.Models {
		w.model(m)
	}
	w.store(o)
	body := w.String()

	w.Reset()
	w.heading(src)
	w.introduction(o)
	w.imports(o)
	w.WriteString(body)
	return []byte(w.String())
}

// declaredNames are the names of the enums, custom types and models of a schema.
func declaredNames(s *schema.Schema) (list []string) {
	for _, e := range s.Enums {
		list = append(list, e.Name)
	}
	for _, t := range s.Types {
		list = append(list, t.Name)
	}
	for _, m := range s.Models {
		list = append(list, m.Name)
	}
	return list
}

// introduction tells how the module is used, with a model of its own.
func (w *tsWriter) introduction(o TypeScript) {
	model := w.types[w.schema.Models[0].Name]
	open := w.own["open"]
	w.line("// The classes are usable as soon as the store is open:")
	w.line("//")
	w.line("//   import { DataStore } from '%s';", o.Package)
	w.line("//   import { %s, %s } from './models.js';", open, model)
	w.line("//")
	w.line("//   await %s();", open)
	w.line("//   const all = await DataStore.query(%s);", model)
	w.line("//")
	w.line("// They are of the store that was opened last. A page that opens several stores with")
	w.line("// these models takes the classes of each from its models: store.models.%s.", w.schema.Models[0].Name)
	w.line("")
}

// imports writes what the rest of the module was seen to use.
func (w *tsWriter) imports(o TypeScript) {
	var parts []string
	for _, name := range []string{"DataStore", "ErrorCode", "GranaryError"} {
		parts = append(parts, w.imported(name, name, ""))
	}
	for _, name := range []string{"Collection", "CompiledSchema", "JSONData", "Lazy", "ModelConstructor", "ModelType"} {
		if w.used[name] {
			parts = append(parts, w.imported(name, name, "type "))
		}
	}
	parts = append(parts, w.imported("OpenOptions", "StoreOptions", "type "))
	w.line("import {")
	for _, part := range parts {
		w.line("  %s,", part)
	}
	w.line("} from '%s';", o.Package)
}

func (w *tsWriter) imported(name, local, kind string) string {
	if as := w.own[local]; as != name {
		return kind + name + " as " + as
	}
	return kind + name
}

// use returns what something of Granary is called here, and has it imported.
func (w *tsWriter) use(name string) string {
	w.used[name] = true
	return w.own[name]
}

// comment writes a description, or nothing.
func (w *tsWriter) comment(indent, name string) {
	lines := w.notes.lines(name)
	for i, l := range lines {
		lines[i] = strings.TrimRight(strings.ReplaceAll(l, "*/", "*\\/"), " \t")
	}
	if len(lines) == 1 {
		w.line("%s/** %s */", indent, lines[0])
	} else if len(lines) > 1 {
		w.line("%s/**", indent)
		for _, l := range lines {
			w.line("%s", strings.TrimRight(indent+" * "+l, " "))
		}
		w.line("%s */", indent)
	}
}

func (w *tsWriter) enum(e *schema.Enum) {
	name := w.types[e.Name]
	w.line("")
	w.comment("", e.Name)
	w.line("export const %s = {", name)
	for _, v := range e.Values {
		w.comment("  ", e.Name+"."+v)
		w.line("  %s: '%s',", v, v)
	}
	w.line("} as const;")
	w.line("")
	w.line("/** One of the values of {@link %s}. */", name)
	w.line("export type %s = (typeof %s)[keyof typeof %s];", name, name, name)
}

func (w *tsWriter) customType(t *schema.CustomType) {
	w.line("")
	w.comment("", t.Name)
	w.line("export interface %s {", w.types[t.Name])
	w.fields(t.Name, t.Fields)
	w.line("}")
}

func (w *tsWriter) fields(owner string, fields []*schema.Field) {
	for _, f := range fields {
		w.comment("  ", owner+"."+f.Name)
		w.line("  readonly %s: %s;", f.Name, w.typeOf(f.Type))
	}
}

// typeOf is the type of a field's value.
func (w *tsWriter) typeOf(t schema.Type) string {
	name := w.single(t)
	if t.List {
		if !t.Element {
			name = "(" + name + " | null)"
		}
		name = "readonly " + name + "[]"
	}
	if !t.Required {
		name += " | null"
	}
	return name
}

func (w *tsWriter) single(t schema.Type) string {
	switch t.Scalar {
	case schema.Int, schema.Float, schema.Timestamp:
		return "number"
	case schema.Boolean:
		return "boolean"
	case schema.JSON:
		return w.use("JSONData")
	case schema.Enumeration:
		return w.types[t.Enum.Name]
	case schema.Object:
		return w.types[t.Custom.Name]
	}
	return "string"
}

func (w *tsWriter) model(m *schema.Model) {
	name := w.types[m.Name]
	w.line("")
	w.comment("", m.Name)
	w.line("export interface %s extends %s<{", name, w.use("ModelType"))
	w.marks(m)
	w.line("}> {")
	w.fields(m.Name, m.Fields)
	for _, r := range m.Relations {
		w.comment("  ", m.Name+"."+r.Name)
		w.line("  readonly %s: %s;", r.Name, w.relation(r))
	}
	w.line("}")
	w.line("")
	w.line("export let %s: %s<%s> = %s('%s');", name, w.use("ModelConstructor"), name, w.own["unopened"], m.Name)
}

func (w *tsWriter) relation(r *schema.Relation) string {
	target := w.types[far(r).Name]
	switch r.Kind {
	case schema.HasMany:
		return w.use("Collection") + "<" + target + ">"
	case schema.ManyToMany:
		return w.use("Collection") + "<" + target + ", " + w.types[r.Target.Name] + ">"
	}
	return w.use("Lazy") + "<" + target + ">"
}

func (w *tsWriter) marks(m *schema.Model) {
	k := marksOf(m)
	var key []string
	for _, i := range m.Key {
		key = append(key, "'"+m.Fields[i].Name+"'")
	}
	w.line("  name: '%s';", m.Name)
	w.line("  key: [%s];", strings.Join(key, ", "))
	w.union("readOnly", k.readOnly)
	w.union("optional", k.optional)
	w.union("fixed", k.fixed)
	w.union("required", k.required)
	if len(k.either) == 0 {
		return
	}
	var parts []string
	for _, r := range k.either {
		var fields []string
		for _, i := range r.Fields {
			fields = append(fields, "'"+m.Fields[i].Name+"'")
		}
		parts = append(parts, r.Name+": "+strings.Join(fields, " | "))
	}
	w.line("  either: { %s };", strings.Join(parts, "; "))
}

// union writes one mark, names as a union; nothing when there are none.
func (w *tsWriter) union(mark string, list []string) {
	if len(list) > 0 {
		w.line("  %s: '%s';", mark, strings.Join(list, "' | '"))
	}
}

// store writes what opens the store, and the schema.
func (w *tsWriter) store(o TypeScript) {
	models := w.own["Models"]
	w.line("")
	w.line("/** The records of each model, by its name. */")
	w.line("export interface %s {", models)
	for _, m := range w.schema.Models {
		w.line("  readonly %s: %s;", m.Name, w.types[m.Name])
	}
	w.line("}")
	w.line("")
	w.line("/** A store of these models. */")
	w.line("export type %s = %s<%s>;", w.own["Store"], w.own["DataStore"], models)
	w.line("")
	w.line("/** What {@link %s} takes: all that `DataStore.open` takes, but for the schema. */", w.own["open"])
	w.line("export type %s = Partial<Omit<%s<%s>, 'schema'>>;", w.own["OpenOptions"], w.own["StoreOptions"], w.own["Models"])
	w.open(o)
	w.line("")
	w.line("/** The compiled schema. A page that opens its store with it loads the engine without the parser. */")
	w.line("export const %s = JSON.parse(", w.own["schema"])
	lines := compiledLines(w.schema)
	for i, l := range lines {
		plus := map[bool]string{true: ",", false: " +"}[i == len(lines)-1]
		w.line("  %s%s", tsQuote(l), plus)
	}
	w.line(") as %s;", w.use("CompiledSchema"))
	w.unopened()
}

func (w *tsWriter) open(o TypeScript) {
	w.line("")
	w.line("/** Opens the store, under its usual name unless it is given another, and makes the classes of this module those of its models. */")
	name, options, rest, store := w.own["name"], w.own["options"], w.own["rest"], w.own["store"]
	w.line("export async function %s(%s: %s = {}): Promise<%s> {", w.own["open"], options, w.own["OpenOptions"], w.own["Store"])
	w.line("  const { %s = %s, ...%s } = %s;", member("name", name), tsQuote(o.StoreName), rest, options)
	w.line("  const %s = await %s.open<%s>({ ...%s, %s, %s });", store, w.own["DataStore"], w.own["Models"], rest,
		member("name", name), member("schema", w.own["schema"]))
	w.line("  ({")
	for _, m := range w.schema.Models {
		w.line("    %s,", member(m.Name, w.types[m.Name]))
	}
	w.line("  } = %s.models);", store)
	w.line("  return %s;", store)
	w.line("}")
}

// member writes one member of an object, in short when it may be.
func member(name, value string) string {
	if name == value {
		return name
	}
	return name + ": " + value
}

// unopened writes what stands for a class until the store is open.
func (w *tsWriter) unopened() {
	w.line("")
	w.line("/** What stands for the class of a model until the store is open. */")
	w.line("function %s<T extends object>(model: string): %s<T> {", w.own["unopened"], w.use("ModelConstructor"))
	w.line("  const refuse = (): never => {")
	w.line("    throw new %s(%s.Closed, `${model}: no store is open; await %s() first`, { model });", w.own["GranaryError"], w.own["ErrorCode"], w.own["open"])
	w.line("  };")
	w.line("  return class { static copyOf = refuse; constructor() { refuse(); } } as unknown as %s<T>;", w.use("ModelConstructor"))
	w.line("}")
}

var tsEscapes = strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\r", `\r`)

// tsQuote returns a string literal.
func tsQuote(s string) string { return "'" + tsEscapes.Replace(s) + "'" }
