//go:build !js || sdl

package schema_test

import (
	"strings"
	"testing"
)

// hostile is SDL that is made to be expensive.
func hostile() map[string]string {
	long := strings.Repeat("n", 60)
	return map[string]string{
		"directives":  "type A @model { x: Int " + strings.Repeat("@ab", 140_000) + "}",
		"definitions": many(60_000, "type A { x } "),
		"lists":       "type A @model { x: " + strings.Repeat("[", 290_000) + "}",
		"strings":     strings.Repeat(`"`, 1_000_000),
		"characters":  strings.Repeat("'", 290_000),
		"comments":    strings.Repeat("#\n", 500_000),
		"names":       many(900, "type "+long+"# @model { a: "+long+"x# b: "+long+"y# }\n"),
		"back":        "type P @model { x: Int } type A @model {" + many(900, "a#: P @belongsTo ") + "}",
		"between":     many(900, "type A# @model { x: A0 @belongsTo y: [A0] @hasMany }"),
		"indexes":     "type A @model { x: Int " + many(30_000, `@index(sortKeyFields: ["nothing#"])`) + "}",
		"json":        `type A @model { x: AWSJSON @default(value: "` + strings.Repeat("[", 900_000) + `") }`,
		"argument":    `type A @model(timestamps: {` + many(40_000, "a#: 1 ") + `}) { x: Int }`,
		"one line":    many(1000, "type A# @model { x: Int } ") + strings.Repeat(" ", 900_000) + "'",
	}
}

func TestParse_HostileTextGivesFaultsAtPlaces(t *testing.T) {
	for name, sdl := range hostile() {
		t.Run(name, func(t *testing.T) { requirePlaces(t, sdl, faultsOf(t, sdl)) })
	}
}
