//go:build !js || sdl

package schema_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

func TestLoad_GivesBackWhatWasCompiled(t *testing.T) {
	loaded := 0
	for name, sdl := range examples(t) {
		if strings.HasPrefix(name, "faults") {
			continue
		}
		s := parse(t, sdl)
		compiled := s.Compile()
		got, err := schema.Load(compiled)
		require.NoError(t, err, name)
		require.Equal(t, s, got, name)
		require.Equal(t, string(compiled), string(got.Compile()), name)
		require.Equal(t, string(compiled), string(parse(t, sdl).Compile()), "%s: compiled twice", name)
		require.Len(t, s.Fingerprint, 16)
		loaded++
	}
	require.GreaterOrEqual(t, loaded, 7)
}

func TestLoad_TakesWhatOtherProgramsDoToJSON(t *testing.T) {
	for name, sdl := range examples(t) {
		if strings.HasPrefix(name, "faults") {
			continue
		}
		s := parse(t, sdl)
		var value any
		require.NoError(t, json.Unmarshal(s.Compile(), &value))
		reordered, err := json.MarshalIndent(value, "", "\t") // members in the order of the alphabet
		require.NoError(t, err)
		got, err := schema.Load(reordered)
		require.NoError(t, err, name)
		require.Equal(t, s, got, name)
	}
}

func TestFingerprint_DependsOnEverything(t *testing.T) {
	seen := map[string]string{}
	for _, sdl := range []string{
		`type A @model { x: Int }`, `type A @model { x: Int! }`, `type A @model { x: [Int] }`, `type A @model { y: Int }`,
		`type A @model { x: Int @index }`, `type A @model { x: Int @default(value: "1") }`, `type A @model(timestamps: null) { x: Int }`,
		`type B @model { x: Int }`, `enum E { P } type A @model { x: E }`, `enum E { P Q } type A @model { x: E }`,
	} {
		f := parse(t, sdl).Fingerprint
		require.Empty(t, seen[f], "%s and %s", sdl, seen[f])
		seen[f] = sdl
	}
	require.Equal(t, parse(t, `type A @model { x: Int }`).Fingerprint, parse(t, "# same\ntype A @model {\n x: Int\n}").Fingerprint)
}

func TestLoad_RefusesWhatIsNotOfTheForm(t *testing.T) {
	compiled := string(parse(t, examples(t)["seed"]).Compile())
	replace := func(old, new string) string {
		require.Contains(t, compiled, old)
		return strings.Replace(compiled, old, new, 1)
	}
	for want, text := range map[string]string{
		"expected an object":          `[]`,
		"expected '{'":                ``,
		"version 2 of the form":       replace(`"granary":1`, `"granary":2`),
		`unknown member "extra"`:      replace(`"granary":1`, `"granary":1,"extra":1`),
		`member "granary" twice`:      replace(`"granary":1`, `"granary":1,"granary":1`),
		`lacks the member "enums"`:    `{"granary":1,"fingerprint":"","types":[],"models":[]}`,
		"text after the end":          compiled + "x",
		"the fingerprint does not":    replace(`"title"`, `"titel"`),
		`unknown type "Nothing"`:      replace(`"PostStatus"},`, `"Nothing"},`),
		`unknown model "Coment"`:      replace(`"model":"Comment"`, `"model":"Coment"`),
		`unknown field "nothing"`:     replace(`"targetFields":["postCommentsId"]`, `"targetFields":["nothing"]`),
		"joins 1 fields with 2":       replace(`"targetFields":["postCommentsId"]`, `"targetFields":["postCommentsId","id"]`),
		"kind must be one of hasOne":  replace(`"kind":"hasMany"`, `"kind":"hasAny"`),
		"onDelete must be one of":     replace(`"onDelete":"CASCADE"`, `"onDelete":"cascade"`),
		"keyKind must be one of":      replace(`"keyKind":"managed"`, `"keyKind":"mine"`),
		"kind of the key":             replace(`"keyKind":"managed"`, `"keyKind":"custom"`),
		"the key must have from 1":    replace(`"key":["id"]`, `"key":[]`),
		"a key field must be":         replace(`{"name":"id","type":"ID","required":true}`, `{"name":"id","type":"ID"}`),
		"read-only field of type AWS": replace(`"createdAt":"createdAt"`, `"createdAt":"title"`),
		"only a time that the store":  replace(`"createdAt":"createdAt"`, `"createdAt":null`),
		"is declared twice":           replace(`{"name":"title"`, `{"name":"id"`),
		"reserved":                    replace(`{"name":"title"`, `{"name":"__proto__"`),
		"no belongs-to named":         replace(`"through":"user"`, `"through":"nobody"`),
		"SET_NULL cannot be":          replace(`"onDelete":"CASCADE","through"`, `"onDelete":"SET_NULL","through"`),
		"the default must be":         replace(`"type":"Int"}`, `"type":"Int","default":"x"}`),
		"only a list has elements":    replace(`"type":"Int"}`, `"type":"Int","element":true}`),
		"serves no relation":          replace(`"relation":"post"`, `"relation":"nobody"`),
		"expected true or false":      replace(`"required":true`, `"required":1`),
		"at least one model":          `{"granary":1,"fingerprint":"","enums":[],"types":[],"models":[]}`,
		"at least one value":          replace(`["ACTIVE","INACTIVE"]`, `[]`),
		"is listed twice":             replace(`["ACTIVE","INACTIVE"]`, `["ACTIVE","ACTIVE"]`),
		"name of a built-in type":     replace(`"enums":[{"name":"PostStatus"`, `"enums":[{"name":"Int"`),
	} {
		if want == "expected '{'" {
			want = "expected an object"
		}
		s, err := schema.Load([]byte(text))
		require.Nil(t, s)
		require.ErrorIs(t, err, code.Schema)
		require.ErrorContains(t, err, want, text)
	}
}

func TestLoad_RefusesEveryBeginningOfACompiledSchema(t *testing.T) {
	compiled := parse(t, examples(t)["seed"]).Compile()
	for n := range len(compiled) {
		s, err := schema.Load(compiled[:n])
		require.Nil(t, s)
		require.ErrorIs(t, err, code.Schema)
	}
}

func TestLoad_TellsLineAndColumn(t *testing.T) {
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, parse(t, `type Ü @model { x: Int }`[:5]+`A @model { x: Int }`).Compile(), "", "  "))
	text := strings.Replace(indented.String(), `"plural": "As"`, `"plural": 5`, 1)
	_, err := schema.Load([]byte(text))
	require.ErrorContains(t, err, "line 9, column 17: compiled schema: expected a string")
}

func TestLoad_KnowsNoModelsButThoseOfTheSchema(t *testing.T) {
	s := parse(t, examples(t)["names"])
	require.NotNil(t, s.Model("constructor"))
	require.NotNil(t, s.Model("constructor").Relation("hasOwnProperty"))
	require.NotNil(t, s.Model("valueOf").Field("constructorHasOwnPropertyId"))
	require.Nil(t, s.Model("hasOwnProperty"))
	require.Nil(t, s.Model("constructor").Field("__proto__"))
}
