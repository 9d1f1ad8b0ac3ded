package server

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

var null = []byte("null")

func isNull(value []byte) bool { return value == nil || value[0] == 'n' }

// valuesOf returns the values of stored data by field, nil for those that data lack.
// Fields that the schema does not have any more are passed by.
func valuesOf(m *schema.Model, data []byte) [][]byte {
	values := make([][]byte, len(m.Fields))
	s := jsontext.New(data)
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			return values
		}
		f := m.Field(string(name))
		if value := s.Raw(); f != nil {
			values[f.Index] = value
		}
	}
}

// fit is the data of a record as the schema has it now. Stored by another schema, they
// lose the fields that are gone and get the defaults of those that are new.
func fit(m *schema.Model, data []byte) []byte {
	n, same := 0, true
	s := jsontext.New(data)
	for s.BeginObject(); same; n++ {
		name, more := s.NextKey()
		if !more {
			break
		}
		same = n < len(m.Fields) && string(name) == m.Fields[n].Name
		s.Raw()
	}
	if same && n == len(m.Fields) {
		return data
	}
	values := valuesOf(m, data)
	for i, f := range m.Fields {
		if values[i] == nil {
			values[i] = f.Default
		}
	}
	return dataOf(m, values)
}

// parseID returns the canonical text of a record's key.
func parseID(m *schema.Model, text []byte) (string, error) {
	if len(text) == 0 || isNull(text) {
		return "", code.Fault(code.Invalid, m.Name, "", "an operation needs the id of its record")
	}
	if len(m.Key) == 1 {
		id, err := keyPart(m, m.Key[0], bytes.TrimSpace(text))
		return string(id), err
	}
	if text[0] != '[' {
		return "", code.Fault(code.Invalid, m.Name, "", "a composite key is an array of its values in order")
	}
	id := []byte{'['}
	n := 0
	s := jsontext.New(text)
	for s.BeginArray(); s.NextElement(); n++ {
		raw := s.Raw()
		if n >= len(m.Key) {
			continue
		}
		part, err := keyPart(m, m.Key[n], raw)
		if err != nil {
			return "", err
		}
		if n > 0 {
			id = append(id, ',')
		}
		id = append(id, part...)
	}
	if n != len(m.Key) {
		return "", code.Fault(code.Invalid, m.Name, "", fmt.Sprintf("the key has %d values, got %d", len(m.Key), n))
	}
	if len(id) > record.MaxKey {
		return "", tooLongKey(m)
	}
	return string(append(id, ']')), nil
}

func keyPart(m *schema.Model, i int, raw []byte) ([]byte, error) {
	f := m.Fields[i]
	if isNull(raw) || string(raw) == `""` {
		return nil, code.Fault(code.Invalid, m.Name, f.Name, "is part of the key and may not be empty")
	}
	value, err := record.Canonical(raw, f.Type, m.Name, f.Name)
	if err == nil && len(value) > record.MaxKey {
		err = tooLongKey(m)
	}
	return value, err
}

func tooLongKey(m *schema.Model) error {
	return code.Fault(code.Limit, m.Name, m.Fields[m.Key[0]].Name, "a key may have at most "+strconv.Itoa(record.MaxKey)+" bytes")
}

// idOf is the id of the record whose key has these values.
func idOf(m *schema.Model, values [][]byte) string {
	if len(m.Key) == 1 {
		return string(values[m.Key[0]])
	}
	return "[" + string(joined(values, m.Key)) + "]"
}

// idFrom is the id of the record of a model to which these values lead.
func idFrom(m *schema.Model, key string) string {
	if len(m.Key) == 1 {
		return key
	}
	return "[" + key + "]"
}

// joined joins the values of some fields by commas; nil when one of them is null.
func joined(values [][]byte, fields []int) []byte {
	var out []byte
	for n, i := range fields {
		if isNull(values[i]) {
			return nil
		}
		if n > 0 {
			out = append(out, ',')
		}
		out = append(out, values[i]...)
	}
	return out
}

func orNull(value []byte) []byte {
	if value == nil {
		return null
	}
	return value
}

// keyParts takes a canonical id apart.
func keyParts(m *schema.Model, id string) (parts [][]byte) {
	if len(m.Key) == 1 {
		return [][]byte{[]byte(id)}
	}
	s := jsontext.New([]byte(id))
	for s.BeginArray(); s.NextElement(); {
		parts = append(parts, s.Raw())
	}
	return parts
}

// names reports whether an object has a member of that name.
func names(object []byte, name string) bool {
	s := jsontext.New(object)
	for s.BeginObject(); ; {
		key, more := s.NextKey()
		if !more {
			return false
		}
		if string(key) == name {
			return true
		}
		s.Raw()
	}
}

// dataOf is the JSON object of a record.
func dataOf(m *schema.Model, values [][]byte) []byte {
	out := []byte{'{'}
	for i, f := range m.Fields {
		if i > 0 {
			out = append(out, ',')
		}
		out = jsontext.AppendString(out, []byte(f.Name))
		out = append(out, ':')
		out = append(out, orNull(values[i])...)
	}
	return append(out, '}')
}
