package store

import (
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// parseID reads an id of the protocol, one value or an array of several, as a key.
func parseID(m *schema.Model, id []byte) ([]byte, error) {
	if key := plainID(m, id); key != nil {
		return key, nil
	}
	if id[0] != '[' {
		id = append(append([]byte{'['}, id...), ']')
	}
	key, err := parseKey(m, id)
	if err != nil {
		return nil, err
	}
	if len(key) > record.MaxKey {
		return nil, code.Fault(code.Limit, m.Name, "", "the key is too long")
	}
	for n, i := range m.Key {
		if string(partOfKey(key, n)) == `""` {
			return nil, code.Fault(code.Invalid, m.Name, m.Fields[i].Name, "is part of the key and may not be empty")
		}
	}
	return key, nil
}

// plainID is parseID for what most ids are, a text without escapes, which is a key as
// it is; nil for all others.
func plainID(m *schema.Model, id []byte) []byte {
	t := m.Fields[m.Key[0]].Type
	if len(m.Key) > 1 || t.List || t.Scalar > schema.String || id[0] != '"' || len(id) < len(`"x"`) || len(id) > record.MaxKey {
		return nil
	}
	s := jsontext.New(id)
	if s.RawString() == nil || s.Escaped() || !s.End() {
		return nil
	}
	return id
}

// partOfKey returns the n-th value of a key.
func partOfKey(key []byte, n int) []byte {
	if whole := jsontext.New(key); n == 0 && whole.Raw() != nil && len(whole.Rest()) == 0 {
		return key
	}
	s := jsontext.New(append(append([]byte{'['}, key...), ']'))
	s.BeginArray()
	for s.NextElement() {
		if value := s.Raw(); n == 0 {
			return value
		}
		n--
	}
	return nil
}
