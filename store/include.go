package store

import (
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Inclusion is a relation that a query loads along, and which of its records: Where,
// Sort, Page and Limit hold for the records of each parent by itself.
type Inclusion struct {
	Relation string
	Query    // without Model and Key
}

// Include loads a relation along with the records of a query, in the same answer:
// Record.Included then gives what was loaded. The options say which of the related
// records and in which order, for each parent by itself, and may include relations
// of theirs.
func Include(relation string, options ...QueryOption) QueryOption {
	return func(q *Query) error {
		sub := Query{Limit: -1}
		for _, option := range options {
			if err := option(&sub); err != nil {
				return err
			}
		}
		q.Include = append(q.Include, Inclusion{relation, sub})
		return nil
	}
}

// Included returns the records of a relation that the query which found r included,
// of one to one none or one; nil when it did not. It is what was stored then:
// One and Many say what is stored now. A record made by Save or With has none.
func (r *Record) Included(relation string) []*Record { return slices.Clone(r.included[relation]) }

// Tree is the answer to a query with relations: every row once, and who leads to
// whom.
type Tree struct {
	Rows []Found // the rows of each model that occurs, in order of insertion
	Root *Level  // the records of the query itself, in its order
}

// Level is the records of a query, or those of one relation of a level above.
type Level struct {
	Model    *schema.Model
	Relation *schema.Relation // nil for the query itself
	Records  []uint32         // positions in the Refs of the model; below the root in order of insertion, each once
	Links    []uint32         // for each record of the level above how many records it has, then their positions in Records
	Below    []*Level         // in the order of Include
}

// FindTree answers a Query with its relations. It looks at each level once, and
// finds related rows through indexes.
func (st *Store) FindTree(q Query) (*Tree, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.tree(q)
}

func (st *Store) tree(q Query) (*Tree, error) {
	var found Found
	var err error
	switch {
	case q.Key == nil:
		found, err = st.find(q)
	case q.Where != nil || q.Sort != nil || q.Page != 0 || q.Limit != -1:
		err = code.Fault(code.Invalid, q.Model, "", "a query by key takes include and no other option")
	default:
		found, err = st.findKey(q.Model, q.Key)
	}
	if err != nil {
		return nil, wrap("query", err)
	}
	g := grower{st: st, rows: make([][]uint32, len(st.schema.Models))}
	root := g.level(found.Model, nil)
	for _, ref := range found.Refs {
		root.Records = append(root.Records, ref.Row)
	}
	if err := g.grow(root, q.Include, 1); err != nil {
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
		level, err := g.follow(above, rel, include[i].Query)
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
func (g *grower) follow(above *Level, rel *schema.Relation, q Query) (*Level, error) {
	st, level := g.st, g.level(far(rel), rel)
	m := level.Model
	if q.Key != nil || q.Page < 0 || q.Limit < -1 || q.Page > 0 && q.Limit < 0 {
		return nil, code.Fault(code.Invalid, above.Model.Name, rel.Name, "page and limit may not be negative, and page needs a limit")
	}
	filter, err := predicate.Parse(m, q.Where)
	if err != nil {
		return nil, err
	}
	order, err := st.order(m, q.Sort)
	if err != nil {
		return nil, err
	}
	start, end := 0, MaxIncluded
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
		if g.included += len(kept); g.included > MaxIncluded {
			return nil, code.Fault(code.Limit, above.Model.Name, rel.Name, "the included relations have more than "+
				strconv.Itoa(MaxIncluded)+" records: set a limit")
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

func tooManyIncludes(model, relation string) error {
	return code.Fault(code.Limit, model, relation, "too many includes: they may be "+strconv.Itoa(MaxIncludeDepth)+
		" deep, and "+strconv.Itoa(MaxIncludes)+" in all")
}

// parseInclude reads [{"relation", "where"?, "sort"?, "page"?, "limit"?, "include"?}, …].
// It calls itself no deeper than MaxIncludeDepth.
func parseInclude(text []byte, depth int) ([]Inclusion, error) {
	if depth > MaxIncludeDepth {
		return nil, wrap("query", tooManyIncludes("", ""))
	}
	var list []Inclusion
	s := jsontext.New(text)
	for s.BeginArray(); s.NextElement(); {
		one := Inclusion{Query: Query{Limit: -1}}
		err := one.parse("query", s.Raw(), "relation, where, sort, page, limit and include",
			func(name string, s *jsontext.Scanner) (known bool, err error) {
				switch name {
				case "relation":
					one.Relation = textOf(s.Raw())
				case "include":
					one.Include, err = parseInclude(s.Raw(), depth+1)
				default:
					return false, nil
				}
				return true, err
			})
		if err != nil {
			return nil, err
		}
		if len(list) == MaxIncludes {
			return nil, wrap("query", tooManyIncludes("", one.Relation))
		}
		list = append(list, one)
	}
	if err := s.Err(); err != nil {
		return nil, &code.Error{Code: code.Invalid, Op: "query", Message: "include must be a list of relations", Err: err}
	}
	return list, nil
}

// recordsOfTree makes the records of a tree. The caller holds mu.
func (st *Store) recordsOfTree(t *Tree) []*Record {
	rows := make([][]*Record, len(st.schema.Models))
	for _, f := range t.Rows {
		rows[f.Model.Index] = st.records(f)
	}
	return loaded(t.Root, rows)
}

// loaded makes the records of a level, those that include others apart from those
// that do not. It calls itself no deeper than MaxIncludeDepth.
func loaded(l *Level, rows [][]*Record) []*Record {
	list := make([]*Record, len(l.Records))
	for i, at := range l.Records {
		list[i] = rows[l.Model.Index][at]
		if l.Below != nil {
			one := *list[i]
			one.included = map[string][]*Record{}
			list[i] = &one
		}
	}
	for _, below := range l.Below {
		far, links := loaded(below, rows), below.Links
		for _, r := range list {
			n := links[0]
			mine := make([]*Record, n)
			for i, at := range links[1 : 1+n] {
				mine[i] = far[at]
			}
			r.included[below.Relation.Name] = mine
			links = links[1+n:]
		}
	}
	return list
}
