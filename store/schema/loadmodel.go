package schema

import "bytes"

// unresolved is what a compiled model says with names that are known only once
// everything was declared.
type unresolved struct {
	key, relations, indexes []byte // JSON text
	createdAt, updatedAt    []byte // JSON text
	through                 []string
}

func (l *loader) readSchema(text []byte) {
	s := l.schema
	l.read(text)
	l.in.BeginObject()
	l.need("granary")
	l.in.Number()
	l.text("fingerprint")
	l.list("enums")
	for l.item() {
		s.Enums = append(s.Enums, l.enum())
	}
	l.list("types")
	for l.item() {
		s.Types = append(s.Types, l.declareType())
	}
	l.list("models")
	for l.item() {
		l.declareModel()
	}
	l.end()
	l.in.End()
	for _, t := range l.types {
		if t.fields == nil {
			l.fail("the type "+quote(t.Name), "is not declared")
		}
	}
	if len(s.Models) == 0 {
		l.fail("a schema", "needs a model")
	}
	for _, resolve := range [3]func(*Model, *unresolved){l.resolveKey, l.resolveMembers, l.resolveThrough} {
		for i, m := range s.Models {
			if resolve(m, &l.rest[i]); !l.ok() {
				return
			}
		}
	}
}

func (l *loader) enum() *Enum {
	e := &Enum{Name: l.text("name")}
	l.list("values")
	for l.in.NextElement() {
		e.Values = append(e.Values, string(l.in.String()))
	}
	l.end()
	l.enums[e.Name] = e
	return e
}

func (l *loader) declareType() *CustomType {
	t := l.typeNamed(l.text("name"))
	t.Fields, t.fields = l.fields()
	l.end()
	return t
}

// typeNamed returns the custom type of that name, which may be declared later.
func (l *loader) typeNamed(name string) *CustomType {
	t := l.types[name]
	if t == nil {
		t = &CustomType{Name: name}
		l.types[name] = t
	}
	return t
}

func (l *loader) declareModel() {
	var rest unresolved
	m := &Model{Name: l.text("name"), Plural: l.text("plural"), Index: len(l.schema.Models),
		KeyKind: KeyKind(l.word("keyKind", keyKindNames)), relations: map[string]*Relation{}}
	rest.key = l.later("key")
	m.Join = l.flag("join")
	m.Former = l.former()
	if l.has("sync") {
		if m.Sync = string(l.in.String()); m.Sync != "pull" && m.Sync != "push" && m.Sync != "off" {
			l.fail("sync", "cannot be "+quote(m.Sync))
		}
	}
	rest.createdAt, rest.updatedAt = l.later("createdAt"), l.later("updatedAt")
	m.Fields, m.fields = l.fields()
	rest.relations, rest.indexes = l.later("relations"), l.later("indexes")
	l.end()
	if l.schema.models[m.Name] != nil {
		l.fail(quote(m.Name), "is declared twice")
	}
	l.schema.models[m.Name] = m
	l.schema.Models = append(l.schema.Models, m)
	l.rest = append(l.rest, rest)
}

// later returns the text of a member that is read when everything is declared.
func (l *loader) later(name string) []byte {
	l.need(name)
	return l.in.Raw()
}

func (l *loader) fields() ([]*Field, map[string]*Field) {
	var fields []*Field
	named := map[string]*Field{}
	l.list("fields")
	for l.item() {
		f := &Field{Name: l.text("name"), Index: len(fields), Type: l.typeOf(l.text("type"))}
		f.Type.Required, f.Type.List, f.Type.Element = l.flag("required"), l.flag("list"), l.flag("element")
		f.ReadOnly = l.flag("readOnly")
		if l.has("default") {
			f.Default = bytes.Clone(l.in.Raw())
		}
		if l.has("relation") {
			f.Relation = string(l.in.String())
		}
		f.Former = l.former()
		l.end()
		if named[f.Name] != nil || len(fields) == MaxFields {
			l.fail(quote(f.Name), "is declared twice, or one field too many")
		}
		named[f.Name] = f
		fields = append(fields, f)
	}
	return fields, named
}

// former reads an earlier name, which is left out when there is none.
func (l *loader) former() string {
	if l.has("renamedFrom") {
		return string(l.in.String())
	}
	return ""
}

// typeOf returns the type of a single value by its name.
func (l *loader) typeOf(name string) Type {
	if scalar, ok := scalarNamed(name); ok {
		return Type{Scalar: scalar}
	}
	if e := l.enums[name]; e != nil {
		return Type{Scalar: Enumeration, Enum: e}
	}
	return Type{Scalar: Object, Custom: l.typeNamed(name)}
}
