package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBundle_MakesOneFileOfAProgramAndItsImports(t *testing.T) {
	dir := t.TempDir()
	entry := write(t, dir, "main.ts", `import { greeting } from './greeting';
import './index.js';
import('./wasm_exec.js');
export const shown: string = greeting;
`)
	write(t, dir, "greeting.ts", "export const greeting = 'hello' as const;\n")
	out := filepath.Join(dir, "made", "main.js")
	status, _, said := command(t, "", "bundle", "-out", out, "-external", "./index.js", entry)
	require.Equal(t, statusDone, status, said)
	require.Contains(t, said, "made/main.js, ")
	made := read(t, out)
	require.Contains(t, made, `"hello"`)
	require.Contains(t, made, `import "./index.js"`)
	require.Contains(t, made, `import("./wasm_exec.js")`)
	require.FileExists(t, out+".map")
}

func TestBundle_MakesAPlainScript(t *testing.T) {
	dir := t.TempDir()
	entry := write(t, dir, "main.ts", "export const shown = 1;\n")
	out := filepath.Join(dir, "main.js")
	status, _, said := command(t, "", "bundle", "-out", out, "-global", "App", "-minify", entry)
	require.Equal(t, statusDone, status, said)
	require.Contains(t, read(t, out), "var App=")
}

func TestBundle_ShowsTheLineThatIsWrongAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	entry := write(t, dir, "main.ts", "import './missing';\n")
	out := filepath.Join(dir, "main.js")
	status, _, said := command(t, "", "bundle", "-out", out, entry)
	require.Equal(t, statusFailed, status)
	require.Contains(t, said, "main.ts:1")
	require.NoFileExists(t, out)
}
