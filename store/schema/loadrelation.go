package schema

// resolveKey finds the fields of the key and of the times that the store keeps.
func (l *loader) resolveKey(m *Model, rest *unresolved) {
	l.read(rest.key)
	m.Key = l.positions(m)
	for _, p := range m.Key {
		if !m.Fields[p].Type.Required {
			l.fail(m.Name+"."+m.Fields[p].Name, "is part of a key and must be required")
		}
	}
	m.CreatedAt = l.timestamp(m, rest.createdAt)
	m.UpdatedAt = l.timestamp(m, rest.updatedAt)
}

// resolveMembers reads relations and indexes.
func (l *loader) resolveMembers(m *Model, rest *unresolved) {
	l.read(rest.relations)
	for l.in.BeginArray(); l.item(); {
		l.relation(m, rest)
	}
	l.read(rest.indexes)
	for l.in.BeginArray(); l.item(); {
		i := &Index{Name: l.text("name")}
		l.need("fields")
		i.Fields = l.positions(m)
		l.end()
		m.Indexes = append(m.Indexes, i)
	}
	for _, f := range m.Fields {
		if f.Relation != "" && m.relations[f.Relation] == nil {
			l.fail(m.Name+"."+f.Name, "serves no relation")
		}
	}
}

// timestamp returns the position of a time that the store keeps, -1 for null.
func (l *loader) timestamp(m *Model, text []byte) int {
	l.read(text)
	if l.in.Null() {
		return -1
	}
	f := m.fields[string(l.in.String())]
	if f == nil || f.Type.Scalar != DateTime || f.Type.List {
		l.fail(m.Name, "has a time to keep that is no AWSDateTime")
		return -1
	}
	return f.Index
}

// positions reads a list of fields of m by which records are found.
func (l *loader) positions(m *Model) (positions []int) {
	for l.in.BeginArray(); l.in.NextElement(); {
		name := string(l.in.String())
		f := m.fields[name]
		if f == nil || !f.Type.keyable() {
			l.fail(m.Name, "has no field "+quote(name)+" by which records can be found")
			return nil
		}
		positions = append(positions, f.Index)
	}
	if len(positions) == 0 || len(positions) > MaxKeyFields {
		l.fail(m.Name, "has a key, an index or a relation of no field, or of too many")
	}
	return positions
}

func (l *loader) relation(m *Model, rest *unresolved) {
	r := &Relation{Name: l.text("name"), Index: len(m.Relations), Kind: RelationKind(l.word("kind", kindNames)), Owner: m}
	r.Target = l.schema.models[l.text("model")]
	if r.Target == nil {
		l.fail(m.Name+"."+r.Name, "leads to a model that is not declared")
		return
	}
	l.need("fields")
	r.Fields = l.positions(m)
	l.need("targetFields")
	r.TargetFields = l.positions(r.Target)
	r.Required = l.flag("required")
	r.OnDelete = OnDelete(l.word("onDelete", onDeleteNames))
	through := ""
	if r.Kind == ManyToMany {
		through = l.text("through")
	}
	l.end()
	if l.problem == "" && !r.fits() {
		l.fail(m.Name+"."+r.Name, "joins fields that cannot be equal, or passes a key by")
	}
	m.relations[r.Name] = r
	m.Relations = append(m.Relations, r)
	rest.through = append(rest.through, through)
}

// fits reports whether the two sides of a relation can be equal, and the key
// stands where its kind has it.
func (r *Relation) fits() bool {
	if len(r.Fields) != len(r.TargetFields) {
		return false
	}
	keyed, key := r.TargetFields, r.Target.Key
	switch r.Kind {
	case HasMany:
		key = keyed
	case ManyToMany:
		keyed, key = r.Fields, r.Owner.Key
	}
	if len(keyed) != len(key) {
		return false
	}
	for i := range keyed {
		own, target := r.Owner.Fields[r.Fields[i]], r.Target.Fields[r.TargetFields[i]]
		if keyed[i] != key[i] || !own.Type.matches(target.Type) {
			return false
		}
	}
	return true
}

// resolveThrough finds the far side of each many-to-many relation.
func (l *loader) resolveThrough(m *Model, rest *unresolved) {
	for i, r := range m.Relations {
		if r.Kind != ManyToMany {
			continue
		}
		r.Through = r.Target.relations[rest.through[i]]
		if r.Through == nil || r.Through.Kind != BelongsTo {
			l.fail(m.Name+"."+r.Name, "has no way through "+r.Target.Name)
			return
		}
		r.Far = r.Through.Target
	}
}
