package granary_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxTextFile bounds what is read as text, in bytes.
const maxTextFile = 4 << 20

// downloadAddress matches the address of a package in a lock file. It would bind
// everybody to the registry of the machine that wrote it.
var downloadAddress = regexp.MustCompile(`"resolved": *"https?:[^"]*"`)

func TestRepository_KnowsNoMachineAndNoRegistry(t *testing.T) {
	machine := machinePaths(t)
	walk(t, func(name string, entry fs.DirEntry) {
		content := text(t, name, entry)
		require.Empty(t, machine.FindString(content), "%s holds a path of this machine", name)
		if strings.HasSuffix(name, "lock.json") {
			require.Empty(t, downloadAddress.FindString(content),
				"%s holds download addresses: .npmrc tells npm to leave them out", name)
		}
	})
}

// machinePaths matches paths that make sense on this machine alone: into the
// working copy, what stands beside it, and the user's own directory.
func machinePaths(t *testing.T) *regexp.Regexp {
	t.Helper()
	root, err := filepath.Abs(".")
	require.NoError(t, err)
	home, err := os.UserHomeDir()
	require.NoError(t, err)
	alternatives := []string{regexp.QuoteMeta(root)}
	for _, dir := range []string{filepath.Dir(root), home} {
		// Everybody has the root directory and one for temporary files.
		if dir != filepath.Dir(dir) && dir != filepath.Clean(os.TempDir()) {
			alternatives = append(alternatives, regexp.QuoteMeta(dir))
		}
	}
	return regexp.MustCompile(`(?m)(?:^|[^\w.)}\]*-])(?:` + strings.Join(alternatives, "|") + `)/[^\s"']*`)
}

// text reads a file of the repository; of what is no text it returns "".
func text(t *testing.T, name string, entry fs.DirEntry) string {
	t.Helper()
	info, err := entry.Info()
	require.NoError(t, err)
	if info.Size() > maxTextFile {
		return ""
	}
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	if bytes.IndexByte(content, 0) >= 0 {
		return ""
	}
	return string(content)
}
