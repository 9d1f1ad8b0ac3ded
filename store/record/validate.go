package record

import (
	"math"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// Canonical checks that raw, valid JSON text, is a value of type t, and returns
// its canonical text. model and field are named in the error.
func Canonical(raw []byte, t schema.Type, model, field string) ([]byte, error) {
	v := validator{model: model, field: field}
	if err := v.append(raw, t); err != nil {
		return nil, err
	}
	return v.scratch, nil
}

// validator appends the canonical text of checked values to scratch.
type validator struct {
	scratch      []byte
	model, field string
	nesting      int  // custom types around the value
	depth        int  // lists and custom types around the value
	drop         bool // leave out fields that a custom type does not have, instead of refusing them
}

func (v *validator) append(raw []byte, t schema.Type) error {
	if raw[0] == 'n' {
		if t.Required && v.nesting > 0 {
			return v.fault("is required: give a value of type " + typeName(t))
		}
		v.scratch = append(v.scratch, null...)
		return nil
	}
	if t.List {
		return v.appendList(raw, t)
	}
	return v.appendOne(raw, t)
}

func (v *validator) appendList(raw []byte, t schema.Type) error {
	if raw[0] != '[' {
		return v.wrong(raw, "a list of "+scalarName(t))
	}
	v.scratch = append(v.scratch, '[')
	v.depth++
	s := jsontext.New(raw)
	first := true
	for s.BeginArray(); s.NextElement(); first = false {
		if !first {
			v.scratch = append(v.scratch, ',')
		}
		element := s.Raw()
		if element[0] == 'n' {
			if t.Element {
				return v.fault("is a list whose elements may not be null")
			}
			v.scratch = append(v.scratch, null...)
			continue
		}
		if err := v.appendOne(element, t); err != nil {
			return err
		}
	}
	v.depth--
	v.scratch = append(v.scratch, ']')
	return nil
}

// appendOne takes one value that is not null and no list.
func (v *validator) appendOne(raw []byte, t schema.Type) error {
	switch t.Scalar {
	case schema.Int, schema.Timestamp, schema.Float:
		return v.appendNumber(raw, t)
	case schema.Boolean:
		if raw[0] != 't' && raw[0] != 'f' {
			return v.wrong(raw, "true or false")
		}
		v.scratch = append(v.scratch, raw...)
		return nil
	case schema.JSON:
		return v.appendJSON(raw)
	case schema.Object:
		return v.appendObject(raw, t.Custom)
	}
	return v.appendText(raw, t)
}

func (v *validator) appendText(raw []byte, t schema.Type) error {
	if raw[0] != '"' {
		return v.wrong(raw, article(t))
	}
	text := jsontext.Unescape(raw[1 : len(raw)-1])
	if t.Scalar == schema.Enumeration {
		if !contains(t.Enum.Values, text) {
			message := "must be one of " + joined(t.Enum.Values) + ", got " + shown(raw) + schema.DidYouMean(string(text), t.Enum.Values)
			return v.fault(message)
		}
	} else if ok, want := schema.Formatted(t.Scalar, text); !ok {
		return v.wrong(raw, want)
	}
	if len(text) == len(raw)-2 { // nothing was escaped, and nothing needs to be: raw was scanned
		v.scratch = append(v.scratch, raw...)
	} else {
		v.scratch = jsontext.AppendString(v.scratch, text)
	}
	return nil
}

func (v *validator) appendNumber(raw []byte, t schema.Type) error {
	if c := raw[0]; c != '-' && (c < '0' || c > '9') {
		return v.wrong(raw, article(t))
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsInf(f, 0) {
		return v.wrong(raw, "a finite number")
	}
	switch t.Scalar {
	case schema.Int:
		if f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
			return v.wrong(raw, "an integer from -2147483648 to 2147483647")
		}
	case schema.Timestamp:
		if f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
			return v.wrong(raw, "a whole number of seconds since 1970")
		}
	}
	v.scratch = jsontext.AppendFloat(v.scratch, f)
	return nil
}

