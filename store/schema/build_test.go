//go:build !js

package schema_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dependencies lists what the package links in a page, with build tags.
func dependencies(t *testing.T, tags string) []string {
	cmd := exec.Command("go", "list", "-deps", "-tags", tags, ".")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

func TestBuild_AnEngineWithoutTheParserLinksNoneOfIt(t *testing.T) {
	const parser = "github.com/vektah/gqlparser/v2/parser"
	plain := dependencies(t, "")
	for _, heavy := range []string{parser, "encoding/json", "regexp", "fmt", "reflect", "os", "time"} {
		require.NotContains(t, plain, heavy)
	}
	full := dependencies(t, "sdl")
	require.Contains(t, full, parser)
	require.NotContains(t, full, "github.com/vektah/gqlparser/v2/validator")
}
