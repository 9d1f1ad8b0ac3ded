//go:build !js || sdl

package schema

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// readKeys finds the primary key and the indexes of every model.
func (r *reader) readKeys() {
	for _, m := range r.list {
		r.readKey(m)
		for _, f := range m.def.Fields {
			for _, d := range m.checked[f.Name] {
				if d.Name == "index" {
					r.readIndex(m, f, d)
				}
			}
			m.checked[f.Name] = nil // a second field of the same name has had its fault
		}
	}
}

func (r *reader) readKey(m *model) {
	var first *ast.FieldDefinition
	var key *ast.Directive
	seen := map[string]bool{}
	for _, f := range m.def.Fields {
		if seen[f.Name] {
			continue
		}
		seen[f.Name] = true
		if f.Directives.ForName("primaryKey") == nil {
			continue
		}
		d := m.checked[f.Name].ForName("primaryKey")
		switch {
		case d == nil: // has had its fault
			m.keyless = true
		case m.fields[f.Name] == nil:
			r.fault(r.at(d.Position), "@primaryKey belongs on a stored field, and "+m.def.Name+"."+f.Name+" is a relation")
			m.keyless = true
		case key != nil:
			r.fault(r.at(d.Position), m.def.Name+" has its @primaryKey on "+first.Name+" already: name further fields in sortKeyFields there")
		default:
			first, key = f, d
		}
	}
	if key != nil {
		words := append([]word{{first.Name, r.at(first.Position)}}, r.textsOf(key, "sortKeyFields")...)
		r.takeKey(m, r.at(key.Position), words)
	} else if !m.keyless {
		r.idKey(m)
	}
}

// idKey makes id the key, adding it in front when it is not declared.
func (r *reader) idKey(m *model) {
	at, declared := m.members["id"]
	f := m.fields["id"]
	switch {
	case !declared:
		f = &draftField{name: "id", typ: "ID", required: true}
		m.fields["id"] = f
		m.members["id"] = m.at
		m.draft.fields = slices.Insert(m.draft.fields, 0, f)
	case f == nil || f.list || f.typ != "ID" && f.typ != "String":
		r.fault(at, m.def.Name+".id is the key of "+m.def.Name+" and must be of type ID!: change it, or write @primaryKey behind another field")
		m.keyless = true
		return
	case f.def != nil:
		r.fault(at, m.def.Name+".id is a key and has no default: it is generated when it is left out")
		m.keyless = true
		return
	}
	f.required = true
	m.draft.key, m.draft.keyKind = []string{"id"}, KeyManaged
}

// takeKey checks the fields of a @primaryKey and takes them as the key.
func (r *reader) takeKey(m *model, at place, words []word) {
	if f := m.fields[words[0].text]; f.name == "id" && f.typ == "ID" {
		f.required = true
	}
	faults := len(r.faults)
	if len(words) > MaxKeyFields {
		r.fault(at, "a key may have "+itoa(MaxKeyFields)+" fields, got "+itoa(len(words)))
		m.keyless = true
		return
	}
	for i, w := range words {
		if !r.checkKeyField(m, w, words[:i], "a key") {
			continue
		}
		what := m.def.Name + "." + w.text
		if f := m.fields[w.text]; f.def != nil {
			r.fault(w.at, what+" is part of a key and has no default")
		} else if !f.required {
			r.fault(w.at, what+" is part of a key and must be required: write "+f.typ+"!")
		}
	}
	if len(r.faults) > faults {
		m.keyless = true
		return
	}
	m.draft.key = texts(words)
	m.draft.keyKind = keyKind(words[0].text, m.fields[words[0].text].typ)
}

// checkKeyField reports whether w names a stored field that can stand in a key or
// an index, after others.
func (r *reader) checkKeyField(m *model, w word, others []word, of string) bool {
	f := m.fields[w.text]
	what := m.def.Name + "." + shorten(w.text)
	_, member := m.members[w.text]
	switch {
	case f == nil && member:
		r.fault(w.at, what+" is a relation and cannot be part of "+of+": name its foreign key")
	case f == nil:
		r.faultNear(w.at, m.def.Name+" has no field "+quote(w.text), w.text, m.storedNames)
	case slices.ContainsFunc(others, func(o word) bool { return o.text == w.text }):
		r.fault(w.at, what+" stands in "+of+" twice")
	case f.list || f.typ == "AWSJSON" || r.types[f.typ] != nil:
		r.fault(w.at, what+" cannot be part of "+of+": it must be a single scalar or enum value")
	default:
		return true
	}
	return false
}

func (m *model) storedNames() []string {
	names := make([]string, len(m.draft.fields))
	for i, f := range m.draft.fields {
		names[i] = f.name
	}
	return names
}

// readIndex notes one @index. Its fields are checked when all foreign keys are
// there.
func (r *reader) readIndex(m *model, f *ast.FieldDefinition, d *ast.Directive) {
	at := r.at(d.Position)
	if m.fields[f.Name] == nil {
		r.fault(at, "@index belongs on a stored field, and "+m.def.Name+"."+f.Name+" is a relation")
		return
	}
	index := &indexUse{at: at, fields: append([]word{{f.Name, at}}, r.textsOf(d, "sortKeyFields")...)}
	name := textOf(d, "name")
	if name == "" {
		name = indexName(m.draft.plural, texts(index.fields))
	}
	if problem := nameProblem(name); problem != "" && textOf(d, "name") == "" {
		r.fault(at, "the index needs a name: the one made of its fields is too long")
		return
	}
	if len(name) > MaxName {
		r.fault(at, "the name of an index may have "+itoa(MaxName)+" characters")
		return
	}
	if first := m.indexes[name]; first != nil {
		r.fault(at, m.def.Name+" has an index "+quote(name)+" already in line "+itoa(first.at.line)+": give this one a name of its own")
		return
	}
	m.indexes[name] = index
	m.draft.indexes = append(m.draft.indexes, draftIndex{name, texts(index.fields)})
}

// indexName returns the name of an index that was given none:
// employeesByManagerAndLevel.
func indexName(plural string, fields []string) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = upperFirst(f)
	}
	return lowerFirst(plural) + "By" + strings.Join(parts, "And")
}

// checkIndexes checks the fields of all indexes.
func (r *reader) checkIndexes() {
	for _, m := range r.list {
		for _, d := range m.draft.indexes {
			index := m.indexes[d.name]
			if len(index.fields) > MaxKeyFields {
				r.fault(index.at, "an index may have "+itoa(MaxKeyFields)+" fields, got "+itoa(len(index.fields)))
				continue
			}
			for i, w := range index.fields {
				r.checkKeyField(m, w, index.fields[:i], "an index")
			}
		}
	}
}
