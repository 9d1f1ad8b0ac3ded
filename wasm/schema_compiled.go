//go:build js && wasm && !sdl

package main

import (
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// readSchema takes a compiled schema.
func readSchema(text []byte) (*schema.Schema, error) {
	if text[0] == '"' {
		return nil, &code.Error{Code: code.Invalid, Op: "open",
			Message: "this build takes a compiled schema, not SDL: compile it with `wasmbuild schema`, or load granary-sdl.wasm"}
	}
	return schema.Load(text)
}
