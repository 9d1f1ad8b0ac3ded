package schema

// The members that must be there; the others may be left out.
var (
	schemaMembers   = []string{"granary", "fingerprint", "enums", "types", "models"}
	enumMembers     = []string{"name", "values"}
	typeMembers     = []string{"name", "fields"}
	modelMembers    = []string{"name", "plural", "keyKind", "key", "createdAt", "updatedAt", "fields", "relations", "indexes"}
	fieldMembers    = []string{"name", "type"}
	relationMembers = []string{"name", "kind", "model", "fields", "targetFields", "onDelete"}
	indexMembers    = []string{"name", "fields"}
)

// schema reads the whole and returns the fingerprint that it states.
func (l *loader) schema() (fingerprint string) {
	d := &l.draft
	l.object("a schema", schemaMembers, map[string]func(){
		"granary":     l.version,
		"fingerprint": l.string(&fingerprint),
		"enums":       func() { l.array("enums", MaxEnums, func() { d.enums = append(d.enums, l.enum()) }) },
		"types":       func() { l.array("types", MaxTypes, func() { d.types = append(d.types, l.customType()) }) },
		"models":      func() { l.array("models", MaxModels, func() { d.models = append(d.models, l.model()) }) },
	})
	return fingerprint
}

func (l *loader) version() {
	if v := string(l.scanner.Number()); v != itoa(formatVersion) {
		l.fail("version " + shorten(v) + " of the form is not known, only " + itoa(formatVersion) +
			": compile the schema again with the version of Granary that loads it")
	}
}

func (l *loader) enum() *Enum {
	e := &Enum{}
	l.object("an enum", enumMembers, map[string]func(){
		"name":   l.string(&e.Name),
		"values": l.strings(&e.Values, MaxEnumValues),
	})
	return e
}

func (l *loader) customType() *draftType {
	t := &draftType{}
	l.object("a type", typeMembers, map[string]func(){
		"name":   l.string(&t.name),
		"fields": func() { t.fields = l.fields() },
	})
	return t
}

func (l *loader) model() *draftModel {
	m := &draftModel{}
	l.object("a model", modelMembers, map[string]func(){
		"name":      l.string(&m.name),
		"plural":    l.string(&m.plural),
		"keyKind":   l.word("keyKind", keyKindNames, func(i int) { m.keyKind = KeyKind(i) }),
		"key":       l.strings(&m.key, MaxKeyFields),
		"join":      l.flag(&m.join),
		"createdAt": l.nullableString(&m.createdAt),
		"updatedAt": l.nullableString(&m.updatedAt),
		"fields":    func() { m.fields = l.fields() },
		"relations": func() {
			l.array("relations", MaxFields, func() { m.relations = append(m.relations, l.relation()) })
		},
		"indexes": func() { l.array("indexes", MaxIndexes, func() { m.indexes = append(m.indexes, l.index()) }) },
	})
	return m
}

func (l *loader) nullableString(into *string) func() {
	return func() {
		if !l.scanner.Null() {
			*into = string(l.scanner.String())
			if *into == "" {
				l.fail("a name is empty")
			}
		}
	}
}

func (l *loader) fields() (fields []*draftField) {
	l.array("fields", MaxFields, func() {
		f := &draftField{}
		l.object("a field", fieldMembers, map[string]func(){
			"name":     l.string(&f.name),
			"type":     l.string(&f.typ),
			"required": l.flag(&f.required),
			"list":     l.flag(&f.list),
			"element":  l.flag(&f.element),
			"readOnly": l.flag(&f.readOnly),
			"default":  func() { f.def = l.scanner.Raw() },
			"relation": l.string(&f.relation),
		})
		fields = append(fields, f)
	})
	return fields
}

func (l *loader) relation() *draftRelation {
	r := &draftRelation{}
	l.object("a relation", relationMembers, map[string]func(){
		"name":         l.string(&r.name),
		"kind":         l.word("kind", kindNames, func(i int) { r.kind = RelationKind(i) }),
		"model":        l.string(&r.model),
		"fields":       l.strings(&r.fields, MaxKeyFields),
		"targetFields": l.strings(&r.targetFields, MaxKeyFields),
		"required":     l.flag(&r.required),
		"onDelete":     l.word("onDelete", onDeleteNames, func(i int) { r.onDelete = OnDelete(i) }),
		"through":      l.string(&r.through),
	})
	return r
}

func (l *loader) index() draftIndex {
	var i draftIndex
	l.object("an index", indexMembers, map[string]func(){
		"name":   l.string(&i.name),
		"fields": l.strings(&i.fields, MaxKeyFields),
	})
	return i
}
