//go:build !js || sdl

package schema

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// formerOf returns the name that @renamedFrom gives, "" for none.
func (r *reader) formerOf(list ast.DirectiveList) string {
	d := list.ForName("renamedFrom")
	if d == nil {
		return ""
	}
	name := textOf(d, "name")
	if problem := nameProblem(name); problem != "" {
		r.fault(r.at(d.Position), problem)
		return ""
	}
	return name
}

// checkFormer reports names of @renamedFrom that are still in use, or that two
// things had: which of them the stored values belong to, nobody could tell.
func (r *reader) checkFormer() {
	models := map[string]string{}
	for _, m := range r.list {
		at := r.at(m.def.Position)
		if name := m.draft.former; name != "" {
			switch {
			case r.names[name] != nil:
				r.fault(at, m.def.Name+" cannot be renamed from "+name+", which line "+itoa(r.names[name].at.line)+" declares: leave one of them out")
			case models[name] != "":
				r.fault(at, m.def.Name+" and "+models[name]+" cannot both be renamed from "+name)
			}
			models[name] = m.def.Name
		}
		r.checkFormerMembers(m)
	}
}

func (r *reader) checkFormerMembers(m *model) {
	seen := map[string]string{}
	check := func(name, was string) {
		if was == "" {
			return
		}
		at := m.members[name]
		what := m.def.Name + "." + name
		if still, is := m.members[was]; is {
			r.fault(at, what+" cannot be renamed from "+was+", which line "+itoa(still.line)+" declares: leave one of them out")
		} else if seen[was] != "" {
			r.fault(at, what+" and "+m.def.Name+"."+seen[was]+" cannot both be renamed from "+was)
		}
		seen[was] = name
	}
	for _, f := range m.draft.fields {
		if m.generated[f.name] != nil {
			if m.fields[f.former] != nil || slices.ContainsFunc(m.draft.fields, func(o *draftField) bool { return o != f && o.former == f.former }) {
				f.former = "" // the author says otherwise
			}
			continue
		}
		check(f.name, f.former)
	}
	for _, rel := range m.relations {
		check(rel.name, rel.former)
	}
}

// formerName is the name that the model had before, or has.
func (m *model) formerName() string {
	if m.draft.former != "" {
		return m.draft.former
	}
	return m.def.Name
}

// formerName is the name that the relation had before, or has.
func (rel *relation) formerName() string {
	if rel.former != "" {
		return rel.former
	}
	return rel.name
}

// formerKey is the names that the fields of the key had before, or have.
func (m *model) formerKey() []string {
	names := slices.Clone(m.draft.key)
	for i, name := range names {
		if f := m.fields[name]; f != nil && f.former != "" {
			names[i] = f.former
		}
	}
	return names
}

// formerNames returns, for each of the generatedNames, the name that it had before
// the model, the relation or the key was renamed; "" for the same.
func (rel *relation) formerNames() []string {
	key := rel.pointed().formerKey()
	names := make([]string, len(key))
	for i, part := range key {
		names[i] = camel(rel.owner.formerName(), rel.formerName(), part)
	}
	return changed(names, generatedNames(rel))
}

// changed returns those of the former names that are not the present ones, "" in
// the place of the others.
func changed(former, present []string) []string {
	for i := range former {
		if former[i] == present[i] {
			former[i] = ""
		}
	}
	return former
}
