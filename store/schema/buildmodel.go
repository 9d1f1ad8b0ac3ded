//go:build !js || sdl

package schema

import "slices"

func (b *builder) fillModels() {
	all := 0
	for i, d := range b.draft.models {
		m := b.schema.Models[i]
		if m.Plural == "" || len(m.Plural) > MaxName+2 {
			b.fail(m.Name, "the plural is missing or too long")
		}
		b.bound(m.Name, len(d.fields)+len(d.relations), MaxFields, "fields and relations")
		for _, f := range d.fields {
			field := b.field(m.Name, f, len(m.Fields))
			b.addField(m.Name, m.fields, field)
			m.Fields = append(m.Fields, field)
		}
		b.fillKey(m, d)
		m.CreatedAt = b.timestamp(m, d.createdAt)
		m.UpdatedAt = b.timestamp(m, d.updatedAt)
		if m.CreatedAt >= 0 && m.CreatedAt == m.UpdatedAt {
			b.fail(m.Name, "one field cannot be both the time of creation and of the last change")
		}
		for _, f := range m.Fields {
			if f.ReadOnly && !m.Keeps(f.Index) {
				b.fail(m.Name+"."+f.Name, "only a time that the store keeps is read-only")
			}
		}
		b.fillIndexes(m, d)
		all += len(m.Fields)
	}
	b.bound("schema", all, MaxAllFields, "fields of all models together")
}

func (b *builder) fillKey(m *Model, d *draftModel) {
	m.Key = b.positions(m, d.key, "the key")
	for _, p := range m.Key {
		if f := m.Fields[p]; !f.Type.Required || f.Type.List || !f.Type.keyable() || f.Default != nil {
			b.fail(m.Name+"."+f.Name, "a key field must be a required single value without a default")
		}
	}
	if len(m.Key) > 0 && b.problem == "" && m.KeyKind != keyKind(d.key[0], m.Fields[m.Key[0]].Type.name()) {
		b.fail(m.Name, "the kind of the key does not fit its fields")
	}
}

// keyKind returns who supplies a key whose first field has that name and type.
func keyKind(first, typ string) KeyKind {
	if first == "id" && (typ == "ID" || typ == "String") {
		return KeyManaged
	}
	return KeyCustom
}

// timestamp returns the position of a time that the store keeps; -1 for none.
func (b *builder) timestamp(m *Model, name string) int {
	if name == "" {
		return -1
	}
	f := m.fields[name]
	if f == nil || f.Type.Scalar != DateTime || f.Type.List || f.Default != nil || f.ReadOnly && f.Type.Required || slices.Contains(m.Key, f.Index) {
		b.fail(m.Name+"."+name, "a time that the store keeps must be a single AWSDateTime without a default and in no key")
		return -1
	}
	return f.Index
}

func (b *builder) fillIndexes(m *Model, d *draftModel) {
	b.bound(m.Name, len(d.indexes), MaxIndexes, "indexes")
	taken := map[string]bool{}
	for _, i := range d.indexes {
		what := "the index " + quote(i.name)
		if i.name == "" || taken[i.name] {
			b.fail(m.Name, what+" needs a name of its own")
		}
		taken[i.name] = true
		index := &Index{Name: i.name, Fields: b.positions(m, i.fields, what)}
		for _, p := range index.Fields {
			if f := m.Fields[p]; !f.Type.keyable() {
				b.fail(m.Name+"."+f.Name, "a field of type "+f.Type.String()+" cannot stand in "+what)
			}
		}
		m.Indexes = append(m.Indexes, index)
	}
}

// positions looks up stored fields of m by name. There must be at least one, and
// none twice.
func (b *builder) positions(m *Model, names []string, what string) []int {
	if len(names) == 0 || len(names) > MaxKeyFields {
		b.fail(m.Name, what+" must have from 1 to "+itoa(MaxKeyFields)+" fields, got "+itoa(len(names)))
		return nil
	}
	positions := make([]int, 0, len(names))
	for i, name := range names {
		f := m.fields[name]
		if f == nil {
			b.fail(m.Name, what+" names the unknown field "+quote(name))
			return nil
		}
		if contains(names[:i], name) {
			b.fail(m.Name, what+" names the field "+quote(name)+" twice")
		}
		positions = append(positions, f.Index)
	}
	return positions
}
