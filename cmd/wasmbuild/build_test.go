package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// miniature makes a module with the shape of this one, small enough to build in a
// test, makes it the working directory and returns it.
func miniature(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	write(t, root, "go.mod", "module example.test/miniature\n\ngo 1.24\n")
	write(t, root, "wasm/main.go", "package main\n\nfunc main() { println(greeting) }\n")
	write(t, root, "wasm/plain.go", "//go:build !sdl\n\npackage main\n\nconst greeting = \"plain\"\n")
	write(t, root, "wasm/sdl.go", "//go:build sdl\n\npackage main\n\nconst greeting = \"with the parser\"\n")
	write(t, root, "web/src/index.ts", `export const engine = new URL('./granary.wasm', import.meta.url);
export const runtime = () => import('./wasm_exec.js');
export const later = (words: { stamped: number }) => import('./late.js').then(({ read }) => read(words));
export const answer: number = 42;
`)
	write(t, root, "web/src/script.ts", "import { answer } from './answer';\nObject.assign(globalThis, { Granary: { answer } });\n")
	write(t, root, "web/src/late.ts", "export const read = (words: { stamped: number }) => words.stamped;\n")
	write(t, root, "web/src/worker.ts", "import('./wasm_exec.js');\n")
	write(t, root, "web/src/errors.ts", "export class OneOfAPage {}\n")
	write(t, root, "web/src/answer.ts", "export const answer: number = 42;\n")
	write(t, root, "web/react/index.ts", "'use client';\nexport { createElement } from 'react';\nexport { answer } from 'granary';\n")
	t.Chdir(root)
	return root
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(content)
}

func readManifest(t *testing.T, dir string) (made manifest) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, manifestFile)), &made))
	return made
}

// The steps share one package, since compressing an engine takes seconds.
func TestBuild(t *testing.T) {
	root := miniature(t)
	dist := filepath.Join(root, "web", "dist")
	build := func(t *testing.T, flags ...string) (said string, made manifest) {
		t.Helper()
		status, _, said := command(t, "", append([]string{"build"}, flags...)...)
		require.Equal(t, statusDone, status, said)
		return said, readManifest(t, dist)
	}
	var first manifest

	t.Run("makes the whole package", func(t *testing.T) {
		_, first = build(t)
		requirePackage(t, dist, first)
	})
	t.Run("makes nothing twice", func(t *testing.T) {
		said, second := build(t)
		require.Contains(t, said, "0 files packed")
		require.Equal(t, first, second)
	})
	t.Run("leaves no compressed form of an older file when it is fast", func(t *testing.T) {
		write(t, root, "web/src/answer.ts", "export const answer: number = 43;\n")
		_, fast := build(t, "-fast")
		require.NoFileExists(t, filepath.Join(dist, "granary.js.br"))
		require.NoFileExists(t, filepath.Join(dist, "granary.js.gz"))
		require.Zero(t, fast.Files["granary.js"].Brotli)
		require.Equal(t, first.Files["granary.wasm"], fast.Files["granary.wasm"])
	})
	t.Run("makes all that changed", func(t *testing.T) {
		said, last := build(t)
		require.Contains(t, said, "2 files packed", "granary.js alone has changed")
		require.NotEqual(t, first.Build, last.Build)
		require.NotEqual(t, first.Files["granary.js"].SHA256, last.Files["granary.js"].SHA256)
		require.NotZero(t, last.Files["granary.js"].Brotli)
		require.Equal(t, first.Files["granary.wasm"], last.Files["granary.wasm"])
	})
}

