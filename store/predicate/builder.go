package predicate

import (
	"strings"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
)

// Predicate is a filter under construction in Go. The zero Predicate matches
// everything.
type Predicate struct {
	text []byte
	err  error
}

// JSON returns the predicate as data, or the first fault in its making.
func (p Predicate) JSON() ([]byte, error) {
	if p.text == nil && p.err == nil {
		return []byte(`{"all":true}`), nil
	}
	return p.text, p.err
}

// All matches everything.
func All() Predicate { return Predicate{} }

// And matches what all of the predicates match.
func And(list ...Predicate) Predicate { return group("and", list) }

// Or matches what at least one of the predicates matches.
func Or(list ...Predicate) Predicate { return group("or", list) }

// Not matches what p does not match.
func Not(p Predicate) Predicate { return wrap(`{"not":`, p, `}`) }

// Some matches records of which at least one related record matches p.
func Some(relation string, p Predicate) Predicate { return relate(relation, "some", p) }

// Every matches records of which all related records match p, also if there are none.
func Every(relation string, p Predicate) Predicate { return relate(relation, "every", p) }

// None matches records of which no related record matches p.
func None(relation string, p Predicate) Predicate { return relate(relation, "none", p) }

// Path names a field, behind relations if need be: "title", "post.id",
// "posts.post.title".
type Path string

// Where starts a test of the field at path.
func Where(path string) Path { return Path(path) }

// Eq tests for equality; nil asks for null.
func (p Path) Eq(value any) Predicate { return p.test(Eq, value) }

// Ne tests for inequality; nil asks for anything but null.
func (p Path) Ne(value any) Predicate { return p.test(Ne, value) }

// Gt tests for being greater.
func (p Path) Gt(value any) Predicate { return p.test(Gt, value) }

// Ge tests for being greater or equal.
func (p Path) Ge(value any) Predicate { return p.test(Ge, value) }

// Lt tests for being less.
func (p Path) Lt(value any) Predicate { return p.test(Lt, value) }

// Le tests for being less or equal.
func (p Path) Le(value any) Predicate { return p.test(Le, value) }

// Between tests for lying between two values, both included.
func (p Path) Between(low, high any) Predicate { return p.test(Between, []any{low, high}) }

// Contains tests for a part of a string or an element of a list.
func (p Path) Contains(value any) Predicate { return p.test(Contains, value) }

// NotContains is the opposite of Contains.
func (p Path) NotContains(value any) Predicate { return p.test(NotContains, value) }

// BeginsWith tests for the beginning of a string.
func (p Path) BeginsWith(prefix string) Predicate { return p.test(BeginsWith, prefix) }

// In tests for being one of the values.
func (p Path) In(values ...any) Predicate { return p.test(In, values) }

// NotIn is the opposite of In.
func (p Path) NotIn(values ...any) Predicate { return p.test(NotIn, values) }

func (p Path) test(op Op, value any) Predicate {
	parts := strings.Split(string(p), ".")
	last := len(parts) - 1
	text := append(quoted([]byte(`{"field":`), parts[last]), `,"op":"`+string(op)+`","value":`...)
	text, err := record.AppendGo(text, value)
	if e, ok := err.(*code.Error); ok {
		e.Field = string(p)
	}
	out := Predicate{text: append(text, '}'), err: err}
	for i := last - 1; i >= 0; i-- {
		out = Some(parts[i], out)
	}
	return out
}

func relate(relation, quantifier string, p Predicate) Predicate {
	return wrap(string(quoted([]byte(`{"relation":`), relation))+`,"`+quantifier+`":`, p, `}`)
}

func group(name string, list []Predicate) Predicate {
	text := []byte(`{"` + name + `":[`)
	for i, p := range list {
		one, err := p.JSON()
		if err != nil {
			return Predicate{err: err}
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, one...)
	}
	return Predicate{text: append(text, "]}"...)}
}

func wrap(before string, p Predicate, after string) Predicate {
	text, err := p.JSON()
	return Predicate{text: append(append([]byte(before), text...), after...), err: err}
}

func quoted(dst []byte, s string) []byte { return jsontext.AppendString(dst, []byte(s)) }
