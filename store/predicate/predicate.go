// Package predicate holds filters as data: it reads them from JSON, checks them
// against the schema, tells whether a row matches, and which rows an index can
// name so that not all have to be looked at. An index never changes an answer:
// every row that it names is still tested for what the index does not say exactly.
//
// The JSON form:
//
//	{"and": [p, …]}  {"or": [p, …]}  {"not": p}  {"all": true}
//	{"field": "title", "op": "eq", "value": …}
//	{"relation": "comments", "some": p}   also "every", "none"
//
// A null field equals only null and differs from everything else; it is never
// less, greater or between, contains nothing, and begins with nothing. "not" is
// the plain opposite. A to-one relation has at most one related record; on a
// many-to-many relation the predicate is one on the join model.
package predicate

import (
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Op is an operator of a test.
type Op string

// The operators, with the names that they have in JSON and in JavaScript.
const (
	Eq          Op = "eq"
	Ne          Op = "ne"
	Gt          Op = "gt"
	Ge          Op = "ge"
	Lt          Op = "lt"
	Le          Op = "le"
	Between     Op = "between"
	Contains    Op = "contains"
	NotContains Op = "notContains"
	BeginsWith  Op = "beginsWith"
	In          Op = "in"
	NotIn       Op = "notIn"
)

var operators = []string{"eq", "ne", "gt", "ge", "lt", "le", "between", "contains", "notContains", "beginsWith", "in", "notIn"}

// Filter is a predicate that was checked against the schema. It is immutable.
type Filter struct {
	Model *schema.Model
	root  *node
}

type kind uint8

const (
	all kind = iota
	and
	or
	not
	test
	related
)

type quantifier uint8

const (
	some quantifier = iota
	every
	none
)

// node is one group, test or relation of a filter.
type node struct {
	kind       kind
	children   []*node // and, or; not and related have one
	field      *schema.Field
	op         Op
	values     []operand
	members    map[string]struct{} // canonical texts of in and notIn, when there are many
	skips      *[256]uint8         // of contains and notContains; see find
	relation   *schema.Relation
	quantifier quantifier
}

// operand is a value to compare with, as canonical JSON text and decoded.
type operand struct {
	raw []byte
	record.Value
}
