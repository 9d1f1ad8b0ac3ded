//go:build !js || sdl

package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// examples returns the SDL of testdata by name; those that begin with "faults"
// are refused, the others are not.
func examples(t testing.TB) map[string]string {
	files, err := filepath.Glob("testdata/*.graphql")
	require.NoError(t, err)
	require.Greater(t, len(files), 10)
	out := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		out[strings.TrimSuffix(filepath.Base(f), ".graphql")] = string(text)
	}
	return out
}

func parse(t testing.TB, sdl string) *schema.Schema {
	s, err := schema.Parse(sdl)
	require.NoError(t, err)
	return s
}

// faultsOf returns the faults of SDL, of which there must be some.
func faultsOf(t testing.TB, sdl string) []schema.Fault {
	s, err := schema.Parse(sdl)
	require.Nil(t, s)
	require.ErrorIs(t, err, code.Schema)
	var e *code.Error
	require.True(t, errors.As(err, &e))
	faults, ok := e.Details.([]schema.Fault)
	require.True(t, ok)
	require.NotEmpty(t, faults)
	require.Contains(t, e.Message, faults[0].Message)
	return faults
}

func show(faults []schema.Fault) string {
	var b strings.Builder
	for _, f := range faults {
		b.WriteString(strconv.Itoa(f.Line) + ":" + strconv.Itoa(f.Column) + ": " + f.Message + "\n")
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	file = filepath.Join("testdata", file)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run the test with -update")
	require.Equal(t, string(want), got)
}

func TestParse_GivesTheGraphOrTheFaultsOfEachExample(t *testing.T) {
	for name, sdl := range examples(t) {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "faults") {
				golden(t, name+".faults", show(faultsOf(t, sdl)))
				return
			}
			var indented bytes.Buffer
			require.NoError(t, json.Indent(&indented, parse(t, sdl).Compile(), "", "  "))
			golden(t, name+".json", indented.String()+"\n")
		})
	}
}

func TestParse_EveryFaultNamesAPlaceInTheTextInOrder(t *testing.T) {
	for name, sdl := range examples(t) {
		if !strings.HasPrefix(name, "faults") {
			continue
		}
		requirePlaces(t, sdl, faultsOf(t, sdl))
	}
}

// requirePlaces checks that faults stand at a character of the text or right
// behind a line of it, sorted.
func requirePlaces(t testing.TB, sdl string, faults []schema.Fault) {
	sdl = strings.TrimPrefix(sdl, "\ufeff")
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(sdl, "\r\n", "\n"), "\r", "\n"), "\n")
	last := schema.Fault{Line: 1, Column: 1}
	for _, f := range faults {
		require.True(t, f.Line >= 1 && f.Line <= len(lines), "%+v", f)
		// A carriage return counts as the last character of its line.
		require.True(t, f.Column >= 1 && f.Column <= utf8.RuneCountInString(lines[f.Line-1])+2, "%+v", f)
		require.True(t, f.Line > last.Line || f.Line == last.Line && f.Column >= last.Column, "%+v after %+v", f, last)
		require.NotEmpty(t, f.Message)
		require.True(t, utf8.ValidString(f.Message))
		last = f
	}
}

func TestParse_CutsOneDefinitionAtAnyPointAndStillReadsTheOthers(t *testing.T) {
	const whole = `type Post @model { id: ID! comments: [Comment!] @hasMany(limit: 5) at: AWSDate @index(name: "at", sortKeyFields: ["id"]) }`
	const other = "type Comment @model { post: Post @belongsTo }\ntype Wrong @model { x: Strng }\n"
	for cut := range len(whole) {
		sdl := whole[:cut] + "\n" + other
		faults := faultsOf(t, sdl)
		requirePlaces(t, sdl, faults)
		require.Contains(t, show(faults), `3:24: unknown type "Strng": did you mean String?`, "cut at %d", cut)
		if cut > len("type Post ") {
			require.LessOrEqual(t, len(faults), 2, "cut at %d: %s", cut, show(faults))
		}
	}
}

func TestParse_SummarisesInTheMessage(t *testing.T) {
	_, err := schema.Parse("type A @model {\n  x: Strng\n}")
	require.EqualError(t, err, `1 fault in the schema: line 2, column 6: unknown type "Strng": did you mean String?`)
	_, err = schema.Parse("type A @model {\n  x: Strng\n  y: Flot\n}")
	require.EqualError(t, err, `2 faults in the schema; first: line 2, column 6: unknown type "Strng": did you mean String?`)
}
