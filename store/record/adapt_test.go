//go:build !js || sdl

package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

// adapt writes a row under one schema and reads it under another.
func adapt(t *testing.T, before, after, text string) (string, error) {
	t.Helper()
	old := record.NewEncoder(storetest.Schema(t, before).Models[0])
	row, err := encode(old, text)
	require.NoError(t, err)
	m := storetest.Schema(t, after).Models[0]
	now := record.LayoutOf(m)
	if old.Layout.Equal(now) {
		return string(now.AppendJSON(nil, row)), nil
	}
	a := record.NewAdapter(old.Layout, m)
	if a == nil {
		return "another key", nil
	}
	out, unfit := a.Append([]byte("before"), row)
	if unfit != nil {
		require.True(t, now.Sound(record.Row(out[len("before"):])))
		return string(now.AppendJSON(nil, record.Row(out[len("before"):]))), unfit
	}
	adapted := record.Row(out[len("before"):])
	require.True(t, now.Sound(adapted))
	again, err := encode(record.NewEncoder(m), string(now.AppendJSON(nil, adapted)))
	require.NoError(t, err, "an adapted row must be one that could be saved")
	require.Equal(t, adapted, again)
	return string(now.AppendJSON(nil, adapted)), nil
}

const bare = `@model(timestamps: null)`

