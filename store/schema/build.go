//go:build !js || sdl

package schema

// build makes the graph. problem says what the first contradiction in the draft
// is, or is "" when there is none.
func (d *draft) build() (s *Schema, problem string) {
	b := &builder{draft: d, schema: &Schema{models: make(map[string]*Model, len(d.models))},
		enums: map[string]*Enum{}, types: map[string]*CustomType{}}
	for _, step := range []func(){b.declareAll, b.fillTypes, b.fillModels, b.fillRelations, b.fillThrough} {
		if step(); b.problem != "" {
			return nil, b.problem
		}
	}
	b.schema.Fingerprint = b.schema.fingerprint()
	b.schema.compiled = b.schema.write(b.schema.Fingerprint)
	return b.schema, ""
}

type builder struct {
	draft   *draft
	schema  *Schema
	enums   map[string]*Enum
	types   map[string]*CustomType
	problem string
}

// fail keeps the first problem.
func (b *builder) fail(what, problem string) {
	if b.problem == "" {
		b.problem = what + ": " + problem
	}
}

// bound fails when n is above most.
func (b *builder) bound(what string, n, most int, things string) {
	if n > most {
		b.fail(what, "at most "+itoa(most)+" "+things+", got "+itoa(n))
	}
}

// declareAll makes every named thing, still empty.
func (b *builder) declareAll() {
	d := b.draft
	b.bound("schema", len(d.models), MaxModels, "models")
	b.bound("schema", len(d.enums), MaxEnums, "enums")
	b.bound("schema", len(d.types), MaxTypes, "custom types")
	if len(d.models) == 0 {
		b.fail("schema", "at least one model is needed")
	}
	taken := map[string]bool{}
	for _, e := range d.enums {
		b.declare(taken, e.Name)
		b.checkEnum(e)
		b.schema.Enums = append(b.schema.Enums, e)
		b.enums[e.Name] = e
	}
	for _, t := range d.types {
		b.declare(taken, t.name)
		c := &CustomType{Name: t.name, fields: make(map[string]*Field, len(t.fields))}
		b.schema.Types = append(b.schema.Types, c)
		b.types[t.name] = c
	}
	for i, m := range d.models {
		b.declare(taken, m.name)
		model := &Model{Name: m.name, Plural: m.plural, Index: i, KeyKind: m.keyKind, Join: m.join, Former: m.former, Sync: m.sync,
			CreatedAt: -1, UpdatedAt: -1,
			fields: make(map[string]*Field, len(m.fields)), relations: make(map[string]*Relation, len(m.relations))}
		b.schema.Models = append(b.schema.Models, model)
		b.schema.models[m.name] = model
	}
}

func (b *builder) declare(taken map[string]bool, name string) {
	if problem := nameProblem(name); problem != "" {
		b.fail("schema", problem)
	}
	if _, builtIn := scalarNamed(name); builtIn {
		b.fail("schema", name+" is the name of a built-in type")
	}
	if taken[name] {
		b.fail("schema", name+" is declared twice")
	}
	taken[name] = true
}

func (b *builder) checkEnum(e *Enum) {
	b.bound("enum "+e.Name, len(e.Values), MaxEnumValues, "values")
	if len(e.Values) == 0 {
		b.fail("enum "+e.Name, "at least one value is needed")
	}
	taken := make(map[string]bool, len(e.Values))
	for _, v := range e.Values {
		if problem := enumValueProblem(v); problem != "" {
			b.fail("enum "+e.Name, problem)
		}
		if taken[v] {
			b.fail("enum "+e.Name, v+" is listed twice")
		}
		taken[v] = true
	}
}

// enumValueProblem says what is wrong with the name of an enum value, or "".
func enumValueProblem(v string) string {
	if v == "true" || v == "false" || v == "null" {
		return v + " may not be the name of a value"
	}
	return nameProblem(v)
}

func (b *builder) fillTypes() {
	for i, t := range b.draft.types {
		c := b.schema.Types[i]
		b.bound("type "+t.name, len(t.fields), MaxFields, "fields")
		if len(t.fields) == 0 {
			b.fail("type "+t.name, "at least one field is needed")
		}
		for _, f := range t.fields {
			if f.readOnly || f.def != nil || f.relation != "" {
				b.fail(t.name+"."+f.name, "a field of a custom type has no default, no relation and is not read-only")
			}
			field := b.field(t.name, f, len(c.Fields))
			b.addField(t.name, c.fields, field)
			c.Fields = append(c.Fields, field)
		}
	}
	for _, t := range endlessTypes(b.schema.Types) {
		b.fail("type "+t.Name, "requires a value of itself inside itself, without end")
	}
}

// endlessTypes returns the types whose required fields lead back to themselves, or
// on to such a type, so that no value of them can end.
func endlessTypes(types []*CustomType) (endless []*CustomType) {
	// A type is finite once all types that it requires are: what never becomes so is endless.
	waits := make(map[*CustomType]int, len(types))
	requiredBy := make(map[*CustomType][]*CustomType, len(types))
	var finite []*CustomType
	for _, t := range types {
		for _, f := range t.Fields {
			if c := f.Type.Custom; c != nil && f.Type.Required && !f.Type.List {
				waits[t]++
				requiredBy[c] = append(requiredBy[c], t)
			}
		}
		if waits[t] == 0 {
			finite = append(finite, t)
		}
	}
	for len(finite) > 0 {
		t := finite[len(finite)-1]
		finite = finite[:len(finite)-1]
		for _, by := range requiredBy[t] {
			if waits[by]--; waits[by] == 0 {
				finite = append(finite, by)
			}
		}
	}
	for _, t := range types {
		if waits[t] > 0 {
			endless = append(endless, t)
		}
	}
	return endless
}

// field makes a field of the thing named owner.
func (b *builder) field(owner string, d *draftField, index int) *Field {
	f := &Field{Name: d.name, Index: index, ReadOnly: d.readOnly, Relation: d.relation, Former: d.former}
	f.Type = Type{Required: d.required, List: d.list, Element: d.element}
	if d.element && !d.list {
		b.fail(owner+"."+d.name, "only a list has elements")
	}
	if scalar, ok := scalarNamed(d.typ); ok {
		f.Type.Scalar = scalar
	} else if enum := b.enums[d.typ]; enum != nil {
		f.Type.Scalar, f.Type.Enum = Enumeration, enum
	} else if custom := b.types[d.typ]; custom != nil {
		f.Type.Scalar, f.Type.Custom = Object, custom
	} else {
		b.fail(owner+"."+d.name, "unknown type "+quote(d.typ))
		return f
	}
	if d.def != nil {
		var problem string
		if f.Default, problem = canonicalDefault(f.Type, d.def); problem != "" {
			b.fail(owner+"."+d.name, "the default "+problem)
		}
	}
	return f
}

func (b *builder) addField(owner string, fields map[string]*Field, f *Field) {
	if problem := nameProblem(f.Name); problem != "" {
		b.fail(owner, problem)
	}
	if fields[f.Name] != nil {
		b.fail(owner+"."+f.Name, "is declared twice")
	}
	fields[f.Name] = f
}
