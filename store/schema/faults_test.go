//go:build !js

package schema_test

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sections of testdata/faults.txt: a heading, SDL, and behind a line of dashes the
// faults of it.
const (
	heading = "=== "
	dashes  = "---\n"
)

func TestParse_TellsEveryFaultWithItsPlace(t *testing.T) {
	text, err := os.ReadFile("testdata/faults.txt")
	require.NoError(t, err)
	var got strings.Builder
	sections := strings.Split(string(text), heading)[1:]
	require.Greater(t, len(sections), 10)
	for i, section := range sections {
		name, rest, _ := strings.Cut(section, "\n")
		sdl, _, _ := strings.Cut(rest, dashes)
		sdl = strings.TrimRight(sdl, "\n") + "\n"
		faults := faultsOf(t, sdl)
		requirePlaces(t, sdl, faults)
		if i > 0 {
			got.WriteString("\n")
		}
		got.WriteString(heading + name + "\n" + sdl + dashes + show(faults))
	}
	golden(t, "faults.txt", got.String())
}

// unreached is a message that no SDL can cause: that of a bug, which build finds.
const unreached = `"the schema was read and does not hold together: "`

// block is a stretch of code, and whether it ran.
type block struct {
	file                                     string
	firstLine, firstColumn, lastLine, column int
	ran                                      bool
}

func (b block) holds(p token.Position) bool {
	after := p.Line > b.firstLine || p.Line == b.firstLine && p.Column >= b.firstColumn
	return after && (p.Line < b.lastLine || p.Line == b.lastLine && p.Column < b.column)
}

// TestParse_NoMessageIsWithoutAGoldenFault runs the tests that compare messages,
// with coverage, and looks for texts of messages in code that did not run.
func TestParse_NoMessageIsWithoutAGoldenFault(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "cover")
	const tests = "^(TestParse_GivesTheGraphOrTheFaultsOfEachExample|TestParse_TellsEveryFaultWithItsPlace|TestParse_RefusesWhatPassesABound)$"
	out, err := exec.Command("go", "test", "-count=1", "-run", tests, "-coverprofile", profile, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	texts := 0
	for file, blocks := range readProfile(t, profile) {
		switch {
		case strings.HasPrefix(file, "build"), strings.HasPrefix(file, "load"), strings.HasPrefix(file, "compile"):
			continue // those of compiled schemas
		case file == "nearest.go":
			continue // those of records
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if !ok || text.Kind != token.STRING || !strings.Contains(text.Value, " ") || text.Value == unreached {
				return true
			}
			for _, b := range blocks {
				if at := set.Position(text.Pos()); b.holds(at) {
					texts++
					require.True(t, b.ran, "%s: no golden fault says %s", at, text.Value)
				}
			}
			return true
		})
	}
	require.Greater(t, texts, 100)
}

func readProfile(t *testing.T, profile string) map[string][]block {
	t.Helper()
	f, err := os.Open(profile)
	require.NoError(t, err)
	defer f.Close()
	blocks := map[string][]block{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		file, rest, ok := strings.Cut(lines.Text(), ".go:")
		if !ok {
			continue
		}
		b := block{file: filepath.Base(file) + ".go"}
		var statements, count int
		_, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.firstLine, &b.firstColumn, &b.lastLine, &b.column, &statements, &count)
		require.NoError(t, err)
		b.ran = count > 0
		blocks[b.file] = append(blocks[b.file], b)
	}
	return blocks
}
