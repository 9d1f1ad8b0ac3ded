// Package granary_test holds the whole of Granary to its layers:
//
//	web → wasm → store ← idb
//
// store decides, idb keeps, wasm translates, web speaks. A test that fails here
// says which file broke which rule, and why the rule is there.
package granary_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/granarydb/granary"

// layer says which packages of ours the files of a part of the module may import,
// test files aside. "x/..." means x and all below it.
type layer struct {
	part    string
	imports []string
	reason  string
}

var layers = []layer{
	{"store/...", []string{"store/..."}, "store decides; it knows neither who keeps nor who speaks"},
	{"idb/...", []string{"store/log", "store/code"}, "idb keeps bytes for the port in store/log and knows nothing of what they mean"},
	{"wasm/...", []string{"store/...", "idb/..."}, "wasm wires the engine to the page"},
	{"cmd/wasmbuild/generate/library/...", []string{"store/..."}, "generated models are a user of the product"},
	{"cmd/wasmbuild/generate/names/...", []string{"store/..."}, "generated models are a user of the product"},
	{"cmd/wasmbuild/...", []string{"store/schema", "store/code", "cmd/wasmbuild/generate", "cmd/internal/site"}, "the tool compiles schemas; it runs no store"},
	{"cmd/internal/site/...", nil, "files are served without a word about what is in them"},
	{"cmd/granaryd/...", []string{"store/...", "server/...", "cmd/internal/site"}, "the command wires the server to flags, files and databases"},
	{"cmd/synccheck/...", []string{"server/conformance"}, "the kit judges servers from outside"},
	{"server/conformance/...", nil, "the kit judges servers from outside: it shares no code with ours"},
	{"remote/...", []string{"store/..."}, "a remote speaks to a server for the engine, over what the engine may not know"},
	{"server/...", []string{"store/...", "server/..."}, "the server stands on the engine, not on the browser"},
	{"bench/...", []string{"store/...", "server/...", "remote/...", "bench/..."}, "the benchmark is a user of the product"},
	{"examples/...", []string{"store/...", "server/...", "examples/..."}, "an example is a user of the product"},
}

// testSupport are packages below store/ that exist for tests, and so may use what
// the engine may not. The engine never imports them.
var testSupport = []string{"store/storetest/...", "store/internal/fault/...", "store/internal/require/...", "store/internal/sim/...", "server/storagetest/..."}

// storeImports are the packages that no file of the engine may import.
var storeImports = map[string]string{
	"syscall/js":   "store/ is pure Go and runs natively too; the browser is idb's and wasm's",
	"net/http":     "it adds more than 1 MB to the wasm; the network is the app's, through Remote",
	"os":           "there are no files and no environment in a page; storage is a Backend",
	"math/rand":    "randomness is handed in, so that a run can be repeated from its seed",
	"math/rand/v2": "randomness is handed in, so that a run can be repeated from its seed",
	"crypto/rand":  "randomness is handed in; the native source alone stands in store/random.go, under !js",
	"log/slog":     "it brings encoding/json and reflection into the wasm; an engine returns errors instead of logging",
	"encoding/json": "it costs ten times the time of store/jsontext for a record, and 100 kB of wasm; " +
		"cold paths use jsontext too",
	"regexp": "it is slow, and large in the wasm; scalars are checked by hand-written scanners",
}

// clockReaders are the functions of package time that ask what time it is.
var clockReaders = []string{"Now", "Since", "Until"}

func TestLayers_PartsOfTheModuleImportOnlyWhatStandsBelowThem(t *testing.T) {
	files := sources(t)
	require.NotEmpty(t, files)
	for _, f := range files {
		if f.test || path.Dir(f.name) == "." {
			continue
		}
		part := slices.IndexFunc(layers, func(l layer) bool { return below(l.part, f.dir()) })
		require.GreaterOrEqual(t, part, 0, "%s stands in no part that the table layers knows: add its directory, with the reason", f.name)
		rule := layers[part]
		for _, imported := range f.imports {
			ours, isOurs := strings.CutPrefix(imported, module+"/")
			allowed := slices.ContainsFunc(rule.imports, func(p string) bool { return below(p, ours) })
			require.True(t, !isOurs || allowed, "%s imports %s: %s", f.name, ours, rule.reason)
		}
	}
}

func TestLayers_EngineImportsNothingOfTheMachineItRunsOn(t *testing.T) {
	for _, f := range engineSources(t) {
		for _, imported := range f.imports {
			if imported == "crypto/rand" && named(f.name, "store/random") {
				require.False(t, f.buildsFor("js", "wasm"), "%s imports crypto/rand and so must have a build tag !js: "+
					"in a page, random bytes come from the page", f.name)
				continue
			}
			reason, forbidden := storeImports[imported]
			require.False(t, forbidden, "%s imports %s: %s", f.name, imported, reason)
		}
	}
}

func TestLayers_EngineReadsTheClockInOnePlace(t *testing.T) {
	for _, f := range engineSources(t) {
		if named(f.name, "store/clock") {
			continue
		}
		for _, call := range f.uses("time", clockReaders) {
			require.Fail(t, "the clock is handed in", "%s: %s belongs in store/clock.go alone, so that a simulation can hand in its own time",
				f.at(call), f.text(call))
		}
	}
}

func TestLayers_EngineNeverImportsWhatIsThereForTests(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || isTestSupport(f.dir()) {
			continue
		}
		for _, imported := range f.imports {
			ours, _ := strings.CutPrefix(imported, module+"/")
			require.False(t, isTestSupport(ours), "%s imports %s, which exists for tests", f.name, ours)
			require.NotEqual(t, "testing", imported, "%s imports testing", f.name)
			require.False(t, strings.HasPrefix(imported, "github.com/stretchr/testify"), "%s imports %s", f.name, imported)
		}
	}
}

func TestLayers_BrowserPackagesBuildForTheBrowserOnly(t *testing.T) {
	for _, f := range sources(t) {
		if !below("idb/...", f.dir()) && !below("wasm/...", f.dir()) {
			continue
		}
		require.False(t, f.buildsFor("linux", "amd64", "sdl"), "%s must begin with //go:build js && wasm: it is of use in a page alone", f.name)
	}
}

// engineSources are the files that make up the engine.
func engineSources(t *testing.T) []source {
	t.Helper()
	files := slices.DeleteFunc(sources(t), func(f source) bool {
		return f.test || !below("store/...", f.dir()) || isTestSupport(f.dir())
	})
	require.NotEmpty(t, files)
	return files
}

func isTestSupport(dir string) bool {
	return slices.ContainsFunc(testSupport, func(p string) bool { return below(p, dir) })
}

// named reports whether a file is stem.go or a variant of it for a build tag.
func named(name, stem string) bool {
	return name == stem+".go" || strings.HasPrefix(name, stem+"_") && strings.HasSuffix(name, ".go")
}
