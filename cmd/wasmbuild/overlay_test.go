package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cutsMadeFor is the toolchain whose sources the cuts were read in. With another,
// those that do not fit are left out, and the engine is larger.
const cutsMadeFor = "go1.26.8"

func overlayOf(t *testing.T, cuts ...cut) (*overlaid, []error) {
	t.Helper()
	root, err := moduleRoot()
	require.NoError(t, err)
	o, err := sources(t.Context(), root, cuts)
	require.NoError(t, err)
	var unfit []error
	for _, c := range cuts {
		if err := o.make(c); err != nil {
			unfit = append(unfit, err)
		}
	}
	return o, unfit
}

func TestCuts_FitTheToolchainTheyWereMadeFor(t *testing.T) {
	version, err := goEnv(t.Context(), ".", "GOVERSION")
	require.NoError(t, err)
	_, unfit := overlayOf(t, cuts...)
	if version == cutsMadeFor {
		require.Empty(t, unfit)
	} else {
		t.Logf("%d of %d cuts do not fit %s: %v", len(unfit), len(cuts), version, unfit)
	}
}

func TestOverlay_LeavesOutWhatDoesNotFit(t *testing.T) {
	fitting := textsCut.edits[0]
	for name, c := range map[string]cut{
		"a function that changed":       {edits: []edit{fitting, {pkg: "time", fn: "Time.Unix", was: "00000000", body: "return 0"}}},
		"no such function":              {edits: []edit{fitting, {pkg: "time", fn: "Time.Nothing", was: "00000000"}}},
		"no such package":               {edits: []edit{fitting, {pkg: "time/nothing", fn: "Now", was: "00000000"}}},
		"a variable that nobody reads":  {edits: []edit{fitting}, constants: []constant{{"time", "debug.nothing", "0"}}},
		"a body that is no Go at all":   {edits: []edit{{pkg: fitting.pkg, fn: fitting.fn, was: fitting.was, body: "}"}}},
		"a swap that leaves no Go code": {edits: []edit{{pkg: fitting.pkg, fn: fitting.fn, was: fitting.was, swap: []string{"func", "fun"}}}},
	} {
		o, unfit := overlayOf(t, c)
		require.Len(t, unfit, 1, name)
		require.Empty(t, o.files, name)
	}
	o, unfit := overlayOf(t, cut{edits: []edit{{pkg: "time", fn: "Time.Unix", was: "0"}}}, textsCut)
	require.Len(t, unfit, 1)
	require.ErrorIs(t, unfit[0], errCut)
	require.NotEmpty(t, o.files)
}

func TestOverlay_ChangesNoFileOfOthers(t *testing.T) {
	o, _ := overlayOf(t, cuts...)
	require.NotEmpty(t, o.modules)
	edited := map[string]bool{}
	for path := range o.files {
		edited[path] = true
	}
	dir := t.TempDir()
	for _, from := range o.modules {
		require.NoError(t, o.copyModule(from, filepath.Join(dir, filepath.Base(from))))
	}
	_, err := o.write(dir)
	require.NoError(t, err)
	_, unfit := overlayOf(t, messagesCut)
	require.Empty(t, unfit, "the sources are as they were")
	for path := range edited {
		_, err := os.Stat(path)
		require.NoError(t, err)
	}
}

func TestConstant_StandsWhereTheVariableIsReadOnly(t *testing.T) {
	k := constant{variable: "debug.trace", value: "0"}
	for source, want := range map[string]string{
		"if debug.trace > 0 {":     "if 0 > 0 {",
		"if debug.trace == 0 {":    "if 0 == 0 {",
		"f(debug.trace)":           "f(0)",
		"x = debug.trace | y":      "x = 0 | y",
		"x debug.trace, z":         "x 0, z",
		"x = debug.trace; f(&x)  ": "x = 0; f(&x)  ",
	} {
		require.Equal(t, want, string(k.apply([]byte(source))))
	}
	for _, source := range []string{"&debug.trace, ", "debug.trace = 1 ", " debug.trace = 1 ", " debug.traced ", "x.debug.trace ", "mydebug.trace "} {
		require.Nil(t, k.apply([]byte(source)), source)
	}
}

// What the cuts took out comes back with the first import that needs it.
func TestCuts_LinkNeitherFormattingNorFiles(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	dir := filepath.Join(root, "build", "test-linked")
	flags, unfit, err := overlay(t.Context(), root, dir, []cut{messagesCut})
	require.NoError(t, err)
	require.Empty(t, unfit)
	t.Cleanup(func() { os.RemoveAll(dir) })

	list := exec.CommandContext(t.Context(), "go", append(append([]string{"list", "-deps"}, flags...), "./wasm")...)
	list.Dir = root
	list.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	linked, err := list.Output()
	require.NoError(t, err)
	require.Contains(t, strings.Fields(string(linked)), "github.com/hack-pad/go-indexeddb/idb")
	for _, heavy := range []string{"fmt", "log", "os", "internal/poll", "sort"} {
		require.NotContains(t, strings.Fields(string(linked)), heavy)
	}
}
