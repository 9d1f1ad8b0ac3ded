package store

import (
	"context"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Query says which records of a model, in which order, and which of them.
type Query struct {
	Model string
	Where []byte // a predicate; nil for all
	Sort  []Sort // the order; records that tie, and all when there is none, are in order of insertion
	Page  int    // from 0; needs a limit
	Limit int    // at most so many records a page; -1 for no limit

	Key     []byte      // instead of all these: the key of one record, a JSON array; FindTree alone takes it
	Include []Inclusion // relations to load along; FindTree alone takes them
}

// Sort is one key of an order.
type Sort struct {
	Field      string
	Descending bool
}

// Found is the answer to a Query: row numbers of one epoch, with their versions.
type Found struct {
	Model   *schema.Model
	Epoch   uint32
	Refs    []Ref
	Version uint32 // after a save: the version that it gave the rows which it changed
}

// QueryOption adds to a Query.
type QueryOption func(*Query) error

// Where keeps the records that match.
func Where(p predicate.Predicate) QueryOption {
	return func(q *Query) (err error) {
		q.Where, err = p.JSON()
		return err
	}
}

// Ascending sorts by a field, least first, after the sorts given before. Null
// comes before everything else.
func Ascending(field string) QueryOption { return sortBy(Sort{Field: field}) }

// Descending sorts by a field, greatest first.
func Descending(field string) QueryOption { return sortBy(Sort{field, true}) }

// Limit keeps at most n records.
func Limit(n int) QueryOption { return Page(0, n) }

// Page keeps the records of one page of n, counted from 0.
func Page(page, n int) QueryOption {
	return func(q *Query) error {
		q.Page, q.Limit = page, n
		if page < 0 || n < 0 {
			return code.Fault(code.Invalid, q.Model, "", "page and limit may not be negative")
		}
		return nil
	}
}

func sortBy(s Sort) QueryOption {
	return func(q *Query) error {
		q.Sort = append(q.Sort, s)
		return nil
	}
}

// asked puts options together.
func asked(op, model string, options []QueryOption) (Query, error) {
	q := Query{Model: model, Limit: -1}
	for _, option := range options {
		if err := option(&q); err != nil {
			return q, wrap(op, err)
		}
	}
	return q, nil
}

// Query returns the records that the options describe, with the relations that
// they include; all without any.
func (st *Store) Query(ctx context.Context, model string, options ...QueryOption) ([]*Record, error) {
	q, err := asked("query", model, options)
	if err != nil {
		return nil, err
	}
	var list []*Record
	err = st.ask(ctx, "query", func() error {
		tree, err := st.tree(q, MaxIncluded)
		if err == nil {
			list = st.recordsOfTree(tree)
		}
		return err
	})
	return list, err
}

// Get returns the record with that key, nil if there is none. A composite key is a
// []any in key order. Include is the only option.
func (st *Store) Get(ctx context.Context, model string, key any, options ...QueryOption) (*Record, error) {
	q, err := asked("query", model, options)
	if err != nil {
		return nil, err
	}
	if q.Key, err = keyText(key); err != nil {
		return nil, wrap("query", err)
	}
	var list []*Record
	err = st.ask(ctx, "query", func() error {
		tree, err := st.tree(q, MaxIncluded)
		if err == nil {
			list = st.recordsOfTree(tree)
		}
		return err
	})
	return first(list, err)
}

// Find answers a Query with references to rows.
func (st *Store) Find(q Query) (f Found, err error) {
	err = st.ask(context.Background(), "query", func() (err error) {
		f, err = st.find(q)
		return err
	})
	return f, err
}

// FindKey finds the record with that key, a JSON array of its values.
func (st *Store) FindKey(model string, key []byte) (f Found, err error) {
	err = st.ask(context.Background(), "query", func() (err error) {
		f, err = st.findKey(model, key)
		return err
	})
	return f, err
}

// AppendValues appends the JSON array of a row's values, in the order of the schema;
// null when the row is gone.
func (st *Store) AppendValues(dst []byte, m *schema.Model, number uint32) []byte {
	st.mu.Lock()
	defer st.mu.Unlock()
	if t := st.table(m); t.Has(number) {
		return append(dst, t.Layout.Values(t.Row(number))...)
	}
	return append(dst, "null"...)
}

// AppendPacked appends the values of the rows with those numbers as
// record.Layout.AppendPacked does.
func (st *Store) AppendPacked(dst []byte, m *schema.Model, numbers []uint32) []byte {
	st.mu.Lock()
	defer st.mu.Unlock()
	t := st.table(m)
	return t.Layout.AppendPacked(dst, func(i int) record.Row {
		if t.Has(numbers[i]) {
			return t.Row(numbers[i])
		}
		return nil
	}, len(numbers))
}

// ParseQuery reads a Query from JSON: {"model", "where"?, "sort"?, "page"?, "limit"?,
// "include"?} or {"model", "key", "include"?}, the model as its name or its position
// in the schema, include as a list of the same with "relation" for "model".
func ParseQuery(in *schema.Schema, text []byte) (Query, error) {
	q := Query{Limit: -1}
	err := q.parse("query", text, "where, sort, page, limit and include", func(name string, s *jsontext.Scanner) (known bool, err error) {
		switch name {
		case "model":
			q.Model = ModelName(in, s.Raw())
		case "key":
			q.Key = s.Raw()
		case "include":
			q.Include, err = parseInclude(s.Raw(), 1)
		default:
			return false, nil
		}
		return true, err
	})
	return q, err
}

// parse reads the parts that every question has; other reads those that only some
// have, and parts names all.
func (q *Query) parse(op string, text []byte, parts string, other func(name string, s *jsontext.Scanner) (bool, error)) error {
	bad := func(what string, err error) error {
		return &code.Error{Code: code.Invalid, Op: op, Model: q.Model, Message: what, Err: err}
	}
	check := jsontext.New(text)
	text = check.Raw()
	if !check.End() || text[0] != '{' {
		return bad("a query must be a JSON object", check.Err())
	}
	s := jsontext.New(text)
	var page, limit []byte
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		switch string(name) {
		case "where":
			q.Where = s.Raw()
		case "sort":
			q.Sort = parseSort(s)
		case "page":
			page = s.Raw()
		case "limit":
			limit = s.Raw()
		default:
			if known, err := other(string(name), s); err != nil {
				return err
			} else if !known {
				return bad("has no part "+code.Quote(string(name))+"; it has "+parts, nil)
			}
		}
	}
	if err := s.Err(); err != nil {
		return bad("a query has a part of the wrong type", err)
	}
	if page != nil && limit == nil {
		return bad("page needs a limit", nil)
	}
	for _, n := range []struct {
		name string
		text []byte
		into *int
	}{{"page", page, &q.Page}, {"limit", limit, &q.Limit}} {
		if n.text == nil {
			continue
		}
		v, err := strconv.ParseUint(string(n.text), 10, 31)
		if err != nil {
			return bad(n.name+" must be a whole number, 0 or more, got "+shown(n.text), nil)
		}
		*n.into = int(v)
	}
	return nil
}

// ModelName reads the name of a model from JSON: a string, or its position in the
// schema; "" for anything else.
func ModelName(in *schema.Schema, raw []byte) string {
	if n, err := strconv.Atoi(string(raw)); err == nil && n >= 0 && n < len(in.Models) {
		return in.Models[n].Name
	}
	if len(raw) == 0 {
		return ""
	}
	return textOf(raw)
}

// parseSort reads [["field","ASCENDING"|"DESCENDING"], …]; what is wrong shows as
// an error of the scanner or as an unknown field.
func parseSort(s *jsontext.Scanner) []Sort {
	var list []Sort
	for s.BeginArray(); s.NextElement(); {
		var pair [2]string
		n := 0
		for s.BeginArray(); s.NextElement(); n++ {
			pair[min(n, 1)] = string(s.String())
		}
		key := Sort{Field: pair[0], Descending: pair[1] == "DESCENDING"}
		if n != 2 || pair[1] != "ASCENDING" && !key.Descending {
			key.Field = "sort " + pair[1]
		}
		list = append(list, key)
	}
	return slices.Clip(list)
}
