package main

import (
	"context"
	"flag"
	"fmt"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/granarydb/granary/cmd/wasmbuild/generate"
	"github.com/granarydb/granary/store/schema"
)

const generateHelp = `Reads GraphQL SDL from a file (- for standard input) and writes typed models of it:
models.ts with -ts, models.go with -go, and both, the Go package being models, when
neither is asked for. The compiled schema is part of them, so that a page loads
granary.wasm, which links no SDL parser. Flags may stand before and behind the file. A second run of the same
changes no file. Exits with 1 when the schema has faults, and prints each as
file:line:column: message; then nothing is written.`

// The files that are written.
const (
	tsFile = "models.ts"
	goFile = "models.go"
)

// defaultPackage is the Go package when no language was asked for.
const defaultPackage = "models"

// defaultStore is what a store is called whose schema came from standard input.
const defaultStore = "store"

// generation is what the arguments of the verb "generate" ask for.
type generation struct {
	out       string
	ts        bool
	goPackage string
	store     string
	file      string
}

// generateModels is the verb "generate".
func generateModels(_ context.Context, std streams, args []string) error {
	g, err := parseGeneration(std, args)
	if err != nil {
		return err
	}
	sdl, err := readSDL(std.in, g.file)
	if err != nil {
		return err
	}
	parsed, err := schema.Parse(string(sdl))
	if err != nil {
		return printFaults(std.err, g.file, err)
	}
	src := generate.Source{Schema: parsed, SDL: string(sdl), Command: g.command()}
	files := map[string][]byte{}
	if g.ts {
		files[tsFile] = generate.TypeScript{StoreName: g.store, Package: "granary"}.Write(src)
	}
	if g.goPackage != "" {
		if files[goFile], err = (generate.Go{Package: g.goPackage}).Write(src); err != nil {
			return err
		}
	}
	for _, name := range []string{tsFile, goFile} {
		content, wanted := files[name]
		if !wanted {
			continue
		}
		path := filepath.Join(g.out, name)
		changed, err := place(path, content)
		if err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%s %s\n", path, map[bool]string{true: "written", false: "is as it was"}[changed])
	}
	return nil
}

// parseGeneration reads the arguments; flags may stand behind the file, too.
func parseGeneration(std streams, args []string) (g generation, err error) {
	set := flags(std, "generate", generateHelp)
	set.StringVar(&g.out, "out", ".", "the `directory` to write to")
	set.BoolVar(&g.ts, "ts", false, "write "+tsFile)
	set.StringVar(&g.goPackage, "go", "", "write "+goFile+" of this `package`")
	set.StringVar(&g.store, "name", "", "what the `store` is called unless the app says otherwise (default the file's name)")
	files, err := parseMixed(set, args)
	if err != nil {
		return g, err
	}
	if len(files) != 1 {
		return g, misused(set, "takes one file, got %d arguments", len(files))
	}
	if g.goPackage != "" && (!token.IsIdentifier(g.goPackage) || g.goPackage == "_") {
		return g, misused(set, "-go must be the name of a package, as in -go models, got %q", g.goPackage)
	}
	g.file = files[0]
	if !g.ts && g.goPackage == "" {
		g.ts, g.goPackage = true, defaultPackage
	}
	if g.store == "" {
		g.store = storeName(g.file)
	}
	return g, nil
}

// parseMixed reads flags and arguments that stand in any order, and returns the
// arguments.
func parseMixed(set *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := parse(set, args); err != nil {
			return nil, err
		}
		if set.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, set.Arg(0))
		args = set.Args()[1:]
	}
}

// storeName makes the name of a store from that of its schema's file.
func storeName(file string) string {
	base := filepath.Base(file)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	if file == "-" || name == "" {
		return defaultStore
	}
	return name
}

// command is how the files are made again. It names no directory, which differ from
// machine to machine.
func (g generation) command() string {
	words := []string{"wasmbuild", "generate"}
	if g.ts {
		words = append(words, "-ts")
	}
	if g.goPackage != "" {
		words = append(words, "-go", g.goPackage)
	}
	if g.store != storeName(g.file) {
		words = append(words, "-name", g.store)
	}
	return strings.Join(append(words, filepath.Base(g.file)), " ")
}
