//go:build js && wasm && sdl

package main

import (
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// readSchema takes SDL or a compiled schema, and returns its compiled text too.
func readSchema(text []byte) (s *schema.Schema, compiled []byte, err error) {
	if text[0] == '"' {
		s, err = schema.Parse(string(jsontext.Unescape(text[1 : len(text)-1])))
	} else {
		s, err = schema.Load(text)
	}
	if err != nil {
		return nil, nil, err
	}
	return s, s.Compile(), nil
}
