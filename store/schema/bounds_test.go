//go:build !js || sdl

package schema_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/schema"
)

// many joins n texts, each with its number in the place of #.
func many(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", strconv.Itoa(i)))
	}
	return b.String()
}

func TestParse_RefusesWhatPassesABound(t *testing.T) {
	for want, sdl := range map[string]string{
		"may have 1048576 bytes":         strings.Repeat(" ", schema.MaxSDL+1),
		"may have 300000 tokens":         strings.Repeat("a ", schema.MaxTokens+1),
		"may have 1000 models, got 1001": many(schema.MaxModels+1, "type A# @model { x: Int }"),
		"may have 1000 enums":            many(schema.MaxEnums+1, "enum A# { B }"),
		"may have 1000 custom types":     many(schema.MaxTypes+1, "type A# { x: Int }"),
		"A may have 1000 fields and rel": "type A @model {" + many(schema.MaxFields, "f#: Int ") + "}",
		"A may have 1000 fields, got":    "type A {" + many(schema.MaxFields+1, "f#: Int ") + "}",
		"may have 10000 values":          "enum A {" + many(schema.MaxEnumValues+1, "V# ") + "}",
		"may have 100 indexes":           "type A @model { x: Int " + many(schema.MaxIndexes+1, `@index(name: "i#") `) + "}",
		"a key may have 16 fields":       "type A @model { x: Int! @primaryKey(sortKeyFields: [" + many(16, `"f#" `) + "]) }",
		"an index may have 16 fields":    "type A @model { x: Int! @index(sortKeyFields: [" + many(16, `"f#" `) + "]) }",
		"may join 16 fields":             "type A @model { a: A @belongsTo(fields: [" + many(17, `"f#" `) + "]) }",
		"longer than 128 characters":     "type A @model { " + strings.Repeat("n", schema.MaxName+1) + ": Int }",
		"needs a shorter name":           "type A @model { " + strings.Repeat("n", schema.MaxName) + ": A @hasOne }",
		"2:16: the text is not UTF-8":    "type A @model {\n  a: String # ä\xff\n}",
		"nested 64 deep":                 "type A @model { x: " + strings.Repeat("[", 3000) + "Int" + strings.Repeat("]", 3000) + "}",
		"join models included, got 1001": many(schema.MaxModels-1, "type A# @model { x: Int }") + `type P @model { a: [P] @manyToMany(relationName: "X") b: [P] @manyToMany(relationName: "X") }`,
		"may have 100000 fields together": "type K @model { x: Int! @primaryKey(sortKeyFields: [" + many(15, `"k#" `) + "]) " + many(15, "k#: Int! ") + "}" +
			strings.ReplaceAll(many(115, "type A# @model {"+strings.ReplaceAll(many(55, "f#: K @hasOne "), "f", "f%")+"}"), "%", "n"),
		"A may have 1000 fields and relati": "type A @model { x: Int }" + many(300, "type B# @model { a: [A] @hasMany b: [A] @hasMany c: [A] @hasMany d: [A] @hasMany }"),
	} {
		require.Contains(t, show(faultsOf(t, sdl)), want)
	}
}

func TestParse_ListsABoundedNumberOfFaults(t *testing.T) {
	sdl := "type A @model {" + many(20_000, "f#: Nothing# ") + "}"
	require.Len(t, faultsOf(t, sdl), schema.MaxFaults)
}

func TestParse_TakesTheLargestSchema(t *testing.T) {
	sdl := many(schema.MaxModels, "type A# @model { x: Int a: A# @belongsTo b: [A#] @hasMany c: A# @hasOne(fields: [\"x#\"]) x#: ID @index }")
	_, err := schema.Parse(sdl)
	require.Error(t, err) // each belongs-to has two candidates
	sdl = many(schema.MaxModels, "type A# @model { x: Int a: A# @belongsTo b: [A#] @hasMany x#: ID @index }")
	s := parse(t, sdl)
	loaded, err := schema.Load(s.Compile())
	require.NoError(t, err)
	require.Equal(t, s.Fingerprint, loaded.Fingerprint)
}

func TestParse_DeepChainsOfCustomTypesAreNoTrouble(t *testing.T) {
	chain := many(schema.MaxTypes-1, "type T# { x: T#! }")
	require.Len(t, faultsOf(t, chain+"type A @model { t: T0! }"), schema.MaxTypes-1)
	var b strings.Builder
	for i := range schema.MaxTypes - 1 {
		b.WriteString("type T" + strconv.Itoa(i) + " { next: T" + strconv.Itoa(i+1) + "! }\n")
	}
	b.WriteString("type T" + strconv.Itoa(schema.MaxTypes-1) + " { next: T0 again: [T0!]! }\n")
	require.Len(t, parse(t, b.String()+"type A @model { t: T0! }").Types, schema.MaxTypes)
}
