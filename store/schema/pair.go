//go:build !js || sdl

package schema

import "slices"

// sides are the relations between a parent and a child, either of which may also
// be the other (a model may be related to itself).
type sides struct {
	parent, child *model
	many          []*relation // @hasMany of the parent
	one           []*relation // @hasOne of the parent
	back          []*relation // @belongsTo of the child
	dead          bool        // one of them has had a fault
}

// pairAll finds for every @belongsTo the @hasMany or @hasOne that it is the other
// side of: by equal fields first, and then where only one choice is left. A
// @hasMany and its @belongsTo share one foreign key.
func (r *reader) pairAll() {
	type ends struct{ parent, child *model }
	groups := map[ends]*sides{}
	var order []*sides
	group := func(parent, child *model) *sides {
		g := groups[ends{parent, child}]
		if g == nil {
			g = &sides{parent: parent, child: child}
			groups[ends{parent, child}] = g
			order = append(order, g)
		}
		return g
	}
	for _, m := range r.list {
		for _, rel := range m.relations {
			if rel.dead { // it may have been meant to be any side
				group(m, rel.target).dead = true
				group(rel.target, m).dead = true
				continue
			}
			switch rel.kind {
			case HasMany:
				g := group(m, rel.target)
				g.many = append(g.many, rel)
			case HasOne:
				g := group(m, rel.target)
				g.one = append(g.one, rel)
			case BelongsTo:
				g := group(rel.target, m)
				g.back = append(g.back, rel)
			}
		}
	}
	for _, g := range order {
		r.pair(g)
	}
}

func (r *reader) pair(g *sides) {
	g.pairEqual()
	r.pairOpen(g)
	r.pairListed(g)
}

// pairEqual joins those that name the same foreign key, be it one that is to be
// generated.
func (g *sides) pairEqual() {
	byKey := map[string]*relation{}
	for _, many := range g.many {
		if !slices.Equal(many.local(), g.parent.draft.key) {
			continue
		}
		key := many.foreign
		if key == nil {
			key = generatedNames(many)
		}
		if byKey[joined(key)] == nil {
			byKey[joined(key)] = many
		}
	}
	for _, back := range g.back {
		if back.listed == nil {
			continue
		}
		many := byKey[joined(texts(back.listed))]
		if many == nil || many.opposite != nil {
			continue
		}
		join(many, back)
		if many.foreign == nil && g.child.fields[back.listed[0].text] == nil {
			back.listed = nil // it names the key that is yet to be generated
		}
	}
}

// pairOpen gives each @belongsTo without fields its other side.
func (r *reader) pairOpen(g *sides) {
	var open, choices []*relation
	for _, back := range g.back {
		if back.opposite == nil && back.listed == nil {
			open = append(open, back)
		}
	}
	for _, many := range g.many {
		if many.opposite == nil {
			choices = append(choices, many)
		}
	}
	manies := len(choices)
	choices = append(choices, g.one...)
	switch {
	case len(open) == 0:
	case len(choices) > 0 && manies == 0: // each has a key of its own, whichever it belongs to
		for i, back := range open {
			join(choices[min(i, len(choices)-1)], back)
		}
	case len(open) == 1 && len(choices) == 1:
		join(choices[0], open[0])
	default:
		for _, back := range open {
			back.dead = true
			switch {
			case g.dead || g.parent.unresolved:
			case len(choices) == 0:
				r.fault(back.at, back.what()+" needs a @hasOne or @hasMany of its own in "+g.parent.def.Name+
					", or fields: that name its foreign key")
			default:
				message := back.what() + " could be the other side of " + whats(choices)
				if len(open) > 1 {
					message += ", and so could " + whats(slices.DeleteFunc(slices.Clone(open), func(o *relation) bool { return o == back }))
				}
				r.fault(back.at, message+": add fields: that name its foreign key, and indexName: to the @hasMany that uses it")
			}
		}
	}
}

// pairListed joins a @hasMany that names no key with the one @belongsTo left that
// does.
func (r *reader) pairListed(g *sides) {
	var open, listed []*relation
	for _, many := range g.many {
		if many.opposite == nil && many.foreign == nil {
			open = append(open, many)
		}
	}
	for _, back := range g.back {
		if back.opposite == nil && back.listed != nil {
			listed = append(listed, back)
		}
	}
	switch {
	case len(open) == 0 || len(listed) == 0:
	case len(open) == 1 && len(listed) == 1:
		join(open[0], listed[0])
	case g.dead:
	default:
		for _, many := range open {
			many.dead = true
			r.fault(many.at, many.what()+" could be the other side of "+whats(listed)+
				": add indexName: and fields: that say which key it uses")
		}
	}
}

func join(a, b *relation) { a.opposite, b.opposite = b, a }

// whats names relations, some of them when there are many.
func whats(rels []*relation) string {
	const most = 4
	var names []string
	for _, rel := range rels[:min(len(rels), most)] {
		names = append(names, rel.what())
	}
	if len(rels) > most {
		names = append(names, "others")
	}
	return enumerate(names, "or")
}

// joined makes one string of names; no name has a blank in it.
func joined(names []string) string {
	out := ""
	for _, n := range names {
		out += n + " "
	}
	return out
}
