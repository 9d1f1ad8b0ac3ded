package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// script is one JavaScript file that the package ships.
type script struct {
	file     string // in the package
	source   string // from web/src
	format   api.Format
	external []string // packages that a page has one copy of, whatever imports them
	apart    []string // modules of web/src that a page has one copy of, and not here
}

var scripts = []script{
	{file: "index.js", source: "index.ts", format: api.FormatESModule},
	{file: "react.js", source: "../react/index.ts", format: api.FormatESModule, external: []string{"react", "granary"}},
	{file: "granary.js", source: "script.ts", format: api.FormatIIFE},
	{file: "worker.js", source: "worker.ts", format: api.FormatESModule},
	{file: lateFile, source: "late.ts", format: api.FormatESModule, apart: []string{
		"errors.ts", "model.ts", "instance.ts", "origin.ts", "loading.ts", "engines.ts", "assets.ts", "events.ts",
	}},
}

// lateFile is what index.js and granary.js load when they first need it.
const lateFile = "late.js"

// holdsNoneOf fails when a module that is to stay apart became part of the script.
func (s script) holdsNoneOf(inputs []string) error {
	for _, name := range s.apart {
		if slices.Contains(inputs, "src/"+name) {
			return fmt.Errorf("%s has a copy of web/src/%s, of which a page may have one: take what is needed from late/kit.ts", s.file, name)
		}
	}
	return nil
}

func (s script) module() bool { return s.format == api.FormatESModule }

// scripts makes the JavaScript of the package. Where npm has not installed terser it
// stays a little larger.
func (m *maker) scripts(ctx context.Context) error {
	squeezer := m.installed("terser")
	names := map[string]any{} // the short names of members, the same in all that work together
	for _, s := range scripts {
		done := m.step("script")
		dir := m.out
		small := squeezer != "" && s.external == nil // terser drops "use client"
		if small {
			dir = filepath.Join(m.root, "build", "scripts")
		}
		options := s.options(filepath.Join(m.root, "web"), m.out)
		if s.external == nil {
			options.MangleCache = names
		}
		made, err := runBundler(m.std, options, dir)
		if err == nil {
			err = s.holdsNoneOf(made.inputs)
		}
		size, changed := made.size, made.changed
		if s.external == nil {
			names = made.names
		}
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
	Class Engine Host Instance NotLoaded adopt alive answer anyHost ask assetURL begin bindingOf
	bindings bound callLater carry changedIn compiled dead deep definition durabilityOf edition
	end ended engine engineError fail feed finish generated given graph hazardous
	hold hostOf initial insert invalid later leave listeners loadGo loadLate loading make many
	nudge number onChanged onRevived origins place placeOf plan readNumbers readRelation
	readText ready recordOf recordsOf related relatedIn request requiredKeys revive rollback
	root saveWithin saved session slotOf slots soon stamped stand storeVerbs stored touched tree
	unknownMember verb versionOf wasmError whenLoaded wholeNumber writeBytes writeTexts
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
		External:          append([]string{runtimeImport, "*/" + lateFile}, s.external...),
		Metafile:          s.apart != nil,
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
