//go:build !js || sdl

package schema_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

func FuzzParse(f *testing.F) {
	for _, sdl := range examples(f) {
		f.Add(sdl)
	}
	f.Fuzz(func(t *testing.T, sdl string) {
		s, err := schema.Parse(sdl)
		if err == nil {
			loaded, err := schema.Load(s.Compile())
			require.NoError(t, err)
			require.Equal(t, s, loaded)
			return
		}
		var e *code.Error
		require.True(t, errors.As(err, &e))
		require.Equal(t, code.Schema, e.Code, err.Error())
		requirePlaces(t, sdl, e.Details.([]schema.Fault))
	})
}

func FuzzLoad(f *testing.F) {
	for name, sdl := range examples(f) {
		if s, err := schema.Parse(sdl); err == nil {
			f.Add(s.Compile())
		} else {
			f.Add([]byte(name))
		}
	}
	f.Fuzz(func(t *testing.T, compiled []byte) {
		s, err := schema.Load(compiled)
		if err != nil {
			require.ErrorIs(t, err, code.Schema)
			return
		}
		again, err := schema.Load(s.Compile())
		require.NoError(t, err)
		require.Equal(t, s, again)
	})
}
