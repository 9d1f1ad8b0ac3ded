package record

import (
	"bytes"
	"strconv"

	"github.com/granarydb/granary/store/jsontext"
)

// Value is one decoded value, as far as predicates and sorting look into it.
// Lists, JSON and custom types stay text.
type Value struct {
	Kind   Kind
	Number float64 // Number
	Text   []byte  // String: the characters as WTF-8; Composite: the JSON text
}

// Kind orders values of different kinds: null comes first.
type Kind uint8

const (
	Null Kind = iota
	False
	True
	Number
	String
	Composite
)

// Decode reads canonical JSON text. The Value may share its bytes.
func Decode(raw []byte) Value {
	switch raw[0] {
	case 'n':
		return Value{}
	case 't':
		return Value{Kind: True}
	case 'f':
		return Value{Kind: False}
	case '"':
		return Value{Kind: String, Text: jsontext.Characters(raw)}
	case '[', '{':
		return Value{Kind: Composite, Text: raw}
	}
	return Value{Kind: Number, Number: parseNumber(raw)}
}

// Compare orders two values: null first, then false, true, numbers by size,
// strings by UTF-16 code unit.
func (v Value) Compare(o Value) int {
	if v.Kind != o.Kind {
		return int(v.Kind) - int(o.Kind)
	}
	switch v.Kind {
	case Number:
		if v.Number < o.Number {
			return -1
		} else if v.Number > o.Number {
			return 1
		}
		return 0
	case String:
		return jsontext.Compare(v.Text, o.Text)
	case Composite:
		return bytes.Compare(v.Text, o.Text)
	}
	return 0
}

// parseNumber reads the canonical text of a finite number; short integers fast.
func parseNumber(raw []byte) float64 {
	i, negative := 0, false
	if raw[0] == '-' {
		i, negative = 1, true
	}
	if len(raw) <= 15 {
		n := int64(0)
		for ; i < len(raw) && raw[i] >= '0' && raw[i] <= '9'; i++ {
			n = n*10 + int64(raw[i]-'0')
		}
		if i == len(raw) {
			if negative {
				n = -n
			}
			return float64(n)
		}
	}
	f, _ := strconv.ParseFloat(string(raw), 64)
	return f
}
