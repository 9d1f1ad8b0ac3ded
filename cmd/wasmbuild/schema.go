package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

const schemaHelp = `Reads GraphQL SDL from a file (- for standard input) and writes the compiled
schema as JSON. A page that is given the compiled schema loads granary.wasm, which
is smaller because it links no SDL parser. Exits with 1 when the schema has faults,
and prints each as file:line:column: message.`

// compileSchema is the verb "schema".
func compileSchema(_ context.Context, std streams, args []string) error {
	set := flags(std, "schema", schemaHelp)
	out := set.String("out", "", "the `file` to write (default standard output)")
	if err := parse(set, args); err != nil {
		return err
	}
	if set.NArg() != 1 {
		return misused(set, "takes one file, got %d arguments", set.NArg())
	}
	name := set.Arg(0)
	sdl, err := readSDL(std.in, name)
	if err != nil {
		return err
	}
	parsed, err := schema.Parse(string(sdl))
	if err != nil {
		return printFaults(std.err, name, err)
	}
	compiled := append(parsed.Compile(), '\n')
	if *out == "" {
		_, err = std.out.Write(compiled)
		return err
	}
	_, err = place(*out, compiled)
	return err
}

func readSDL(in io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(name)
}

// printFaults prints what is wrong with the schema, a line for each fault, in the
// form that editors and CI turn into links.
func printFaults(w io.Writer, name string, err error) error {
	var coded *code.Error
	if !errors.As(err, &coded) {
		return err
	}
	faults, ok := coded.Details.([]schema.Fault)
	if !ok || len(faults) == 0 {
		return err
	}
	for _, f := range faults {
		fmt.Fprintf(w, "%s:%d:%d: %s\n", name, f.Line, f.Column, f.Message)
	}
	return errReported
}
