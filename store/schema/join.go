//go:build !js || sdl

package schema

import "slices"

// side is one end of a many-to-many relation: the model, and the names of what
// the join model keeps about it.
type side struct {
	rel     *relation
	back    string   // the belongs-to of the join model that leads to the model
	foreign []string // its foreign key
	former  []string // the names that it had before, "" for the same
	index   string
}

// joinManyToMany makes the join model of every @manyToMany. Of the models Post and
// Tag it has the belongs-to relations post and tag, the foreign keys postId and
// tagId (further fields of a key keep their name behind that of the model:
// posttitle) and the indexes byPost and byTag.
//
// Between a model and itself these names would be the same for both sides. There
// they are made of the field's name too, so that the fields friends and friendOf
// of User give userFriends and userFriendOf, userFriendsId and userFriendOfId,
// byUserFriends and byUserFriendOf. Each leads to the user whose field it is
// named after.
func (r *reader) joinManyToMany() {
	ends := map[string][]*relation{}
	var order []string
	for _, m := range r.list {
		for _, rel := range m.relations {
			if rel.kind != ManyToMany || rel.directive == nil || textOf(rel.directive, "relationName") == "" {
				continue
			}
			name := upperFirst(textOf(rel.directive, "relationName"))
			if ends[name] == nil {
				order = append(order, name)
			}
			ends[name] = append(ends[name], rel)
		}
	}
	for _, name := range order {
		if r.checkEnds(name, ends[name], order) {
			r.addJoin(name, ends[name][0], ends[name][1])
		}
	}
}

// checkEnds reports whether the fields that share a relation name are two that
// lead to one another.
func (r *reader) checkEnds(name string, ends []*relation, names []string) bool {
	first := ends[0]
	if problem := nameProblem(name); problem != "" {
		r.fault(first.at, first.what()+": "+problem)
		return false
	}
	if taken := r.names[name]; taken != nil {
		r.fault(first.at, first.what()+" makes the join model "+name+", which line "+itoa(taken.at.line)+
			" declares: choose another relationName, or leave out that definition")
		return false
	}
	if _, builtIn := scalarNamed(name); builtIn {
		r.fault(first.at, first.what()+": "+name+" is the name of a built-in type: choose another relationName")
		return false
	}
	if len(ends) == 1 {
		if !first.dead && !first.target.unresolved && !slices.ContainsFunc(first.target.relations, func(rel *relation) bool { return rel.dead }) {
			r.faultNear(first.at, "the relation "+quote(name)+" of "+first.what()+" needs a second field with the same relationName in "+
				first.target.def.Name, name, func() []string { return names })
		}
		return false
	}
	for _, more := range ends[2:] {
		r.fault(more.at, more.what()+" is a third field of the relation "+quote(name)+", which has "+ends[0].what()+" and "+ends[1].what()+" already")
	}
	second := ends[1]
	if len(ends) > 2 || first.dead || second.dead {
		return false
	}
	if first.target != second.owner || second.target != first.owner {
		r.fault(second.at, second.what()+" and "+first.what()+" share a relation and must lead to one another's model")
		return false
	}
	return true
}

func (r *reader) addJoin(name string, a, b *relation) {
	join := &draftModel{name: name, plural: plural(name), join: true, key: []string{"id"}, keyKind: KeyManaged,
		createdAt: "createdAt", updatedAt: "updatedAt",
		fields: []*draftField{{name: "id", typ: "ID", required: true}}}
	taken := map[string]bool{"id": true, "createdAt": true, "updatedAt": true}
	clash := ""
	take := func(name string) string {
		if taken[name] || nameProblem(name) != "" {
			clash = name
		}
		taken[name] = true
		return name
	}
	ends := [2]side{newSide(a, a.owner == b.owner), newSide(b, a.owner == b.owner)}
	for _, s := range ends {
		key := s.rel.owner.draft.key
		for i, f := range s.foreign {
			join.fields = append(join.fields, &draftField{name: take(f), typ: s.rel.owner.fields[key[i]].typ, required: true, relation: s.back,
				former: s.former[i]})
		}
		join.relations = append(join.relations, &draftRelation{name: take(s.back), kind: BelongsTo, model: s.rel.owner.def.Name,
			fields: s.foreign, targetFields: key, required: true})
		join.indexes = append(join.indexes, draftIndex{s.index, s.foreign})
	}
	if clash != "" {
		r.fault(a.at, "the join model "+name+" of "+a.what()+" and "+b.what()+" would have "+quote(clash)+
			" twice or too long a name: rename a model")
		return
	}
	join.fields = append(join.fields, &draftField{name: "createdAt", typ: "AWSDateTime", readOnly: true},
		&draftField{name: "updatedAt", typ: "AWSDateTime", readOnly: true})
	r.draft.models = append(r.draft.models, join)
	for i, s := range ends {
		s.rel.opposite = ends[1-i].rel
		s.rel.draft = &draftRelation{name: s.rel.name, kind: ManyToMany, model: name, fields: s.rel.owner.draft.key,
			targetFields: s.foreign, onDelete: s.rel.onDelete, through: ends[1-i].back}
	}
}

func newSide(rel *relation, self bool) side {
	model, key := rel.owner.def.Name, rel.owner.draft.key
	s := side{rel: rel, back: lowerFirst(model), index: "by" + upperFirst(model)}
	if self {
		s.back = camel(model, rel.name)
		s.index = "by" + upperFirst(s.back)
	}
	s.foreign = joinNames(model, rel.name, key, self)
	s.former = changed(joinNames(rel.owner.formerName(), rel.formerName(), rel.owner.formerKey(), self), s.foreign)
	return s
}

// joinNames returns the names of the foreign key by which a join model refers to a
// model with that key.
func joinNames(model, relation string, key []string, self bool) (names []string) {
	for i, part := range key {
		switch {
		case self:
			names = append(names, camel(model, relation, part))
		case i == 0:
			names = append(names, camel(model, part))
		default:
			names = append(names, lowerFirst(model)+part)
		}
	}
	return names
}