// appendJSON takes an object, an array, or a string that holds the text of one.
func (v *validator) appendJSON(raw []byte) error {
	text := raw
	if raw[0] == '"' {
		text = jsontext.Unescape(raw[1 : len(raw)-1])
		s := jsontext.New(text)
		text = s.Raw()
		if !s.End() {
			return v.wrong(raw, "JSON")
		}
		if v.depth+depth(text) > jsontext.MaxDepth {
			return &code.Error{Code: code.Limit, Model: v.model, Field: v.field,
				Message: "is nested deeper than " + strconv.Itoa(jsontext.MaxDepth)}
		}
	}
	if text[0] != '{' && text[0] != '[' {
		return v.wrong(raw, "a JSON object or array, or the text of one")
	}
	v.scratch = jsontext.AppendCompact(v.scratch, text)
	return nil
}

// appendObject takes a value of a custom type, its fields in schema order.
func (v *validator) appendObject(raw []byte, t *schema.CustomType) error {
	if raw[0] != '{' {
		return v.wrong(raw, "an object of type "+t.Name)
	}
	if v.nesting == MaxNesting {
		return code.Fault(code.Limit, v.model, v.field, "is nested deeper than "+strconv.Itoa(MaxNesting)+" types")
	}
	given := make([][]byte, len(t.Fields))
	s := jsontext.New(raw)
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		f := t.Field(string(name))
		if f == nil {
			if v.drop {
				s.Raw()
				continue
			}
			return v.unknown(t, string(name))
		}
		given[f.Index] = s.Raw()
	}
	outer := v.field
	v.nesting++
	v.depth++
	for i, f := range t.Fields {
		v.scratch = append(v.scratch, "{,"[min(i, 1)], '"')
		v.scratch = append(v.scratch, f.Name...)
		v.scratch = append(v.scratch, '"', ':')
		value := given[i]
		if value == nil && f.Default != nil {
			value = f.Default
		} else if value == nil {
			value = null
		}
		v.field = outer + "." + f.Name
		if err := v.append(value, f.Type); err != nil {
			return err
		}
	}
	v.nesting--
	v.depth--
	v.field = outer
	v.scratch = append(v.scratch, '}')
	return nil
}

func (v *validator) unknown(t *schema.CustomType, name string) error {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	message := "has no field " + code.Quote(name) + schema.DidYouMean(name, names)
	return v.fault(message)
}

func (v *validator) wrong(raw []byte, want string) error {
	return v.fault("must be " + want + ", got " + shown(raw))
}

func (v *validator) fault(message string) error {
	return code.Fault(code.Invalid, v.model, v.field, message)
}

// depth returns how deep arrays and objects are nested in valid JSON text.
func depth(text []byte) int {
	now, most := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			now++
			most = max(most, now)
		case ']', '}':
			now--
		}
	}
	return most
}

// shown is the value for a message: as it is when short, else its beginning.
func shown(raw []byte) string {
	const most = 40
	if len(raw) == 0 {
		return "nothing"
	}
	if len(raw) <= most {
		return string(raw)
	}
	end := most - 3
	for end > 0 && raw[end]&0xc0 == 0x80 {
		end--
	}
	return string(raw[:end]) + "…"
}

func contains(values []string, text []byte) bool {
	for _, v := range values {
		if v == string(text) {
			return true
		}
	}
	return false
}

func joined(values []string) string {
	out := ""
	for i, v := range values {
		if i == 10 {
			return out + ", …"
		}
		if i > 0 {
			out += ", "
		}
		out += v
	}
	return out
}

// typeName is the type as it stands in SDL.
func typeName(t schema.Type) string {
	name := scalarName(t)
	if t.List {
		if t.Element {
			name += "!"
		}
		name = "[" + name + "]"
	}
	if t.Required {
		name += "!"
	}
	return name
}

func scalarName(t schema.Type) string {
	switch t.Scalar {
	case schema.Enumeration:
		return t.Enum.Name
	case schema.Object:
		return t.Custom.Name
	}
	return t.Scalar.String()
}

// article is what a message calls a value of the type.
func article(t schema.Type) string {
	switch t.Scalar {
	case schema.ID, schema.String:
		return "a string"
	case schema.Int:
		return "an integer"
	case schema.Float:
		return "a number"
	case schema.Timestamp:
		return "a whole number of seconds since 1970"
	case schema.Enumeration:
		return "one of " + joined(t.Enum.Values)
	}
	_, form := schema.Formatted(t.Scalar, nil)
	return form
}
