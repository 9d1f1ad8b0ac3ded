package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// script is one JavaScript file that the package ships.
type script struct {
	file     string // in the package
	source   string // from web/src
	format   api.Format
	external []string // packages that a page has one copy of, whatever imports them
}

var scripts = []script{
	{file: "index.js", source: "index.ts", format: api.FormatESModule},
	{file: "react.js", source: "../react/index.ts", format: api.FormatESModule, external: []string{"react", "granary"}},
	{file: "granary.js", source: "script.ts", format: api.FormatIIFE},
}

func (s script) module() bool { return s.format == api.FormatESModule }

// scripts makes the JavaScript of the package. Where npm has not installed terser it
// stays a little larger.
func (m *maker) scripts(ctx context.Context) error {
	squeezer := m.installed("terser")
	for _, s := range scripts {
		done := m.step("script")
		dir := m.out
		small := squeezer != "" && s.external == nil // terser drops "use client"
		if small {
			dir = filepath.Join(m.root, "build", "scripts")
		}
		size, changed, err := runBundler(m.std, s.options(filepath.Join(m.root, "web"), m.out), dir)
		if err == nil && small {
			size, changed, err = m.squeeze(ctx, squeezer, s, filepath.Join(dir, s.file))
		}
		if err != nil {
			return err
		}
		done("%s, %s%s", s.file, kilobytes(size), unchanged(changed))
	}
	return nil
}

// inside are the members of our own classes and objects that get short names. None
// is public, or a member of what JSON, the browser or the toolchain gives; each is
// only ever asked for with a dot.
var inside = strings.Fields(`
	Class adopt answer bindingOf bindings bound callLater changedIn compiled dead deep definition
	ended feed finish generated given graph hazardous initial listen loadGo make many plan
	readNumbers readRelation readText ready records related relatedIn requiredKeys rollback root
	saveWithin saved session slotOf slots stamped stand sweep tidy tree writeBytes writeText
`)

// options are esbuild's. The toolchain's runtime stays an import of its own, and
// "new URL('./granary.wasm', import.meta.url)" stays as it is written, so that an
// app's bundler finds the wasm as an asset.
func (s script) options(web, out string) api.BuildOptions {
	options := api.BuildOptions{
		AbsWorkingDir:     web,
		EntryPoints:       []string{filepath.Join("src", s.source)},
		Outfile:           filepath.Join(out, s.file),
		Format:            s.format,
		External:          append([]string{runtimeImport}, s.external...),
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone,
	}
	if s.external == nil { // what others export keeps its names
		options.MangleProps = "^(" + strings.Join(inside, "|") + ")$"
	}
	return options
}
