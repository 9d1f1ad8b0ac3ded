//go:build js && wasm && !sdl

package main

import (
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// readSchema takes a compiled schema, and returns its text too.
func readSchema(text []byte) (s *schema.Schema, compiled []byte, err error) {
	if text[0] == '"' {
		return nil, nil, &code.Error{Code: code.Invalid, Op: "open",
			Message: "this build takes a compiled schema, not SDL: compile it with `wasmbuild schema`, or load granary-sdl.wasm"}
	}
	s, err = schema.Load(text)
	return s, text, err
}
