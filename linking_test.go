package granary_test

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// linked maps each package that a build links to those that it imports.
type linked map[string][]string

// wasmForbids are packages that no page should have to load.
var wasmForbids = map[string]string{
	"net/http":   "it makes the wasm more than 1 MB larger; the page has fetch",
	"crypto/tls": "it belongs to net/http; the page has fetch",
}

// plainForbids are kept out of the build without the SDL parser as well: they are
// the reason why there are two builds.
var plainForbids = map[string]string{
	"encoding/json":                    "records are read and written by store/jsontext",
	"regexp":                           "scalars are checked by hand-written scanners",
	"log/slog":                         "an engine returns errors instead of logging",
	"github.com/vektah/gqlparser/v2/*": "an app with a compiled schema should not load the parser: tag its files !js || sdl",
}

var sdlForbids = map[string]string{
	"github.com/vektah/gqlparser/v2/validator/*": "it adds 120 kB; store/schema checks what a store needs",
}

func TestLinking_EngineReachesNeitherBrowserNorNetwork(t *testing.T) {
	deps := deps(t, nil, "./store/...")
	requireAbsent(t, deps, map[string]string{
		"syscall/js": "store/ runs natively too",
		"net/http":   "the network is the app's, through Remote",
	})
}

func TestLinking_WasmWithoutTheParserIsSmall(t *testing.T) {
	deps := deps(t, []string{"GOOS=js", "GOARCH=wasm"}, "./wasm")
	requireAbsent(t, deps, wasmForbids)
	requireAbsent(t, deps, plainForbids)
}

func TestLinking_WasmWithTheParserHasTheParserAlone(t *testing.T) {
	deps := deps(t, []string{"GOOS=js", "GOARCH=wasm"}, "-tags=sdl", "./wasm")
	requireAbsent(t, deps, wasmForbids)
	requireAbsent(t, deps, sdlForbids)
}

// requireAbsent fails when a forbidden package is linked, with the imports that
// lead to it. "x/*" stands for x and all below it.
func requireAbsent(t *testing.T, deps linked, forbidden map[string]string) {
	t.Helper()
	for pattern, reason := range forbidden {
		for name := range deps {
			top, deep := strings.CutSuffix(pattern, "/*")
			if name == top || deep && strings.HasPrefix(name, top+"/") {
				require.Fail(t, "a package is linked that should not be", "%s: %s\nit comes in by %s",
					name, reason, strings.Join(deps.way(name), " → "))
			}
		}
	}
}

// way finds a shortest chain of imports from a package of ours to another's.
func (l linked) way(name string) []string {
	from := map[string]string{}
	var queue []string
	for _, pkg := range slices.Sorted(maps.Keys(l)) {
		if strings.HasPrefix(pkg, module) {
			from[pkg] = ""
			queue = append(queue, pkg)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, imported := range l[queue[0]] {
			if _, seen := from[imported]; !seen {
				from[imported] = queue[0]
				queue = append(queue, imported)
			}
		}
	}
	var chain []string
	for ; name != ""; name = from[name] {
		chain = append(chain, name)
	}
	slices.Reverse(chain)
	return chain
}

// deps lists what a build of the packages links.
func deps(t *testing.T, env []string, args ...string) linked {
	t.Helper()
	format := []string{"-deps", "-f={{.ImportPath}} {{range .Imports}}{{.}} {{end}}"}
	found := linked{}
	for line := range strings.Lines(goList(t, env, append(format, args...)...)) {
		fields := strings.Fields(line)
		found[fields[0]] = fields[1:]
	}
	require.NotEmpty(t, found)
	return found
}

func goList(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	return string(out)
}
