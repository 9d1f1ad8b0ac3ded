package store

import (
	"math"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// aggregateKind is what is worked out of the values of a field.
type aggregateKind uint8

const (
	sum aggregateKind = iota
	avg
	least
	greatest
)

var aggregateNames = [...]string{"sum", "avg", "min", "max"}

// aggregate is one thing to work out of each group.
type aggregate struct {
	kind  aggregateKind
	field *schema.Field
}

func newAggregate(m *schema.Model, kind aggregateKind, name string) (aggregate, error) {
	f, err := fieldOf(m, name)
	if err != nil {
		return aggregate{}, err
	}
	t := f.Type
	verb := aggregateNames[kind]
	switch {
	case kind <= avg && (t.List || t.Scalar != schema.Int && t.Scalar != schema.Float && t.Scalar != schema.Timestamp):
		return aggregate{}, code.Fault(code.Invalid, m.Name, name, verb+" takes a field of type Int, Float or AWSTimestamp, and this is none")
	case !single(t) || t.Scalar == schema.Boolean:
		return aggregate{}, code.Fault(code.Invalid, m.Name, name, verb+" takes a field of one number or text, and this is none")
	}
	return aggregate{kind, f}, nil
}

// fieldOf returns the field of that name, or an error that names the nearest.
func fieldOf(m *schema.Model, name string) (*schema.Field, error) {
	if f := m.Field(name); f != nil {
		return f, nil
	}
	if m.Relation(name) != nil {
		return nil, code.Fault(code.Invalid, m.Name, name, "is a relation: name a field of "+m.Name+" itself")
	}
	names := make([]string, len(m.Fields))
	for i, f := range m.Fields {
		names[i] = f.Name
	}
	return nil, code.Fault(code.Invalid, m.Name, name, "is no field of "+m.Name+schema.DidYouMean(name, names))
}

// single reports whether values of the type can be told apart and put in order.
func single(t schema.Type) bool {
	return !t.List && t.Scalar != schema.JSON && t.Scalar != schema.Object
}

// total is what is known of the values of one field in one group.
type total struct {
	count int          // values that are not null
	sum   float64      // of the values
	lost  float64      // what rounding took from sum
	best  record.Value // the least or the greatest value; Null when there was none
}

// add takes in the next value.
func (t *total) add(kind aggregateKind, raw []byte) {
	v := record.Decode(raw)
	if v.Kind == record.Null {
		return
	}
	t.count++
	if kind > avg {
		if c := v.Compare(t.best); t.count == 1 || (c > 0) == (kind == greatest) && c != 0 {
			t.best = v
		}
		return
	}
	next := t.sum + v.Number
	if math.Abs(t.sum) >= math.Abs(v.Number) {
		t.lost += t.sum - next + v.Number
	} else {
		t.lost += v.Number - next + t.sum
	}
	t.sum = next
}

// value returns what came out.
func (t *total) value(kind aggregateKind) record.Value {
	switch {
	case kind > avg:
		return t.best
	case kind == sum:
		return record.Value{Kind: record.Number, Number: t.sum + t.lost}
	case t.count == 0:
		return record.Value{}
	}
	return record.Value{Kind: record.Number, Number: (t.sum + t.lost) / float64(t.count)}
}
