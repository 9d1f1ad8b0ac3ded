//go:build !js || sdl

package schema

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/granarydb/granary/store/jsontext"
)

// model is a model while it is read.
type model struct {
	def       *ast.Definition
	at        place
	draft     *draftModel
	members   map[string]place       // stored fields and relations, by name
	fields    map[string]*draftField // stored fields
	checked   map[string]ast.DirectiveList
	relations []*relation
	indexes   map[string]*indexUse
	generated map[string]*relation // which relation a foreign key was made for
	keyless   bool                 // the key has a fault: what needs it is not judged
	// unresolved is set when a relation leads to an unknown type, or the head of the
	// model has a fault: the other side of any relation may be meant to be there.
	unresolved bool
	createdAt  string // names of the times that the store shall keep
	updatedAt  string
}

// indexUse is an index while it is read.
type indexUse struct {
	at     place
	fields []word
}

func (r *reader) declareModel(def *ast.Definition, at place, known ast.DirectiveList) {
	d := known.ForName("model")
	m := &model{
		def: def, at: at, members: map[string]place{}, fields: map[string]*draftField{},
		checked: map[string]ast.DirectiveList{}, indexes: map[string]*indexUse{}, generated: map[string]*relation{},
		draft: &draftModel{name: def.Name, plural: plural(def.Name)}, createdAt: "createdAt", updatedAt: "updatedAt",
	}
	if d != nil {
		r.readTimestamps(m, d)
		if m.draft.sync = textOf(d, "sync"); m.draft.sync == syncNames[0] {
			m.draft.sync = "" // as when nothing is said
		}
	}
	m.draft.former = r.formerOf(known)
	m.unresolved = d == nil // its head has had a fault, and so may more of it

	r.list = append(r.list, m)
	r.models[def.Name] = m
	r.draft.models = append(r.draft.models, m.draft)
}

// readTimestamps reads @model(timestamps:): null for none, or names.
func (r *reader) readTimestamps(m *model, d *ast.Directive) {
	a := d.Arguments.ForName("timestamps")
	if a == nil {
		return
	}
	if a.Value.Kind == ast.NullValue {
		m.createdAt, m.updatedAt = "", ""
		return
	}
	if a.Value.Kind != ast.ObjectValue {
		r.fault(r.at(a.Position), `timestamps must be null, or names as in {createdAt: "created", updatedAt: "changed"}`)
		return
	}
	for _, c := range a.Value.Children {
		into := map[string]*string{"createdAt": &m.createdAt, "updatedAt": &m.updatedAt}[c.Name]
		switch {
		case into == nil:
			r.fault(r.at(c.Position), "timestamps takes createdAt and updatedAt, got "+shorten(c.Name))
		case c.Value.Kind == ast.NullValue:
			*into = ""
		case !isText(c.Value) || nameProblem(c.Value.Raw) != "":
			r.fault(r.at(c.Position), c.Name+` must be null or the name of a field, as in "created"`)
		default:
			*into = c.Value.Raw
		}
	}
	if m.createdAt != "" && m.createdAt == m.updatedAt {
		r.fault(r.at(a.Position), "createdAt and updatedAt must have different names")
	}
}

func (r *reader) readFields() {
	for _, t := range r.draft.types {
		r.readCustomType(t)
	}
	r.checkEndless()
	for _, m := range r.list {
		r.readModel(m)
	}
}

func (r *reader) readModel(m *model) {
	for _, f := range m.def.Fields {
		at := r.at(f.Position)
		what := m.def.Name + "." + shorten(f.Name)
		if !r.takeName(m.members, what, f, at) {
			continue
		}
		good := r.checkDirectives(f.Directives, false)
		m.checked[f.Name] = good
		ref, ok := r.typeOf(what, f)
		if target := r.models[ref.name]; target != nil || hasRelation(f.Directives) {
			if ok {
				r.readRelation(m, f, ref, good)
			}
			m.unresolved = m.unresolved || !ok
			continue
		}
		field := &draftField{name: f.Name, typ: ref.name, required: ref.required, list: ref.list, element: ref.element}
		field.former = r.formerOf(good)
		m.fields[f.Name] = field
		m.draft.fields = append(m.draft.fields, field)
		if d := good.ForName("default"); ok && d != nil {
			field.def = r.defaultOf(what, ref, d)
		}
	}
}

// takeName reports a field whose name or arguments cannot be, and returns whether
// the name was free.
func (r *reader) takeName(taken map[string]place, what string, f *ast.FieldDefinition, at place) bool {
	if problem := nameProblem(f.Name); problem != "" {
		r.fault(at, problem)
		return false
	}
	if first, twice := taken[f.Name]; twice {
		r.fault(at, what+" is declared already in line "+itoa(first.line))
		return false
	}
	taken[f.Name] = at
	if len(f.Arguments) > 0 {
		r.fault(at, what+" is stored and takes no arguments: leave them out")
	}
	return true
}

