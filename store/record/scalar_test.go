package record_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

var colour = &schema.Enum{Name: "Colour", Values: []string{"RED", "GREEN"}}

// example is what testdata/scalars.json holds of one scalar: JSON texts that it
// takes, and such that it refuses with a message that has want in it. The tests of
// the page read the same file.
type example struct {
	Want string
	Good []string
	Bad  []string
}

func examples(t *testing.T) map[string]example {
	t.Helper()
	text, err := os.ReadFile("testdata/scalars.json")
	require.NoError(t, err)
	var all map[string]example
	require.NoError(t, json.Unmarshal(text, &all))
	return all
}

func typeNamed(t *testing.T, name string) schema.Type {
	t.Helper()
	for s := schema.ID; s < schema.Enumeration; s++ {
		if s.String() == name {
			return schema.Type{Scalar: s}
		}
	}
	require.Equal(t, colour.Name, name)
	return schema.Type{Scalar: schema.Enumeration, Enum: colour}
}

func TestCanonical_TakesAndRefusesEachScalar(t *testing.T) {
	all := examples(t)
	require.Len(t, all, int(schema.Object), "one of each scalar, and an enum")
	for name, s := range all {
		t.Run(name, func(t *testing.T) {
			typ := typeNamed(t, name)
			for _, text := range s.Good {
				once, err := record.Canonical([]byte(text), typ, "M", "f")
				require.NoError(t, err, text)
				again, err := record.Canonical(once, typ, "M", "f")
				require.NoError(t, err, text)
				require.Equal(t, string(once), string(again))
			}
			for _, text := range s.Bad {
				_, err := record.Canonical([]byte(text), typ, "M", "f")
				require.ErrorIs(t, err, code.Invalid, text)
				require.ErrorContains(t, err, "M.f: ", text)
				require.ErrorContains(t, err, s.Want, text)
			}
		})
	}
}

func TestCanonical_HasOneFormForEachValue(t *testing.T) {
	for _, c := range []struct {
		typ        schema.Type
		text, want string
	}{
		{schema.Type{Scalar: schema.Int}, `-0`, `0`},
		{schema.Type{Scalar: schema.Int}, `1.50e2`, `150`},
		{schema.Type{Scalar: schema.Float}, `0.10`, `0.1`},
		{schema.Type{Scalar: schema.Float}, `1e21`, `1e+21`},
		{schema.Type{Scalar: schema.Float}, `100000000000000000000000`, `1e+23`},
		{schema.Type{Scalar: schema.String}, `"\u0061\/\ud83d\ude00\u000a"`, `"a/😀\n"`},
		{schema.Type{Scalar: schema.JSON}, "{ \"b\" : [ 1 , \"x y\" ] }", `{"b":[1,"x y"]}`},
		{schema.Type{Scalar: schema.JSON}, `"{ \"b\" : 1 }"`, `{"b":1}`},
		{schema.Type{Scalar: schema.String, List: true}, ` [ "a" , null ] `, `["a",null]`},
		{schema.Type{Scalar: schema.Int, List: true}, `[]`, `[]`},
	} {
		got, err := record.Canonical([]byte(strings.TrimSpace(c.text)), c.typ, "M", "f")
		require.NoError(t, err)
		require.Equal(t, c.want, string(got))
	}
}

func TestCanonical_ListsHoldNullsOnlyWhereTheSchemaSaysSo(t *testing.T) {
	list := func(element bool) schema.Type { return schema.Type{Scalar: schema.Int, List: true, Element: element} }
	for _, text := range []string{`null`, `[]`, `[1]`, `[1,null]`} {
		_, err := record.Canonical([]byte(text), list(false), "M", "f")
		require.NoError(t, err)
	}
	_, err := record.Canonical([]byte(`[1,null]`), list(true), "M", "f")
	require.EqualError(t, err, "M.f: is a list whose elements may not be null")
	for _, text := range []string{`5`, `"[]"`, `{}`, `[[1]]`, `["1"]`, `[1.5]`} {
		_, err := record.Canonical([]byte(text), list(false), "M", "f")
		require.ErrorIs(t, err, code.Invalid, text)
	}
}
