//go:build !js || sdl

package schema

import "slices"

// generatedNames returns the names of the foreign key that is generated for a
// relation, one for each field of the key that it points to: postCommentsId.
func generatedNames(rel *relation) []string {
	key := rel.pointed().draft.key
	names := make([]string, len(key))
	for i, part := range key {
		names[i] = camel(rel.owner.def.Name, rel.name, part)
	}
	return names
}

// pointed returns the model whose key a generated foreign key holds.
func (rel *relation) pointed() *model {
	if rel.kind == HasMany {
		return rel.owner
	}
	return rel.target
}

// addForeignKeys settles the foreign key of every relation, adds the fields that
// are generated, and makes the drafts of the relations. The fields of a model come
// in the order of its own relations, then of those that point to it.
func (r *reader) addForeignKeys() {
	for _, m := range r.list {
		for _, rel := range m.relations {
			if !rel.dead && (rel.kind == HasOne || rel.kind == BelongsTo) {
				r.settleOwn(rel)
			}
		}
	}
	for _, m := range r.list {
		for _, rel := range m.relations {
			if rel.dead || rel.kind != HasMany || rel.foreign != nil {
				continue
			}
			if back := rel.opposite; back != nil {
				rel.foreign = back.foreign
				rel.dead = back.dead
				continue
			}
			rel.foreign = r.generate(rel, rel.target, rel, m, false)
			rel.dead = rel.foreign == nil
		}
	}
	for _, m := range r.list {
		for _, rel := range m.relations {
			if !rel.dead {
				r.finish(rel)
			}
			if rel.draft != nil {
				m.draft.relations = append(m.draft.relations, rel.draft)
			}
		}
	}
}

// settleOwn finds or generates the foreign key of a has-one or belongs-to, which
// are fields of its owner.
func (r *reader) settleOwn(rel *relation) {
	opposite := rel.opposite
	many := opposite != nil && opposite.kind == HasMany
	switch {
	case rel.listed != nil:
		rel.foreign = texts(rel.listed)
		if n := len(rel.target.draft.key); len(rel.listed) != n {
			r.fault(rel.at, rel.what()+" must list "+itoa(n)+" "+fieldsWord(n)+", one for each of the key of "+
				rel.target.def.Name+": "+enumerate(rel.target.draft.key, "and"))
			rel.dead = true
		}
	case many && opposite.foreign != nil:
		rel.foreign = opposite.foreign
		if !slices.Equal(opposite.local(), rel.target.draft.key) {
			r.fault(rel.at, rel.what()+" needs fields:, because "+opposite.what()+" joins by other fields than the key of "+
				rel.target.def.Name)
			rel.dead = true
		}
	case many:
		rel.foreign = r.generate(rel, rel.owner, opposite, rel.target, rel.required)
		opposite.foreign = rel.foreign
	default:
		rel.foreign = r.generate(rel, rel.owner, rel, rel.target, rel.required)
	}
	rel.dead = rel.dead || rel.foreign == nil
	if many && rel.dead {
		opposite.dead = true
	}
}

func fieldsWord(n int) string {
	if n == 1 {
		return "field"
	}
	return "fields"
}

// generate adds a foreign key to m that points to the key of another model, named
// after maker. A field of the name that the author declared is used instead, when
// it fits.
func (r *reader) generate(rel *relation, m *model, maker *relation, to *model, required bool) []string {
	names, former := generatedNames(maker), maker.formerNames()
	for i, name := range names {
		part := to.fields[to.draft.key[i]]
		existing := m.fields[name]
		what := m.def.Name + "." + shorten(name)
		_, taken := m.members[name]
		switch {
		case nameProblem(name) != "":
			r.fault(rel.at, "the foreign key of "+rel.what()+" needs a shorter name: add fields: that name it")
		case existing != nil && m.generated[name] == nil:
			if fit(existing, part) {
				continue
			}
			r.fault(rel.at, rel.what()+" needs "+what+" as its foreign key, which must be of type "+part.typ)
		case taken:
			r.fault(rel.at, rel.what()+" needs the name "+what+" for its foreign key, which is taken: add fields: that name another")
		case len(m.draft.fields) > MaxFields: // reported by checkSizes
		default:
			f := &draftField{name: name, typ: part.typ, required: required, former: former[i]}
			m.fields[name], m.members[name], m.generated[name] = f, rel.at, rel
			m.draft.fields = append(m.draft.fields, f)
			continue
		}
		return nil
	}
	return names
}

// fit reports whether two fields can be equal: single values of one type, or of
// ID and String.
func fit(a, b *draftField) bool {
	text := func(f *draftField) bool { return f.typ == "ID" || f.typ == "String" }
	return !a.list && !b.list && (a.typ == b.typ || text(a) && text(b))
}

// finish checks that the fields which a relation joins are there and fit, and
// makes its draft.
func (r *reader) finish(rel *relation) {
	if rel.kind == ManyToMany {
		return // made with the join model
	}
	d := &draftRelation{name: rel.name, kind: rel.kind, model: rel.target.def.Name, required: rel.required, onDelete: rel.onDelete}
	if rel.kind == HasMany {
		d.fields, d.targetFields = rel.local(), rel.foreign
	} else {
		d.fields, d.targetFields = rel.foreign, rel.target.draft.key
	}
	if !r.checkJoin(rel, d) {
		rel.dead = true
		return
	}
	if rel.kind != HasMany {
		for _, name := range d.fields {
			if f := rel.owner.fields[name]; f.relation == "" {
				f.relation = rel.name
			}
		}
	}
	rel.draft = d
}

func (r *reader) checkJoin(rel *relation, d *draftRelation) bool {
	for i := range d.fields {
		at := rel.at
		if rel.listed != nil && i < len(rel.listed) {
			at = rel.listed[i].at
		}
		if slices.Contains(d.fields[:i], d.fields[i]) {
			r.fault(at, rel.what()+" lists "+quote(d.fields[i])+" twice")
			return false
		}
		own, far := rel.owner.fields[d.fields[i]], rel.target.fields[d.targetFields[i]]
		switch {
		case own == nil && rel.listed != nil:
			r.faultNear(at, rel.owner.def.Name+" has no field "+quote(d.fields[i]), d.fields[i], rel.owner.storedNames)
			return false
		case own == nil || far == nil:
			return false // a field of the index is unknown, and reported there
		case !fit(own, far) || r.unordered(own) || r.unordered(far):
			r.fault(at, rel.what()+": "+rel.owner.def.Name+"."+own.name+" and "+rel.target.def.Name+"."+far.name+
				" must be of the same type, single values: they are "+own.sdl()+" and "+far.sdl())
			return false
		}
	}
	return true
}

// unordered reports whether the type of a field can stand in no key.
func (r *reader) unordered(f *draftField) bool { return f.typ == "AWSJSON" || r.types[f.typ] != nil }

// sdl returns the type of a field without its exclamation marks.
func (f *draftField) sdl() string {
	if f.list {
		return "[" + f.typ + "]"
	}
	return f.typ
}
