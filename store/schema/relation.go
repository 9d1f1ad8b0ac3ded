//go:build !js || sdl

package schema

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// relation is a relation while it is read.
type relation struct {
	name      string
	former    string
	at        place
	kind      RelationKind
	owner     *model
	target    *model
	directive *ast.Directive
	required  bool
	listed    []word // the argument fields
	onDelete  OnDelete
	opposite  *relation // the other side, when there is one

	// foreign is the foreign key, once it is known: fields of the target for a
	// has-many, of the owner otherwise.
	foreign []string
	dead    bool // has had a fault: what depends on it is not judged
	draft   *draftRelation
}

func (rel *relation) what() string { return rel.owner.def.Name + "." + rel.name }

// local returns the fields of the owner that a has-many joins by.
func (rel *relation) local() []string {
	if rel.listed != nil {
		return texts(rel.listed)
	}
	return rel.owner.draft.key
}

func hasRelation(list ast.DirectiveList) bool {
	return slices.ContainsFunc(list, func(d *ast.Directive) bool {
		known := directiveNamed(d.Name)
		return known != nil && known.relation
	})
}

// readRelation takes a field that leads to a model, or whose directive says so.
func (r *reader) readRelation(m *model, f *ast.FieldDefinition, ref typeRef, good ast.DirectiveList) {
	at := r.at(f.Position)
	what := m.def.Name + "." + f.Name
	target := r.models[ref.name]
	rel := &relation{name: f.Name, former: r.formerOf(good), at: at, owner: m, target: target, required: ref.required && !ref.list}
	written := 0
	for _, d := range f.Directives {
		if i := slices.Index(kindNames, d.Name); i >= 0 {
			rel.kind, rel.directive = RelationKind(i), d
			written++
		}
	}
	name := ""
	if rel.directive != nil {
		name = "@" + rel.directive.Name
	}
	many := rel.kind == HasMany || rel.kind == ManyToMany
	switch {
	case target == nil:
		r.fault(ref.at, name+" must lead to a model, and "+ref.name+" is none")
		return
	case written == 0:
		if !spelledWrong(f.Directives) {
			r.fault(at, what+" leads to the model "+ref.name+": say how with @hasOne, @hasMany, @belongsTo or @manyToMany")
		}
		rel.dead = true
	case written > 1:
		r.fault(at, what+" may have one of @hasOne, @hasMany, @belongsTo and @manyToMany")
		rel.dead = true
	case many && !ref.list:
		r.fault(ref.at, name+" leads to many: write ["+ref.name+"]")
		rel.dead = true
	case !many && ref.list:
		r.fault(ref.at, name+" leads to one: write "+ref.name+" without brackets")
		rel.dead = true
	case good.ForName(rel.directive.Name) == nil:
		rel.dead = true
	}
	if d := good.ForName("default"); d != nil {
		r.fault(r.at(d.Position), what+" is a relation and has no default")
	}
	m.relations = append(m.relations, rel)
}

// spelledWrong reports whether a directive is not known: it had its fault, and may
// have been meant to name the relation.
func spelledWrong(list ast.DirectiveList) bool {
	return slices.ContainsFunc(list, func(d *ast.Directive) bool {
		_, old := outdated[d.Name]
		return old || !isKnown(d.Name) && Nearest(d.Name, kindNames) != ""
	})
}

// readRelations reads the arguments of all relations.
func (r *reader) readRelations() {
	for _, m := range r.list {
		for _, rel := range m.relations {
			if rel.dead {
				continue
			}
			if !r.checkIndexName(rel) || m.keyless || rel.target.keyless {
				rel.dead = true
				continue
			}
			rel.listed = r.textsOf(rel.directive, "fields")
			rel.onDelete = onDeleteOf(rel.directive)
			if len(rel.listed) > MaxKeyFields {
				r.fault(rel.at, rel.what()+" may join "+itoa(MaxKeyFields)+" fields, got "+itoa(len(rel.listed)))
				rel.dead = true
			} else if rel.kind == HasMany {
				r.readHasMany(rel)
			}
		}
	}
}

// checkIndexName reports an index that the target does not have.
func (r *reader) checkIndexName(rel *relation) bool {
	name := textOf(rel.directive, "indexName")
	if name == "" || rel.target.indexes[name] != nil {
		return true
	}
	at := r.at(rel.directive.Arguments.ForName("indexName").Position)
	r.faultNear(at, rel.target.def.Name+" has no index "+quote(name), name, rel.target.indexNames)
	return false
}

// readHasMany finds the foreign key that a has-many names: the fields of an
// index, or the first fields of the target's key.
func (r *reader) readHasMany(rel *relation) {
	target := rel.target.def.Name
	local := rel.local()
	var candidates []string
	if name := textOf(rel.directive, "indexName"); name != "" {
		candidates = texts(rel.target.indexes[name].fields)
	} else if rel.listed == nil {
		return
	} else if len(local) < len(rel.target.draft.key) {
		candidates = rel.target.draft.key
	} else if slices.Equal(local, rel.owner.draft.key) {
		return
	} else {
		r.fault(rel.at, rel.what()+" must say with indexName: which fields of "+target+" are to be equal to its own")
		rel.dead = true
		return
	}
	if len(local) > len(candidates) {
		r.fault(rel.at, rel.what()+" joins "+itoa(len(local))+" fields, but "+target+" offers "+itoa(len(candidates))+
			" for it: the index needs a field for each")
		rel.dead = true
		return
	}
	rel.foreign = candidates[:len(local)]
}

func (m *model) indexNames() []string {
	names := make([]string, len(m.draft.indexes))
	for i, d := range m.draft.indexes {
		names[i] = d.name
	}
	return names
}

// checkDeletes reports SET_NULL over keys that may not be null.
func (r *reader) checkDeletes() {
	for _, m := range r.list {
		for _, rel := range m.relations {
			if rel.dead || rel.onDelete != SetNull {
				continue
			}
			if name := mustStay(rel); name != "" {
				r.fault(rel.at, rel.what()+": onDelete cannot be SET_NULL, because "+name+" is required: use CASCADE or RESTRICT")
			}
		}
	}
}

// mustStay returns what of the far side may not become null, or "".
func mustStay(rel *relation) string {
	switch {
	case rel.kind == ManyToMany:
		return "the key of a join record"
	case rel.opposite != nil && rel.opposite.required:
		return rel.opposite.what()
	case rel.kind == HasMany:
		for _, name := range rel.foreign {
			if f := rel.target.fields[name]; f != nil && f.required {
				return rel.target.def.Name + "." + name
			}
		}
	}
	return ""
}
