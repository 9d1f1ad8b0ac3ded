package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const bundleHelp = `Bundles a TypeScript or JavaScript program, with what it imports, into one file
for the browser, and a source map beside it: for apps, tests and benchmarks of this
repository, which need no bundler of their own then. The toolchain's wasm_exec.js
stays an import of its own, and so does what -external names.`

// bundle is the verb "bundle".
func bundle(_ context.Context, std streams, args []string) error {
	set := flags(std, "bundle", bundleHelp)
	out := set.String("out", "", "the `file` to write; needed")
	global := set.String("global", "", "make a plain script that puts its exports under this `name` on globalThis")
	minify := set.Bool("minify", false, "make it small")
	external := set.String("external", "", "import `paths` that are left as they are, with commas between; * stands for anything")
	if err := parse(set, args); err != nil {
		return err
	}
	if set.NArg() != 1 || *out == "" {
		return misused(set, "takes -out and one file, got %d files", set.NArg())
	}
	target, err := filepath.Abs(*out)
	if err != nil {
		return err
	}
	options := api.BuildOptions{
		EntryPoints:       []string{set.Arg(0)},
		Outfile:           target,
		Format:            api.FormatESModule,
		External:          append(listed(*external), runtimeImport),
		JSX:               api.JSXAutomatic,
		MinifyWhitespace:  *minify,
		MinifySyntax:      *minify,
		MinifyIdentifiers: *minify,
	}
	if *global != "" {
		options.Format, options.GlobalName = api.FormatIIFE, *global
	}
	made, err := runBundler(std, options, filepath.Dir(target))
	if err != nil {
		return err
	}
	fmt.Fprintf(std.err, "%s, %s%s\n", *out, kilobytes(made.size), unchanged(made.changed))
	return nil
}

// runtimeImport matches imports of the toolchain's runtime, which must come from
// the same toolchain as the wasm and so is never bundled.
const runtimeImport = "*/" + runtimeFile

// bundled is what came out of the bundler.
type bundled struct {
	size    int64 // of the JavaScript, in bytes
	changed bool
	inputs  []string       // what it was made of, when the options ask for a metafile
	names   map[string]any // the names that members were given
}

// runBundler bundles for browsers and places what comes out in dir; the source map
// is right beside the options' Outfile.
func runBundler(std streams, options api.BuildOptions, dir string) (made bundled, err error) {
	options.Bundle = true
	options.Platform = api.PlatformBrowser
	options.Target = api.ES2022
	options.Charset = api.CharsetUTF8
	options.Sourcemap = api.SourceMapLinked
	options.LogLevel = api.LogLevelSilent
	result := api.Build(options)
	tell(std, result.Warnings, api.WarningMessage)
	if len(result.Errors) > 0 {
		tell(std, result.Errors, api.ErrorMessage)
		return made, fmt.Errorf("%s: %d errors, see above", filepath.Base(options.Outfile), len(result.Errors))
	}
	for _, f := range result.OutputFiles {
		different, err := place(filepath.Join(dir, filepath.Base(f.Path)), f.Contents)
		if err != nil {
			return made, err
		}
		if f.Path == options.Outfile {
			made.size, made.changed = int64(len(f.Contents)), different
		}
	}
	made.names = result.MangleCache
	made.inputs, err = inputsOf(result.Metafile)
	return made, err
}

// inputsOf lists the files that left something in what esbuild made.
func inputsOf(metafile string) (inputs []string, err error) {
	if metafile == "" {
		return nil, nil
	}
	var meta struct {
		Outputs map[string]struct {
			Inputs map[string]struct {
				BytesInOutput int
			}
		}
	}
	err = json.Unmarshal([]byte(metafile), &meta)
	for _, output := range meta.Outputs {
		for name, part := range output.Inputs {
			if part.BytesInOutput > 0 {
				inputs = append(inputs, name)
			}
		}
	}
	return inputs, err
}

// listed splits a list with commas.
func listed(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}

// tell prints esbuild's messages with the lines that they are about.
func tell(std streams, messages []api.Message, kind api.MessageKind) {
	color := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "" && os.Getenv("CI") == ""
	for _, text := range api.FormatMessages(messages, api.FormatMessagesOptions{Kind: kind, Color: color}) {
		fmt.Fprint(std.err, text)
	}
}
