package library_test

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	wrongPackage = "./testdata/wrong"
	wrongFile    = "testdata/wrong/wrong.go"
	leastWrong   = 50 // lines that must not compile; fewer would mean that they were not found
)

var (
	wanted = regexp.MustCompile(`// want "(.*)"$`)
	fault  = regexp.MustCompile(`^(?:\./)?testdata[/\\]wrong[/\\]wrong\.go:(\d+):\d+: (.*)$`)
)

func TestTypes_RefuseEveryWrongUseAndNothingElse(t *testing.T) {
	source, err := os.ReadFile(wrongFile)
	require.NoError(t, err)
	want := map[int]string{}
	for i, line := range strings.Split(string(source), "\n") {
		if m := wanted.FindStringSubmatch(line); m != nil {
			want[i+1] = m[1]
		}
	}
	require.GreaterOrEqual(t, len(want), leastWrong)

	out, err := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-e", wrongPackage).CombinedOutput()
	require.Error(t, err, "all of it compiles")
	got := map[int]string{}
	for _, line := range strings.Split(string(out), "\n") {
		if m := fault.FindStringSubmatch(line); m != nil {
			n, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			got[n] += m[2] + "\n"
		}
	}
	for line, message := range want {
		require.Contains(t, got[line], message, "%s:%d must not compile", wrongFile, line)
		delete(got, line)
	}
	require.Empty(t, got, "lines that do not compile although nothing is wrong with them")
}
