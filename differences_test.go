package granary_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	inCode    = regexp.MustCompile("`([^`]+)`")
	goTest    = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	pageTest  = regexp.MustCompile("(?m)^ *it\\((?:'([^']+)'|`([^`]+)`)")
	outerTest = regexp.MustCompile(`(?m)^ *(?:async )?'([^']+)'(?:\(|: )`)
	// refused are the tests of web/test/refusals.test.ts, whose titles are made of a name and a code.
	refused = regexp.MustCompile(`(?m)^    '([^']+)': \['(\w+)',`)
)

// testNames returns the names of all tests in Go and in the page.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	add := func(pattern string, r *regexp.Regexp) {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range r.FindAllStringSubmatch(string(text), -1) {
				names[strings.Join(m[1:], "")] = true
			}
		}
	}
	for _, f := range sources(t) {
		if f.test {
			add(filepath.FromSlash(f.name), goTest)
		}
	}
	add("web/test/*.test.ts", pageTest)
	add("web/test/outside.mjs", outerTest)
	text, err := os.ReadFile("web/test/refusals.test.ts")
	require.NoError(t, err)
	for _, m := range refused.FindAllStringSubmatch(string(text), -1) {
		names[m[1]+" is "+m[2]+" and changes nothing"] = true
	}
	return names
}

func TestDifferences_EachIsHeldByTestsThatExist(t *testing.T) {
	text, err := os.ReadFile("docs/differences.md")
	require.NoError(t, err)
	names := testNames(t)
	rows := 0
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) != 4 || strings.HasPrefix(line, "| subject") || strings.HasPrefix(line, "| ---") {
			continue
		}
		rows++
		held := inCode.FindAllStringSubmatch(cells[3], -1)
		require.NotEmpty(t, held, line)
		for _, name := range held {
			require.True(t, names[name[1]], "no test is named %q: %s", name[1], line)
		}
	}
	require.Greater(t, rows, 25)
}
