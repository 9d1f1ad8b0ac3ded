//go:build !js || sdl

package schema

// addTimestamps adds the times that the store keeps, last in the row. A field of
// such a name that the author declared stays as it was declared, and the store
// keeps the time in it when it can: when it is an AWSDateTime, part of no key, and
// has no default.
func (r *reader) addTimestamps() {
	for _, m := range r.list {
		m.draft.createdAt = r.addTimestamp(m, m.createdAt)
		m.draft.updatedAt = r.addTimestamp(m, m.updatedAt)
	}
}

func (r *reader) addTimestamp(m *model, name string) string {
	if name == "" {
		return ""
	}
	if f := m.fields[name]; f != nil && m.generated[name] == nil {
		if f.typ != "AWSDateTime" || f.list || f.def != nil || contains(m.draft.key, name) {
			return ""
		}
		return name
	}
	if at, taken := m.members[name]; taken {
		r.fault(at, m.def.Name+"."+name+" has the name of the time that the store keeps: rename that with @model(timestamps:)")
		return ""
	}
	f := &draftField{name: name, typ: "AWSDateTime", readOnly: true}
	m.fields[name], m.members[name] = f, m.at
	m.draft.fields = append(m.draft.fields, f)
	return name
}

// checkSizes reports models that grew past the bounds.
func (r *reader) checkSizes() {
	all := 0
	for _, m := range r.list {
		n := len(m.draft.fields) + len(m.relations)
		if n > MaxFields {
			r.fault(m.at, m.def.Name+" may have "+itoa(MaxFields)+" fields and relations, got "+itoa(n)+" or more")
		}
		if n := len(m.draft.indexes); n > MaxIndexes {
			r.fault(m.at, m.def.Name+" may have "+itoa(MaxIndexes)+" indexes, got "+itoa(n))
		}
	}
	for _, m := range r.draft.models {
		all += len(m.fields)
	}
	if all > MaxAllFields {
		r.fault(place{1, 1}, "the models of a schema may have "+itoa(MaxAllFields)+" fields together, got "+itoa(all))
	}
	if n := len(r.draft.models); n > MaxModels {
		r.fault(place{1, 1}, "a schema may have "+itoa(MaxModels)+" models, join models included, got "+itoa(n))
	}
}
