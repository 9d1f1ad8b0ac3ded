package store

import (
	"slices"

	"github.com/granarydb/granary/store/live"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
)

// along checks what a live query includes, and returns the ways from its records to
// all others that its answer is made of.
func (st *Store) along(m *schema.Model, include []Inclusion) ([][]*schema.Relation, error) {
	if include == nil {
		return nil, nil
	}
	if _, err := st.treeOf(m, nil, include, 0); err != nil {
		return nil, err
	}
	return ways(nil, nil, m, include)
}

// ways appends the ways that lead on from a way to m: along each relation, and
// along those that its predicate looks at. It calls itself no deeper than
// MaxIncludeDepth.
func ways(list [][]*schema.Relation, way []*schema.Relation, m *schema.Model, include []Inclusion) (_ [][]*schema.Relation, err error) {
	on := func(way []*schema.Relation, more ...*schema.Relation) []*schema.Relation {
		longer := append(slices.Clip(way), more...)
		list = append(list, longer)
		return longer
	}
	for i := range include {
		rel := m.Relation(include[i].Relation)
		next := on(way, rel)
		if rel.Kind == schema.ManyToMany {
			next = on(next, rel.Through)
		}
		filter, err := predicate.Parse(far(rel), include[i].Where)
		if err != nil {
			return nil, err
		}
		for _, path := range filter.Paths() {
			on(next, path...)
		}
		if list, err = ways(list, next, far(rel), include[i].Include); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// regrown adds to a patch the rows that stayed as they were, of which something
// else leads to other records now. The prints of the others follow the patch.
func (l *Live) regrown(p *live.Patch, touches []live.Touch) *live.Patch {
	if p != nil {
		l.prints = patched(l.prints, p)
	}
	var suspects []int
	for _, at := range l.view.Along(touches) {
		if l.prints[at] != unknown {
			suspects = append(suspects, at)
		}
	}
	if len(suspects) == 0 {
		return p
	}
	tree := l.treeAt(suspects)
	if tree == nil {
		return p
	}
	for i, now := range prints(tree) {
		if at := suspects[i]; l.prints[at] != now {
			if p == nil {
				p = &live.Patch{}
			}
			p.Updated = append(p.Updated, at)
		}
	}
	return p
}

// patched returns prints in the places that a patch gives them, unknown ones for
// what it inserted and updated.
func patched(before []uint64, p *live.Patch) []uint64 {
	list := make([]uint64, 0, len(before)+len(p.Inserted))
	removed, inserted := p.Removed, p.Inserted
	for i := 0; i < len(before) || len(inserted) > 0; {
		switch {
		case len(removed) > 0 && removed[0] == i:
			removed = removed[1:]
			i++
		case len(inserted) > 0 && inserted[0] == len(list):
			inserted = inserted[1:]
			list = append(list, unknown)
		default:
			list = append(list, before[i])
			i++
		}
	}
	for _, at := range p.Updated {
		list[at] = unknown
	}
	return list
}

// grown returns the tree that an answer needs: of what a patch brings, of the whole
// window when there is none.
func (l *Live) grown(p *live.Patch) *Tree {
	var positions []int
	if p != nil {
		positions = slices.Concat(p.Inserted, p.Updated)
	} else {
		l.prints = make([]uint64, len(l.view.Window()))
		for at := range l.prints {
			positions = append(positions, at)
		}
	}
	tree := l.treeAt(positions)
	if tree != nil {
		for i, now := range prints(tree) {
			l.prints[positions[i]] = now
		}
	}
	return tree
}

// treeAt returns the tree of the rows at some positions of the window, nil when
// that has grown too large, which ends the live query.
func (l *Live) treeAt(positions []int) *Tree {
	window := l.view.Window()
	rows := make([]uint32, len(positions))
	for i, at := range positions {
		rows[i] = window[at]
	}
	tree, err := l.st.treeOf(l.view.Model(), rows, l.query.Include, MaxIncluded)
	if err != nil {
		l.end(err)
	}
	return tree
}

// loaded returns the records of an answer that are still there, with what they
// include now.
func (l *Live) loaded(a Answer) []*Record {
	t := l.st.table(a.Model)
	var rows []uint32
	for _, ref := range a.Refs {
		if a.Epoch == l.st.epoch && t.Has(ref.Row) {
			rows = append(rows, ref.Row)
		}
	}
	tree, err := l.st.treeOf(a.Model, rows, l.query.Include, MaxIncluded)
	if err != nil {
		return nil
	}
	return l.st.recordsOfTree(tree)
}

// prints returns a number for the tree of each record of a level. Equal trees have
// equal ones; that of another tree is equal by a chance of one in 2^63.
func prints(t *Tree) []uint64 {
	rows := map[*schema.Model][]Ref{}
	for _, f := range t.Rows {
		rows[f.Model] = f.Refs
	}
	list := levelPrints(t.Root, rows)
	for i := range list {
		list[i] |= 1
	}
	return list
}

// unknown is no tree's print.
const unknown = 0

// levelPrints calls itself no deeper than MaxIncludeDepth.
func levelPrints(l *Level, rows map[*schema.Model][]Ref) []uint64 {
	list := make([]uint64, len(l.Records))
	for i, at := range l.Records {
		ref := rows[l.Model][at]
		list[i] = mixed(mixed(1, uint64(ref.Row)), uint64(ref.Version))
	}
	for _, below := range l.Below {
		far, links := levelPrints(below, rows), below.Links
		for i := range list {
			n := links[0]
			list[i] = mixed(list[i], uint64(n))
			for _, at := range links[1 : 1+n] {
				list[i] = mixed(list[i], far[at])
			}
			links = links[1+n:]
		}
	}
	return list
}

// mixed takes a number into a print, so that each bit of either counts for all of
// the result: a step of SplitMix64. Nothing that is structured may cancel out here;
// exclusive or of both did, as prints below one another are made in the same way.
func mixed(print, n uint64) uint64 {
	z := print*0xd6e8feb86659fd93 + n + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
