//go:build !js || sdl

package schema

import "slices"

func (b *builder) fillRelations() {
	for i, d := range b.draft.models {
		m := b.schema.Models[i]
		for _, r := range d.relations {
			b.addRelation(m, r)
		}
	}
	for _, m := range b.schema.Models {
		for _, f := range m.Fields {
			if f.Relation == "" {
				continue
			}
			if r := m.relations[f.Relation]; r == nil || !slices.Contains(r.Fields, f.Index) {
				b.fail(m.Name+"."+f.Name, "serves no relation "+quote(f.Relation))
			}
		}
	}
}

func (b *builder) addRelation(m *Model, d *draftRelation) {
	what := m.Name + "." + d.name
	if problem := nameProblem(d.name); problem != "" {
		b.fail(m.Name, problem)
	}
	if m.fields[d.name] != nil || m.relations[d.name] != nil {
		b.fail(what, "is declared twice")
	}
	target := b.schema.models[d.model]
	if target == nil {
		b.fail(what, "unknown model "+quote(d.model))
		return
	}
	r := &Relation{Name: d.name, Index: len(m.Relations), Kind: d.kind, Owner: m, Target: target,
		Required: d.required, OnDelete: d.onDelete}
	r.Fields = b.positions(m, d.fields, "the relation "+d.name)
	r.TargetFields = b.positions(target, d.targetFields, "the relation "+what)
	b.checkRelation(what, r)
	m.relations[r.Name] = r
	m.Relations = append(m.Relations, r)
}

// checkRelation holds a relation to what its kind promises.
func (b *builder) checkRelation(what string, r *Relation) {
	if len(r.Fields) != len(r.TargetFields) {
		b.fail(what, "joins "+itoa(len(r.Fields))+" fields with "+itoa(len(r.TargetFields)))
		return
	}
	for i, p := range r.Fields {
		f, t := r.Owner.Fields[p], r.Target.Fields[r.TargetFields[i]]
		if !f.Type.matches(t.Type) {
			b.fail(what, f.Name+" of type "+f.Type.String()+" cannot be equal to "+t.Name+" of type "+t.Type.String())
		}
	}
	switch r.Kind {
	case BelongsTo, HasOne:
		if !slices.Equal(r.TargetFields, r.Target.Key) {
			b.fail(what, "must lead to the key of "+r.Target.Name)
		}
	case ManyToMany:
		if !slices.Equal(r.Fields, r.Owner.Key) || !r.Target.Join {
			b.fail(what, "must join the key of "+r.Owner.Name+" with a join model")
		}
	}
	if r.Required && (r.Kind == HasMany || r.Kind == ManyToMany) {
		b.fail(what, "a relation to many is never required")
	}
	if r.Kind == BelongsTo && r.OnDelete != Cascade {
		b.fail(what, "onDelete has no meaning for a belongs-to")
	}
	if r.OnDelete == SetNull && (r.Kind == HasMany || r.Kind == ManyToMany) {
		for _, p := range r.TargetFields {
			if f := r.Target.Fields[p]; f.Type.Required {
				b.fail(what, "SET_NULL cannot be, because "+r.Target.Name+"."+f.Name+" is required")
			}
		}
	}
}

// fillThrough finds the far side of each many-to-many relation.
func (b *builder) fillThrough() {
	for i, d := range b.draft.models {
		for j, dr := range d.relations {
			r := b.schema.Models[i].Relations[j]
			what := r.Owner.Name + "." + r.Name
			if r.Kind != ManyToMany {
				if dr.through != "" {
					b.fail(what, "only a many-to-many relation leads through another")
				}
				continue
			}
			r.Through = r.Target.relations[dr.through]
			if r.Through == nil || r.Through.Kind != BelongsTo {
				b.fail(what, r.Target.Name+" has no belongs-to named "+quote(dr.through))
				return
			}
			r.Far = r.Through.Target
		}
	}
}
