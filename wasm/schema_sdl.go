//go:build js && wasm && sdl

package main

import (
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// readSchema takes SDL or a compiled schema.
func readSchema(text []byte) (*schema.Schema, error) {
	if text[0] == '"' {
		return schema.Parse(string(jsontext.Unescape(text[1 : len(text)-1])))
	}
	return schema.Load(text)
}
