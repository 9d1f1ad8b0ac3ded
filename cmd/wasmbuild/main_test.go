package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// command runs the command with what is typed after its name.
func command(t *testing.T, stdin string, args ...string) (status int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	std := streams{in: strings.NewReader(stdin), out: &stdout, err: &stderr}
	status = run(t.Context(), std, args)
	return status, stdout.String(), stderr.String()
}

// write makes a file with the directories above it and returns its path.
func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

func TestRun_HelpNamesEveryVerb(t *testing.T) {
	status, out, _ := command(t, "", "help")
	require.Equal(t, statusDone, status)
	for _, v := range verbs() {
		require.Contains(t, out, v.name+" "+v.args)
		require.Contains(t, out, v.summary)
	}
}

func TestRun_HelpOfAVerbPrintsItsFlagsAndSucceeds(t *testing.T) {
	for _, v := range verbs() {
		status, _, said := command(t, "", "help", v.name)
		require.Equal(t, statusDone, status, v.name)
		require.Contains(t, said, "Usage: wasmbuild "+v.name)
		require.Contains(t, said, "Flags:")
	}
}

func TestRun_RefusesWhatItDoesNotKnowAndShowsHelp(t *testing.T) {
	for _, row := range []struct {
		args []string
		want string
	}{
		{nil, "Usage:"},
		{[]string{"bild"}, `there is no verb "bild"`},
		{[]string{"build", "-quick"}, "-quick"},
		{[]string{"build", "here"}, `takes no arguments, got "here"`},
		{[]string{"schema"}, "takes one file, got 0 arguments"},
		{[]string{"bundle", "main.ts"}, "takes -out and one file"},
		{[]string{"serve"}, "takes at least one directory"},
	} {
		status, out, said := command(t, "", row.args...)
		require.Equal(t, statusUsage, status, row.args)
		require.Empty(t, out)
		require.Contains(t, said, row.want)
		require.Contains(t, said, "Usage:")
	}
}
