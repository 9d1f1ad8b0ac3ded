package store

import (
	"context"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
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
func (st *Store) FindTree(q Query) (tree *Tree, err error) {
	err = st.ask(context.Background(), "query", func() (err error) {
		tree, err = st.tree(q, MaxIncluded)
		return err
	})
	return tree, err
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
