package store

import (
	"math"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// tree answers a Query with its relations, which may have so many records in all.
func (st *Store) tree(q Query, most int) (*Tree, error) {
	var found Found
	var err error
	switch {
	case q.Key == nil:
		if m := st.schema.Model(q.Model); m != nil {
			q.Where = st.entire(m, q.Where, q.Include)
		}
		found, err = st.find(q)
	case q.Where != nil || q.Sort != nil || q.Page != 0 || q.Limit != -1:
		err = code.Fault(code.Invalid, q.Model, "", "a query by key takes include and no other option")
	default:
		found, err = st.findKey(q.Model, q.Key)
	}
	if err != nil {
		return nil, wrap("query", err)
	}
	rows := make([]uint32, len(found.Refs))
	for i, ref := range found.Refs {
		rows[i] = ref.Row
	}
	return st.treeOf(found.Model, rows, q.Include, most)
}

// treeOf gives rows, which it keeps, with relations.
func (st *Store) treeOf(m *schema.Model, rows []uint32, include []Inclusion, most int) (*Tree, error) {
	g := grower{st: st, most: most, rows: make([][]uint32, len(st.schema.Models))}
	root := g.level(m, nil)
	root.Records = rows
	if err := g.grow(root, include, 1); err != nil {
		return nil, wrap("query", err)
	}
	return g.tree(root), nil
}

// grower makes a tree. Until it is whole, levels name rows by their numbers.
type grower struct {
	st       *Store
	levels   []*Level
	rows     [][]uint32 // by model: the rows of all its levels
	included int        // records of all relations
	most     int        // of them
	key      []byte
}

func (g *grower) level(m *schema.Model, rel *schema.Relation) *Level {
	l := &Level{Model: m, Relation: rel}
	g.levels = append(g.levels, l)
	return l
}

// grow adds the relations of a level. It calls itself no deeper than
// MaxIncludeDepth.
func (g *grower) grow(above *Level, include []Inclusion, depth int) error {
	m := above.Model
	for i := range include {
		name := include[i].Relation
		rel := m.Relation(name)
		if rel == nil {
			return noRelation(m, name)
		}
		if depth > MaxIncludeDepth || len(g.levels) > MaxIncludes {
			return tooManyIncludes(m.Name, name)
		}
		for _, level := range above.Below {
			if level.Relation == rel {
				return code.Fault(code.Invalid, m.Name, name, "is included twice: include it once")
			}
		}
		level, err := g.follow(above, rel, include[i])
		if err != nil {
			return err
		}
		above.Below = append(above.Below, level)
		if err := g.grow(level, include[i].Include, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// follow finds the records of a relation for each record of a level.
func (g *grower) follow(above *Level, rel *schema.Relation, q Inclusion) (*Level, error) {
	st, level := g.st, g.level(far(rel), rel)
	m := level.Model
	if q.Key != nil || q.Page < 0 || q.Limit < -1 || q.Page > 0 && q.Limit < 0 {
		return nil, code.Fault(code.Invalid, above.Model.Name, rel.Name, "page and limit may not be negative, and page needs a limit")
	}
	filter, err := predicate.Parse(m, st.entire(m, q.Where, q.Include))
	if err != nil {
		return nil, err
	}
	order, err := st.order(m, q.Sort)
	if err != nil {
		return nil, err
	}
	start, end := 0, math.MaxInt32
	if q.Limit >= 0 {
		start, end = window(q.Page, q.Limit)
	}
	if rel.Kind == schema.BelongsTo || rel.Kind == schema.HasOne {
		end = min(end, start+1)
	}
	near, t := st.table(above.Model), st.table(m)
	var rows []uint32
	for _, n := range above.Records {
		rows = rows[:0]
		var ok bool
		if g.key, ok = near.Layout.AppendKey(g.key[:0], near.Row(n), rel.Fields); ok {
			rows = st.relatedRows(rows, rel, g.key)
		}
		if !filter.Everything() {
			rows = slices.DeleteFunc(rows, func(n uint32) bool { return !filter.Match(st.tables(), t.Row(n)) })
		}
		last := min(end, len(rows))
		kept := order.First(rows, last)[min(start, last):]
		if g.included += len(kept); g.included > g.most {
			return nil, code.Fault(code.Limit, above.Model.Name, rel.Name, "the included relations have more than "+
				strconv.Itoa(g.most)+" records: set a limit")
		}
		level.Records = append(level.Records, kept...)
		level.Links = append(append(level.Links, uint32(len(kept))), kept...)
	}
	level.Records = table.Ascending(level.Records)
	return level, nil
}

// tree names rows by their places instead of their numbers.
func (g *grower) tree(root *Level) *Tree {
	for _, l := range g.levels {
		if l.Relation != nil {
			for i := 0; i < len(l.Links); i += int(l.Links[i]) + 1 {
				locate(l.Links[i+1:i+1+int(l.Links[i])], l.Records)
			}
		}
		rows := &g.rows[l.Model.Index]
		*rows = append(*rows, l.Records...)
	}
	t := &Tree{Root: root}
	for i, rows := range g.rows {
		if rows != nil {
			g.rows[i] = table.Ascending(rows)
			t.Rows = append(t.Rows, g.st.found(g.st.schema.Models[i], g.rows[i]))
		}
	}
	for _, l := range g.levels {
		locate(l.Records, g.rows[l.Model.Index])
	}
	return t
}

// locate replaces numbers by their positions in a list that holds them all, in
// ascending order.
func locate(numbers, in []uint32) {
	for i, n := range numbers {
		at, _ := slices.BinarySearch(in, n)
		numbers[i] = uint32(at)
	}
}