func TestAdapter_KeepsWhatFits(t *testing.T) {
	for name, c := range map[string]struct{ before, after, text, want string }{
		"a field added": {`id: ID! a: Int`, `id: ID! a: Int b: String`, `{"id":"1","a":2}`, `{"id":"1","a":2,"b":null}`},
		"a field added with a default": {`id: ID! a: Int`, `b: String! @default(value: "x") id: ID! a: Int`, `{"id":"1","a":2}`,
			`{"b":"x","id":"1","a":2}`},
		"a field removed":                 {`id: ID! a: Int b: Int`, `id: ID! b: Int`, `{"id":"1","a":2,"b":3}`, `{"id":"1","b":3}`},
		"fields in another order":         {`id: ID! a: Int b: Int`, `b: Int a: Int id: ID!`, `{"id":"1","a":2,"b":3}`, `{"b":3,"a":2,"id":"1"}`},
		"a type that is wider now":        {`id: ID! a: Int`, `id: ID! a: Float`, `{"id":"1","a":2}`, `{"id":"1","a":2}`},
		"required that has values":        {`id: ID! a: Int`, `id: ID! a: Int!`, `{"id":"1","a":2}`, `{"id":"1","a":2}`},
		"required with a default":         {`id: ID! a: Int`, `id: ID! a: Int! @default(value: "7")`, `{"id":"1"}`, `{"id":"1","a":7}`},
		"no longer required":              {`id: ID! a: Int!`, `id: ID! a: Int`, `{"id":"1","a":2}`, `{"id":"1","a":2}`},
		"text that is a date":             {`id: ID! a: String`, `id: ID! a: AWSDate`, `{"id":"1","a":"2024-01-01"}`, `{"id":"1","a":"2024-01-01"}`},
		"an enum that grew":               {`id: ID! a: E`, `id: ID! a: F`, `{"id":"1","a":"X"}`, `{"id":"1","a":"X"}`},
		"a custom type that grew":         {`id: ID! c: C`, `id: ID! c: D`, `{"id":"1","c":{"x":1}}`, `{"id":"1","c":{"x":1,"y":null}}`},
		"a custom type that lost a field": {`id: ID! c: [D]`, `id: ID! c: [C]`, `{"id":"1","c":[{"x":1,"y":[{"x":2}]}]}`, `{"id":"1","c":[{"x":1}]}`},
		"a field renamed":                 {`id: ID! a: Int`, `id: ID! b: Int @renamedFrom(name: "a")`, `{"id":"1","a":2}`, `{"id":"1","b":2}`},
		"a key renamed":                   {`a: ID! @primaryKey b: Int`, `k: ID! @primaryKey @renamedFrom(name: "a") b: Int`, `{"a":"1","b":2}`, `{"k":"1","b":2}`},
		"any text as a String":            {`id: ID! a: AWSEmail`, `id: ID! a: String`, `{"id":"1","a":"a@b.c"}`, `{"id":"1","a":"a@b.c"}`},
		"an enum as a String":             {`id: ID! a: [F!]!`, `id: ID! a: [String]`, `{"id":"1","a":["X","Y"]}`, `{"id":"1","a":["X","Y"]}`},
		"seconds as a Float":              {`id: ID! a: AWSTimestamp!`, `id: ID! a: Float`, `{"id":"1","a":5}`, `{"id":"1","a":5}`},
		"nothing":                         {`id: ID! a: Int`, `id: ID! a: Int`, `{"id":"1","a":2}`, `{"id":"1","a":2}`},
	} {
		t.Run(name, func(t *testing.T) {
			const types = ` enum E { X } enum F { X Y } type C { x: Int } type D { x: Int y: [C] }`
			got, err := adapt(t, `type M `+bare+` {`+c.before+`}`+types, `type M `+bare+` {`+c.after+`}`+types, c.text)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestAdapter_SeesThatACustomTypeChangedUnderItsName(t *testing.T) {
	model := `type M ` + bare + ` { id: ID! c: Outer } type Outer { inner: [Inner] } `
	got, err := adapt(t, model+`type Inner { x: Int }`, model+`type Inner { y: E x: Int } enum E { A }`, `{"id":"1","c":{"inner":[{"x":1}]}}`)
	require.NoError(t, err)
	require.Equal(t, `{"id":"1","c":{"inner":[{"y":null,"x":1}]}}`, got)

	tree := `type M ` + bare + ` { id: ID! c: Tree } type Tree { kids: [Tree] `
	_, err = adapt(t, tree+`}`, tree+`name: String! }`, `{"id":"1","c":{"kids":[null]}}`)
	require.ErrorIs(t, err, code.SchemaChanged)
}

func TestAdapter_RefusesWhatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct{ before, after, text, want string }{
		"required without a value": {`id: ID!`, `id: ID! a: Int!`, `{"id":"1"}`,
			"M.a: is required now, and stored records have no value for it: make it optional, give it a @default, or set it in a migration function"},
		"required over a null": {`id: ID! a: Int`, `id: ID! a: Int!`, `{"id":"1"}`,
			"M.a: is required now, and stored records have no value for it: make it optional, give it a @default, or set it in a migration function"},
		"another type": {`id: ID! a: String`, `id: ID! a: Int`, `{"id":"1","a":"x"}`,
			`M.a: stored records do not fit the new type: keep the old one, or convert them in a migration function: M.a: must be an integer, got "x"`},
		"an enum that shrank": {`id: ID! a: F`, `id: ID! a: E`, `{"id":"1","a":"Y"}`,
			`M.a: stored records do not fit the new type: keep the old one, or convert them in a migration function: M.a: must be one of X, got "Y": did you mean X?`},
	} {
		t.Run(name, func(t *testing.T) {
			const types = ` enum E { X } enum F { X Y }`
			got, err := adapt(t, `type M `+bare+` {`+c.before+`}`+types, `type M `+bare+` {`+c.after+`}`+types, c.text)
			require.Equal(t, `{"id":"1","a":null}`, got, "what does not fit is left out")
			require.ErrorIs(t, err, code.SchemaChanged)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestAdapter_IsNoneForAnotherKey(t *testing.T) {
	for name, c := range map[string]struct{ before, after, text string }{
		"another field":          {`id: ID! a: ID!`, `id: ID! a: ID! @primaryKey`, `{"id":"1","a":"2"}`},
		"a longer key":           {`a: ID! @primaryKey b: Int!`, `a: ID! @primaryKey(sortKeyFields: ["b"]) b: Int!`, `{"a":"1","b":2}`},
		"another order":          {`a: ID! @primaryKey(sortKeyFields: ["b"]) b: Int!`, `a: ID! b: Int! @primaryKey(sortKeyFields: ["a"])`, `{"a":"1","b":2}`},
		"a type that is no text": {`a: ID! @primaryKey`, `a: Int! @primaryKey`, `{"a":"1"}`},
		"an enum that shrank":    {`a: F! @primaryKey`, `a: E! @primaryKey`, `{"a":"X"}`},
	} {
		t.Run(name, func(t *testing.T) {
			const types = ` enum E { X } enum F { X Y }`
			got, err := adapt(t, `type M `+bare+` {`+c.before+`}`+types, `type M `+bare+` {`+c.after+`}`+types, c.text)
			require.NoError(t, err)
			require.Equal(t, "another key", got)
		})
	}
}
