package predicate

import (
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Parse reads a predicate on records of m. nil or empty data matches everything.
func Parse(m *schema.Model, data []byte) (*Filter, error) {
	if len(data) == 0 {
		return &Filter{Model: m, root: &node{kind: all}}, nil
	}
	check := jsontext.New(data)
	data = check.Raw()
	if !check.End() {
		return nil, &code.Error{Code: code.Invalid, Model: m.Name, Message: "the predicate is not JSON", Err: check.Err()}
	}
	p := parser{}
	root, err := p.parse(m, data, 0)
	if err != nil {
		return nil, err
	}
	return &Filter{Model: m, root: root}, nil
}

type parser struct{ nodes int }

// parse reads one node; its depth is bounded by MaxDepth. data is valid JSON.
func (p *parser) parse(m *schema.Model, data []byte, depth int) (*node, error) {
	p.nodes++
	if depth > MaxDepth || p.nodes > MaxNodes {
		return nil, code.Fault(code.Limit, m.Name, "", "a predicate may be nested "+
			strconv.Itoa(MaxDepth)+" deep and have "+strconv.Itoa(MaxNodes)+" parts")
	}
	if data[0] != '{' {
		return nil, fault(m, "", "a predicate must be an object such as {\"field\":…,\"op\":…,\"value\":…}")
	}
	members := map[string][]byte{}
	s := jsontext.New(data)
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		members[string(name)] = s.Raw()
	}
	for _, group := range []struct {
		name string
		kind kind
	}{{"and", and}, {"or", or}, {"not", not}} {
		if text, ok := members[group.name]; ok && len(members) == 1 {
			return p.group(m, group.kind, text, depth)
		}
	}
	if _, ok := members["field"]; ok {
		return p.test(m, members)
	}
	if _, ok := members["relation"]; ok {
		return p.related(m, members, depth)
	}
	if text, ok := members["all"]; ok && len(members) == 1 && string(text) == "true" {
		return &node{kind: all}, nil
	}
	return nil, fault(m, "", "a predicate must be one of and, or, not, all, a test of a field, or a relation")
}

func (p *parser) group(m *schema.Model, k kind, text []byte, depth int) (*node, error) {
	n := &node{kind: k}
	if k == not {
		child, err := p.parse(m, text, depth+1)
		n.children = []*node{child}
		return n, err
	}
	if text[0] != '[' {
		return nil, fault(m, "", "and, or must hold a list of predicates")
	}
	s := jsontext.New(text)
	var parts [weights][]*node // those that cost least are asked first
	for s.BeginArray(); s.NextElement(); {
		child, err := p.parse(m, s.Raw(), depth+1)
		if err != nil {
			return nil, err
		}
		w := child.weight()
		parts[w] = append(parts[w], child)
	}
	for _, list := range parts {
		n.children = append(n.children, list...)
	}
	if len(n.children) == 0 {
		n.kind = all
	}
	return n, nil
}

const weights = 4

// weight tells about what it costs to ask whether a row matches.
func (n *node) weight() int {
	switch {
	case n.kind != test:
		return 3
	case n.op == Contains || n.op == NotContains:
		return 2
	case n.op == Eq || n.op == Ne:
		return 0
	}
	return 1
}

func (p *parser) related(m *schema.Model, members map[string][]byte, depth int) (*node, error) {
	name := text(members["relation"])
	r := m.Relation(name)
	if r == nil {
		return nil, unknown(m, name, "relation")
	}
	for q, word := range []string{"some", "every", "none"} {
		sub, ok := members[word]
		if !ok || len(members) != 2 {
			continue
		}
		child, err := p.parse(r.Target, sub, depth+1)
		if err != nil {
			return nil, err
		}
		return &node{kind: related, relation: r, quantifier: quantifier(q), children: []*node{child}}, nil
	}
	return nil, fault(m, name, "a relation needs exactly one of some, every, none")
}

func (p *parser) test(m *schema.Model, members map[string][]byte) (*node, error) {
	name := text(members["field"])
	f := m.Field(name)
	if f == nil {
		return nil, unknown(m, name, "field")
	}
	op := text(members["op"])
	if !has(operators, op) {
		message := "has no operator " + code.Quote(op) + schema.DidYouMean(op, operators)
		return nil, fault(m, name, message)
	}
	value, ok := members["value"]
	if !ok || len(members) != 3 {
		return nil, fault(m, name, op+" needs a value")
	}
	n := &node{kind: test, field: f, op: Op(op)}
	return n, n.operands(m, value)
}

