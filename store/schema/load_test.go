//go:build !js

package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os/exec"
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

// seal puts the fingerprint that fits its content into a compiled schema, so that
// a test reaches what Load checks besides.
func seal(text string) string {
	const digits = 16
	at := strings.Index(text, `"fingerprint":"`) + len(`"fingerprint":"`)
	if at+digits > len(text) {
		return text
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(text[:at] + text[at+digits:]))
	return text[:at] + fmt.Sprintf("%016x", hash.Sum64()) + text[at+digits:]
}

// throughJavaScript runs texts through JSON.parse and JSON.stringify.
func throughJavaScript(t *testing.T, texts []string) (out []string) {
	in, err := json.Marshal(texts)
	require.NoError(t, err)
	const program = `let s = ""; process.stdin.on("data", c => s += c).on("end", () =>
		process.stdout.write(JSON.stringify(JSON.parse(s).map(text => JSON.stringify(JSON.parse(text))))))`
	cmd := exec.Command("node", "-e", program)
	cmd.Stdin = bytes.NewReader(in)
	answer, err := cmd.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(answer, &out))
	return out
}

func TestCompile_IsWhatJavaScriptMakesOfIt(t *testing.T) {
	texts := []string{string(parse(t, `type A @model { a: AWSJSON @default(value: "{\"10x\": [-0.0, 1e21, 1e-7, 0.1, 1E5], \"u\": \"\\u2028 \\/ \\ud800 é\"}")
		f: Float @default(value: "1.50") s: String @default(value: "\u007f\t\"") i: Int @index(name: "ü \"\u0001") }`).Compile())}
	for name, sdl := range examples(t) {
		if !strings.HasPrefix(name, "faults") {
			texts = append(texts, string(parse(t, sdl).Compile()))
		}
	}
	require.Greater(t, len(texts), 7)
	require.Equal(t, texts, throughJavaScript(t, texts))
	for _, text := range texts {
		_, err := schema.Load([]byte(text))
		require.NoError(t, err)
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
	for want, text := range map[string]string{
		"is not of form 1: compile":       strings.Replace(compiled, `"granary":1`, `"granary":2`, 1),
		"is not of form 1":                ``,
		"of form 1":                       `[]`,
		"was changed by hand or cut":      strings.Replace(compiled, `"title"`, `"titel"`, 1),
		"changed by hand or cut: compile": compiled + "x",
		"changed by hand or cut":          strings.Replace(compiled, `":[`, `": [`, 1),
		"may have 67108864 bytes":         compiled + strings.Repeat("x", schema.MaxCompiled),
	} {
		s, err := schema.Load([]byte(text))
		require.Nil(t, s)
		require.ErrorIs(t, err, code.Schema)
		require.ErrorContains(t, err, want)
	}
	_, err := schema.Load([]byte(compiled + "\r\n"))
	require.NoError(t, err)
}

func TestLoad_RefusesAForgedTextThatTheEngineWouldStumbleOver(t *testing.T) {
	compiled := string(parse(t, examples(t)["seed"]).Compile())
	replace := func(old, new string) string {
		require.Contains(t, compiled, old)
		return seal(strings.Replace(compiled, old, new, 1))
	}
	for text, want := range map[string]string{
		replace(`,"enums":`, `,"extra":1,"enums":`):                                                          `the member "enums" is missing`,
		replace(`]}]}`, `]}],"extra":1}`):                                                                    `the member "extra" is not known`,
		replace(`"enums":[`, `"enums":5,"x":[`):                                                              "expected an array",
		replace(`"PostStatus"},`, `"Nothing"},`):                                                             `the type "Nothing" is not declared`,
		replace(`"model":"Comment"`, `"model":"Coment"`):                                                     "leads to a model that is not declared",
		replace(`"targetFields":["postCommentsId"]`, `"targetFields":["nothing"]`):                           `no field "nothing"`,
		replace(`"targetFields":["postCommentsId"]`, `"targetFields":["postCommentsId","id"]`):               "joins fields",
		replace(`"targetFields":["postCommentsId"]`, `"targetFields":[]`):                                    "of no field",
		replace(`"kind":"hasMany"`, `"kind":"hasAny"`):                                                       `kind cannot be "hasAny"`,
		replace(`"kind":"hasMany"`, `"kind":"belongsTo"`):                                                    "passes a key by",
		replace(`"onDelete":"CASCADE"`, `"onDelete":"cascade"`):                                              "onDelete cannot be",
		replace(`"key":["id"],"createdAt"`, `"key":["id"],"sync":"full","createdAt"`):                        `sync cannot be "full"`,
		replace(`"keyKind":"managed"`, `"keyKind":"mine"`):                                                   "keyKind cannot be",
		replace(`"key":["id"]`, `"key":[]`):                                                                  "of no field",
		replace(`"key":["id"]`, `"key":5`):                                                                   "expected an array",
		replace(`"key":["id"]`, `"key":[`+strings.Repeat(`"id",`, schema.MaxKeyFields)+`"id"]`):              "of too many",
		replace(`{"name":"id","type":"ID","required":true}`, `{"name":"id","type":"ID"}`):                    "must be required",
		replace(`{"name":"id","type":"ID","required":true}`, `{"name":"id","type":"AWSJSON"}`):               "by which records can be found",
		replace(`"createdAt":"createdAt"`, `"createdAt":"title"`):                                            "a time to keep",
		replace(`"createdAt":"createdAt"`, `"createdAt":"nothing"`):                                          "a time to keep",
		replace(`{"name":"title"`, `{"name":"id"`):                                                           "declared twice",
		replace(`"through":"user"`, `"through":"nobody"`):                                                    "has no way through",
		replace(`,"through":"user"`, ``):                                                                     `the member "through" is missing`,
		replace(`"type":"Int"}`, `"type":"Int","default":[}`):                                                "expected",
		replace(`"relation":"post"`, `"relation":"nobody"`):                                                  "serves no relation",
		replace(`"required":true`, `"required":1`):                                                           "expected true or false",
		seal(`{"granary":1,"fingerprint":"0123456789abcdef","enums":[],"types":[],"models":[]}`):             "needs a model",
		seal(`{"granary":1,"fingerprint":"0123456789abcdef","enums":[],"types":[],"models":[{"name":"A"}]}`): `"plural" is missing`,
	} {
		s, err := schema.Load([]byte(text))
		require.Nil(t, s)
		require.ErrorIs(t, err, code.Schema)
		require.ErrorContains(t, err, want)
	}
	_, err := schema.Load([]byte(seal(compiled)))
	require.NoError(t, err)
}

func TestLoad_RefusesEveryBeginningOfACompiledSchema(t *testing.T) {
	compiled := parse(t, examples(t)["seed"]).Compile()
	for n := range len(compiled) {
		s, err := schema.Load(compiled[:n])
		require.Nil(t, s)
		require.ErrorIs(t, err, code.Schema)
	}
}

func TestLoad_KnowsNoModelsButThoseOfTheSchema(t *testing.T) {
	s := parse(t, examples(t)["names"])
	require.NotNil(t, s.Model("constructor"))
	require.NotNil(t, s.Model("constructor").Relation("hasOwnProperty"))
	require.NotNil(t, s.Model("valueOf").Field("constructorHasOwnPropertyId"))
	require.Nil(t, s.Model("hasOwnProperty"))
	require.Nil(t, s.Model("constructor").Field("__proto__"))
}