// typeRef is the type of a field as it is written.
type typeRef struct {
	name     string
	at       place
	required bool
	list     bool
	element  bool
}

// typeOf reads the type of a field and reports what is not known. ok is false
// when nothing more can be said about the field.
func (r *reader) typeOf(what string, f *ast.FieldDefinition) (ref typeRef, ok bool) {
	t := f.Type
	ref.required = t.NonNull
	if t.Elem != nil {
		t = t.Elem
		ref.list, ref.element = true, t.NonNull
	}
	ref.at = r.at(t.Position)
	if t.Elem != nil {
		r.fault(ref.at, what+" is a list of lists, which cannot be stored: use a list of a custom type, or AWSJSON")
		return ref, false
	}
	ref.name = t.NamedType
	_, scalar := scalarNamed(ref.name)
	switch {
	case scalar || r.enums[ref.name] != nil || r.types[ref.name] != nil || r.models[ref.name] != nil:
		return ref, true
	case r.broken[ref.name]:
		return ref, false
	}
	message := "unknown type " + quote(ref.name)
	if _, aws := scalarNamed("AWS" + ref.name); aws {
		r.fault(ref.at, message+didYouMean("AWS"+ref.name))
	} else {
		r.faultNear(ref.at, message, ref.name, r.typeNames)
	}
	return ref, false
}

// typeNames returns the names that a field's type can have.
func (r *reader) typeNames() []string {
	names := slices.Clone(scalarNames[:])
	for _, e := range r.draft.enums {
		names = append(names, e.Name)
	}
	for _, t := range r.draft.types {
		names = append(names, t.name)
	}
	for _, m := range r.list {
		names = append(names, m.def.Name)
	}
	return names
}

// defaultOf returns the JSON text of @default.
func (r *reader) defaultOf(what string, ref typeRef, d *ast.Directive) []byte {
	a := d.Arguments.ForName("value")
	t := Type{List: ref.list}
	if scalar, ok := scalarNamed(ref.name); ok {
		t.Scalar = scalar
	} else if t.Enum = r.enums[ref.name]; t.Enum != nil {
		t.Scalar = Enumeration
	} else {
		t.Scalar = Object
	}
	text := []byte(a.Value.Raw)
	switch t.Scalar {
	case Int, Float, Boolean, Timestamp, JSON:
	default:
		text = jsontext.AppendString(nil, text)
	}
	out, problem := canonicalDefault(t, text)
	if problem != "" {
		if !t.List && t.Scalar != Object {
			problem = quote(a.Value.Raw) + " " + problem
		}
		r.fault(r.at(a.Position), "the default of "+what+": "+problem)
		return nil
	}
	return out
}

func (r *reader) readCustomType(t *draftType) {
	taken := map[string]place{}
	def := r.names[t.name].def
	if len(def.Fields) > MaxFields {
		r.fault(r.names[t.name].at, t.name+" may have "+itoa(MaxFields)+" fields, got "+itoa(len(def.Fields)))
		return
	}
	for _, f := range def.Fields {
		at := r.at(f.Position)
		what := t.name + "." + shorten(f.Name)
		if !r.takeName(taken, what, f, at) {
			continue
		}
		for _, d := range r.checkDirectives(f.Directives, false) {
			r.fault(r.at(d.Position), "@"+d.Name+" has no meaning in the custom type "+t.name+": only models have keys, relations and defaults")
		}
		ref, ok := r.typeOf(what, f)
		if !ok {
			continue
		}
		if r.models[ref.name] != nil {
			r.fault(ref.at, what+" cannot hold the model "+ref.name+": keep its key in the place of it, or make "+t.name+" a model")
			continue
		}
		t.fields = append(t.fields, &draftField{name: f.Name, typ: ref.name, required: ref.required, list: ref.list, element: ref.element})
	}
}

// checkEndless reports custom types of which no value can end.
func (r *reader) checkEndless() {
	types := make(map[string]*CustomType, len(r.draft.types))
	all := make([]*CustomType, len(r.draft.types))
	for i, t := range r.draft.types {
		all[i] = &CustomType{Name: t.name}
		types[t.name] = all[i]
	}
	for i, t := range r.draft.types {
		for _, f := range t.fields {
			if c := types[f.typ]; c != nil {
				all[i].Fields = append(all[i].Fields, &Field{Type: Type{Custom: c, Required: f.required, List: f.list}})
			}
		}
	}
	for _, t := range endlessTypes(all) {
		r.fault(r.names[t.Name].at, "no value of "+t.Name+" can end, because its required fields lead back to it: make one of them nullable")
	}
}
