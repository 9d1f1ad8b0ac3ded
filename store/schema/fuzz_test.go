//go:build !js

package schema_test

import (
	"bytes"
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
		if s, err := schema.Load(compiled); err != nil {
			require.ErrorIs(t, err, code.Schema)
		} else {
			require.Equal(t, string(bytes.TrimRight(compiled, "\r\n")), string(s.Compile()))
		}
		forged, err := schema.Load([]byte(seal(string(compiled))))
		if err != nil {
			require.ErrorIs(t, err, code.Schema)
			return
		}
		requireWhole(t, forged)
	})
}

// requireWhole checks that everything in a graph leads somewhere.
func requireWhole(t *testing.T, s *schema.Schema) {
	require.NotEmpty(t, s.Models)
	for i, m := range s.Models {
		require.Equal(t, i, m.Index)
		require.NotEmpty(t, m.Key)
		require.NotPanics(t, func() { _ = s.Compile() })
		for _, f := range m.Fields {
			require.Same(t, f, m.Fields[f.Index])
			require.Equal(t, f.Type.Scalar == schema.Object, f.Type.Custom != nil)
			require.Equal(t, f.Type.Scalar == schema.Enumeration, f.Type.Enum != nil)
			require.True(t, f.Relation == "" || m.Relation(f.Relation) != nil)
		}
		for _, r := range m.Relations {
			require.Len(t, r.TargetFields, len(r.Fields))
			require.Contains(t, s.Models, r.Target)
			require.Equal(t, r.Kind == schema.ManyToMany, r.Far != nil)
		}
	}
}
