package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const goodSDL = `type Post @model {
  title: String!
  comments: [Comment] @hasMany
}

type Comment @model {
  content: String
  post: Post @belongsTo
}
`

const badSDL = `type Post @model {
  title: Strng!
}

type Comment @modle {
  content: String
}
`

func TestSchema_WritesTheCompiledSchemaToStandardOutput(t *testing.T) {
	path := write(t, t.TempDir(), "schema.graphql", goodSDL)
	status, out, said := command(t, "", "schema", path)
	require.Equal(t, statusDone, status, said)
	require.Empty(t, said)
	requireCompiled(t, []byte(out))
}

func TestSchema_WritesTheCompiledSchemaToAFile(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "schema.graphql", goodSDL)
	target := filepath.Join(dir, "made", "schema.json")
	status, out, said := command(t, "", "schema", "-out", target, path)
	require.Equal(t, statusDone, status, said)
	require.Empty(t, out)
	compiled, err := os.ReadFile(target)
	require.NoError(t, err)
	requireCompiled(t, compiled)
}

func TestSchema_ReadsStandardInput(t *testing.T) {
	status, out, said := command(t, goodSDL, "schema", "-")
	require.Equal(t, statusDone, status, said)
	requireCompiled(t, []byte(out))
}

func requireCompiled(t *testing.T, compiled []byte) {
	t.Helper()
	var form struct {
		Granary int
		Models  []struct{ Name string }
	}
	require.NoError(t, json.Unmarshal(compiled, &form))
	require.Equal(t, 1, form.Granary)
	require.Len(t, form.Models, 2)
	require.Equal(t, "Post", form.Models[0].Name)
}

func TestSchema_PrintsEveryFaultWithItsPlaceAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "schema.graphql", badSDL)
	target := filepath.Join(dir, "schema.json")
	status, out, said := command(t, "", "schema", "-out", target, path)
	require.Equal(t, statusFailed, status)
	require.Empty(t, out)
	require.NoFileExists(t, target)
	lines := strings.Split(strings.TrimSpace(said), "\n")
	require.GreaterOrEqual(t, len(lines), 2, said)
	for _, line := range lines {
		require.Regexp(t, "^"+regexp.QuoteMeta(path)+`:\d+:\d+: \S`, line)
	}
	require.Contains(t, said, path+":2:")
	require.Contains(t, said, path+":5:")
}

func TestSchema_SaysWhichFileIsMissing(t *testing.T) {
	status, _, said := command(t, "", "schema", "nowhere.graphql")
	require.Equal(t, statusFailed, status)
	require.Contains(t, said, "wasmbuild schema: ")
	require.Contains(t, said, "nowhere.graphql")
}