func requirePackage(t *testing.T, dist string, made manifest) {
	t.Helper()
	plain, sdl := read(t, dist, "granary.wasm"), read(t, dist, "granary-sdl.wasm")
	require.True(t, strings.HasPrefix(plain, "\x00asm"))
	require.Contains(t, sdl, "with the parser")
	require.NotContains(t, plain, "with the parser")
	require.Contains(t, read(t, dist, "wasm_exec.js"), "globalThis.Go")

	module := read(t, dist, "index.js")
	require.Contains(t, module, `new URL("./granary.wasm",import.meta.url)`)
	require.Contains(t, module, `import("./wasm_exec.js")`)
	require.NotContains(t, module, "globalThis.Go")
	require.Contains(t, module, `import("./late.js")`)
	require.NotContains(t, read(t, dist, "late.js"), "stamped", "members have their short names in it too")
	require.Regexp(t, `globalThis,\{Granary:`, read(t, dist, "granary.js"))
	require.Regexp(t, `^"use client";.*from"react";.*from"granary";`, read(t, dist, "react.js"))

	require.Regexp(t, "^go1", made.Go)
	require.Len(t, made.Build, buildIDLength)
	require.Contains(t, read(t, dist, "worker.js"), `import("./wasm_exec.js")`)
	require.Len(t, made.Files, 8)
	for name, item := range made.Files {
		require.Len(t, item.SHA256, 64, name)
		require.Len(t, read(t, dist, name), int(item.Size), name)
		require.Len(t, read(t, dist, name+".br"), int(item.Brotli), name)
		require.Len(t, read(t, dist, name+".gz"), int(item.Gzip), name)
	}
}

func TestBuild_RefusesASecondCopyOfWhatAPageHasOneOf(t *testing.T) {
	root := miniature(t)
	write(t, root, "web/src/late.ts", "import { OneOfAPage } from './errors.js';\nexport const fail = () => new OneOfAPage();\n")
	status, _, said := command(t, "", "build", "-fast")
	require.Equal(t, statusFailed, status)
	require.Contains(t, said, "late.js has a copy of web/src/errors.ts")
}

func TestBuild_WritesWhereItIsTold(t *testing.T) {
	root := miniature(t)
	out := filepath.Join(root, "elsewhere", "dist")
	status, _, said := command(t, "", "build", "-fast", "-out", out)
	require.Equal(t, statusDone, status, said)
	require.FileExists(t, filepath.Join(out, "granary.wasm"))
	require.NoDirExists(t, filepath.Join(root, "web", "dist"))
}

func TestBuild_PassesOnWhatTheCompilersSay(t *testing.T) {
	for _, row := range []struct{ file, content, want string }{
		{"web/src/answer.ts", "export const answer = ;\n", "answer.ts:1"},
		{"wasm/sdl.go", "//go:build sdl\n\npackage main\n\nconst greeting = 1 + \"\"\n", "wasm/sdl.go:5"},
	} {
		root := miniature(t)
		write(t, root, row.file, row.content)
		status, _, said := command(t, "", "build", "-fast")
		require.Equal(t, statusFailed, status, row.file)
		require.Contains(t, said, row.want)
	}
}

func TestCompilerFlags_AreThoseThatTheEngineIsMeasuredWith(t *testing.T) {
	script, err := os.ReadFile("../../bench/go.sh")
	require.NoError(t, err)
	require.Contains(t, string(script), "\ncompiler=("+strings.Join(compilerFlags, " ")+")\n")
}

func TestBuild_OutsideAModuleSaysWhereToRunIt(t *testing.T) {
	t.Chdir(t.TempDir())
	status, _, said := command(t, "", "build")
	require.Equal(t, statusFailed, status)
	require.Contains(t, said, "run this inside Granary's source")
}

func TestPlaceDeclarations_DropsThoseThatNoSourceStandsBehind(t *testing.T) {
	root := t.TempDir()
	write(t, root, "made/src/index.d.ts", "export declare const a: 1;\n")
	write(t, root, "made/src/deep/b.d.ts", "export declare const b: 1;\n")
	write(t, root, "made/react/a.d.ts", "export {};\n")
	write(t, root, "out/old.d.ts", "export {};\n")
	write(t, root, "out/index.js", "0;\n")
	m := &maker{out: filepath.Join(root, "out")}
	count, err := m.placeDeclarations(filepath.Join(root, "made"))
	require.NoError(t, err)
	require.Equal(t, 3, count)
	names, err := declarationsIn(m.out)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join("deep", "b.d.ts"), "index.d.ts", filepath.Join("react", "a.d.ts")}, names)
	require.FileExists(t, filepath.Join(m.out, "index.js"))
}
