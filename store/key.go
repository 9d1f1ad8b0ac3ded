package store

import (
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// keyText turns a key given in Go, one value or a []any of several, into a JSON
// array.
func keyText(key any) ([]byte, error) {
	if list, ok := key.([]any); ok {
		return record.AppendGo(nil, list)
	}
	return record.AppendGo(nil, []any{key})
}

// parseKey reads the JSON array of a key's values and returns them in the form in
// which keys are compared.
func parseKey(m *schema.Model, text []byte) ([]byte, error) { return parseValues(m, m.Key, text) }

// parseValues reads a JSON array of the values of those fields.
func parseValues(m *schema.Model, fields []int, text []byte) ([]byte, error) {
	s := jsontext.New(text)
	var key []byte
	n := 0
	for s.BeginArray(); s.NextElement(); n++ {
		raw := s.Raw()
		if n >= len(fields) || raw == nil {
			continue
		}
		f := m.Fields[fields[n]]
		if raw[0] == 'n' {
			return nil, code.Fault(code.Invalid, m.Name, f.Name, "is part of the key and may not be null")
		}
		v, err := record.Canonical(raw, f.Type, m.Name, f.Name)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			key = append(key, ',')
		}
		key = append(key, v...)
	}
	if !s.End() {
		return nil, &code.Error{Code: code.Invalid, Model: m.Name, Message: "a key must be a JSON array of its values", Err: s.Err()}
	}
	if n != len(fields) {
		return nil, code.Fault(code.Invalid, m.Name, "", "the key has "+strconv.Itoa(len(fields))+" values, got "+strconv.Itoa(n))
	}
	return key, nil
}
