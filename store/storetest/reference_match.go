package storetest

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Match says whether a row matches a predicate, by looking at all rows of the
// models that it leads to.
func (r *Reference) Match(m *schema.Model, row Row, text []byte) bool {
	if len(text) == 0 {
		return true
	}
	return r.match(m, row, record.GoValue(text).(map[string]any))
}

func (r *Reference) match(m *schema.Model, row Row, p map[string]any) bool {
	hit := func(sub any) bool { return r.match(m, row, sub.(map[string]any)) }
	if list, ok := p["and"].([]any); ok {
		return !slices.ContainsFunc(list, func(sub any) bool { return !hit(sub) })
	}
	if list, ok := p["or"].([]any); ok {
		return len(list) == 0 || slices.ContainsFunc(list, hit)
	}
	if sub, ok := p["not"]; ok {
		return !hit(sub)
	}
	if name, ok := p["relation"].(string); ok {
		return r.matchRelated(m.Relation(name), row, p)
	}
	if name, ok := p["field"].(string); ok {
		return holds(row[name], p["op"].(string), p["value"])
	}
	return true
}

func (r *Reference) matchRelated(rel *schema.Relation, row Row, p map[string]any) bool {
	count := func(sub any) (hits, all int) {
		for _, other := range r.rows[rel.Target.Name] {
			if linked(rel, row, other) {
				all++
				if r.match(rel.Target, other, sub.(map[string]any)) {
					hits++
				}
			}
		}
		return hits, all
	}
	if sub, ok := p["some"]; ok {
		hits, _ := count(sub)
		return hits > 0
	}
	if sub, ok := p["none"]; ok {
		hits, _ := count(sub)
		return hits == 0
	}
	hits, all := count(p["every"])
	return hits == all
}

// linked reports whether two rows are connected through the relation.
func linked(rel *schema.Relation, owner, target Row) bool {
	for i, f := range rel.Fields {
		a, b := owner[rel.Owner.Fields[f].Name], target[rel.Target.Fields[rel.TargetFields[i]].Name]
		if a == nil || a != b {
			return false
		}
	}
	return true
}

func holds(value any, op string, operand any) bool {
	equal := func(o any) bool { return reflect.DeepEqual(value, o) }
	switch op {
	case "eq":
		return equal(operand)
	case "ne":
		return !equal(operand)
	case "in":
		return slices.ContainsFunc(operand.([]any), equal)
	case "notIn":
		return !slices.ContainsFunc(operand.([]any), equal)
	case "contains":
		return contains(value, operand)
	case "notContains":
		return !contains(value, operand)
	case "beginsWith":
		text, ok1 := value.(string)
		prefix, ok2 := operand.(string)
		return ok1 && ok2 && strings.HasPrefix(text, prefix)
	case "between":
		pair := operand.([]any)
		return value != nil && pair[0] != nil && pair[1] != nil && Order(value, pair[0]) >= 0 && Order(value, pair[1]) <= 0
	}
	if value == nil || operand == nil {
		return false
	}
	c := Order(value, operand)
	return op == "gt" && c > 0 || op == "ge" && c >= 0 || op == "lt" && c < 0 || op == "le" && c <= 0
}

func contains(value, operand any) bool {
	if list, ok := value.([]any); ok {
		return slices.ContainsFunc(list, func(e any) bool { return reflect.DeepEqual(e, operand) })
	}
	text, ok1 := value.(string)
	part, ok2 := operand.(string)
	return ok1 && ok2 && strings.Contains(text, part)
}

// Order compares two values: null, false, true, numbers, strings by UTF-16 unit.
func Order(a, b any) int {
	if c := rank(a) - rank(b); c != 0 {
		return c
	}
	switch a := a.(type) {
	case float64:
		if a < b.(float64) {
			return -1
		} else if a > b.(float64) {
			return 1
		}
	case string:
		return slices.Compare(units(a), units(b.(string)))
	}
	return 0
}

func rank(v any) int {
	switch v := v.(type) {
	case bool:
		if v {
			return 2
		}
		return 1
	case float64:
		return 3
	case string:
		return 4
	}
	return 0
}

// units returns the UTF-16 code units of a string that may hold lone surrogates.
func units(s string) (out []uint16) {
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			out = append(out, uint16(s[0]&0xf)<<12|uint16(s[1]&0x3f)<<6|uint16(s[2]&0x3f))
			s = s[3:]
			continue
		}
		out, s = utf16.AppendRune(out, r), s[n:]
	}
	return out
}