// operands reads the value of a test.
func (n *node) operands(m *schema.Model, value []byte) error {
	f := n.field
	switch n.op {
	case Between, In, NotIn:
		if value[0] != '[' {
			return fault(m, f.Name, string(n.op)+" needs a list of values")
		}
		s := jsontext.New(value)
		for s.BeginArray(); s.NextElement(); {
			if err := n.operand(m, s.Raw()); err != nil {
				return err
			}
			if len(n.values) > MaxValues {
				return code.Fault(code.Limit, m.Name, f.Name, string(n.op)+" takes at most "+strconv.Itoa(MaxValues)+" values")
			}
		}
	default:
		if err := n.operand(m, value); err != nil {
			return err
		}
	}
	if n.op == Between && (len(n.values) != 2 || n.values[1].Kind != record.Null && n.values[0].Compare(n.values[1].Value) > 0) {
		return fault(m, f.Name, "between needs two values, the lower one first")
	}
	if n.op == Contains || n.op == NotContains {
		n.skips = skipsOf(n.values[0].Text)
	}
	if (n.op == In || n.op == NotIn) && len(n.values) > 8 {
		n.members = make(map[string]struct{}, len(n.values))
		for _, v := range n.values {
			n.members[string(v.raw)] = struct{}{}
		}
	}
	return nil
}

// operand checks that a value can be compared with the field.
func (n *node) operand(m *schema.Model, raw []byte) error {
	v := operand{raw: raw, Value: record.Decode(raw)}
	f := n.field
	class := classOf(f.Type)
	element := n.op == Contains || n.op == NotContains
	if f.Type.List && element {
		class = classOf(schema.Type{Scalar: f.Type.Scalar})
	}
	equality := n.op == Eq || n.op == Ne || n.op == In || n.op == NotIn
	switch {
	case v.Kind == record.Null:
	case class == composite && equality:
		canonical, err := record.Canonical(raw, f.Type, m.Name, f.Name)
		if err != nil {
			return err
		}
		v = operand{raw: canonical, Value: record.Value{Kind: record.Composite, Text: canonical}}
	case class == composite, n.op == BeginsWith && class != textual, element && class != textual && !f.Type.List:
		return fault(m, f.Name, "cannot be compared with "+string(n.op))
	case class == textual && v.Kind != record.String:
		return fault(m, f.Name, string(n.op)+" needs a string, got "+short(raw))
	case class == numeric && v.Kind != record.Number:
		return fault(m, f.Name, string(n.op)+" needs a number, got "+short(raw))
	case class == boolean && v.Kind != record.True && v.Kind != record.False:
		return fault(m, f.Name, string(n.op)+" needs true or false, got "+short(raw))
	case f.Type.Scalar == schema.Enumeration && equality && !has(f.Type.Enum.Values, string(v.Text)):
		_, err := record.Canonical(raw, schema.Type{Scalar: schema.Enumeration, Enum: f.Type.Enum}, m.Name, f.Name)
		return err
	}
	switch v.Kind {
	case record.Number:
		v.raw = jsontext.AppendFloat(nil, v.Number)
	case record.String:
		v.raw = jsontext.AppendString(nil, v.Text)
	}
	n.values = append(n.values, v)
	return nil
}

type class uint8

const (
	textual class = iota
	numeric
	boolean
	composite
)

func classOf(t schema.Type) class {
	if t.List {
		return composite
	}
	switch t.Scalar {
	case schema.Int, schema.Float, schema.Timestamp:
		return numeric
	case schema.Boolean:
		return boolean
	case schema.JSON, schema.Object:
		return composite
	}
	return textual
}

func unknown(m *schema.Model, name, what string) error {
	var names []string
	if what == "field" {
		if m.Relation(name) != nil {
			return fault(m, name, "is a relation: name a field of "+m.Relation(name).Target.Name+" behind it")
		}
		for _, f := range m.Fields {
			names = append(names, f.Name)
		}
	}
	for _, r := range m.Relations {
		names = append(names, r.Name)
	}
	message := "is no " + what + " of " + m.Name + schema.DidYouMean(name, names)
	return fault(m, name, message)
}

func fault(m *schema.Model, field, message string) error {
	return code.Fault(code.Invalid, m.Name, field, message)
}

func text(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return string(raw)
	}
	return string(jsontext.Unescape(raw[1 : len(raw)-1]))
}

func short(raw []byte) string {
	if len(raw) > 40 {
		return "something longer"
	}
	return string(raw)
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
