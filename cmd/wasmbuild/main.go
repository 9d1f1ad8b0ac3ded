// Command wasmbuild makes what Granary ships to a page, and looks after it:
//
//	wasmbuild build    the npm package: engine, JavaScript, types, compressed files, manifest
//	wasmbuild schema   GraphQL SDL to the compiled schema that needs no parser in the page
//	wasmbuild generate a schema to typed models for TypeScript and Go
//	wasmbuild bundle   a TypeScript program to one file for the browser
//	wasmbuild serve    a static server for development and demos
//	wasmbuild size     what a page loads, against the budgets
//
// Each verb stands in a file of its name. "wasmbuild help verb" prints its flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// verb is one thing that the command does.
type verb struct {
	name    string
	args    string // what follows the name, for people
	summary string // one line
	run     func(ctx context.Context, std streams, args []string) error
}

// streams are the standard streams. Answers go to out, progress and faults to err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// How a run can fail without a message of its own.
var (
	errReported = errors.New("the verb has said itself what is wrong")
	errUsage    = errors.New("the arguments are wrong")
)

// Exit statuses.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
)

func verbs() []verb {
	return []verb{
		{"build", "[-out web/dist] [-fast]", "build the engine and the npm package", build},
		{"schema", "[-out file] file.graphql", "compile GraphQL SDL to a schema that needs no parser in the page", compileSchema},
		{"generate", "[-out dir] [-ts] [-go package] [-name store] file.graphql", "write typed models for TypeScript and Go", generateModels},
		{"bundle", "-out file [-global name] [-minify] [-external paths] file.ts", "bundle a program for the browser", bundle},
		{"serve", "[-addr 127.0.0.1:8080] [-open] dir…", "serve directories, the first that has a file wins", serve},
		{"size", "[-dir web/dist] [-json]", "compare what a page loads with the budgets", size},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:]))
}

// run does what the arguments say and returns the exit status.
func run(ctx context.Context, std streams, args []string) int {
	if len(args) == 0 {
		usage(std.err)
		return statusUsage
	}
	name, rest := args[0], args[1:]
	if name == "help" || name == "-h" || name == "-help" || name == "--help" {
		if len(rest) == 0 {
			usage(std.out)
			return statusDone
		}
		name, rest = rest[0], []string{"-help"}
	}
	for _, v := range verbs() {
		if v.name == name {
			return status(std, v, v.run(ctx, std, rest))
		}
	}
	fmt.Fprintf(std.err, "wasmbuild: there is no verb %q\n\n", name)
	usage(std.err)
	return statusUsage
}

// status tells people about err and turns it into an exit status.
func status(std streams, v verb, err error) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return statusDone
	case errors.Is(err, errReported):
		return statusFailed
	case errors.Is(err, errUsage):
		return statusUsage
	}
	fmt.Fprintf(std.err, "wasmbuild %s: %v\n", v.name, err)
	return statusFailed
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Usage: go run ./cmd/wasmbuild <verb> [flags] [arguments]\n\nVerbs:\n")
	for _, v := range verbs() {
		fmt.Fprintf(w, "  %-8s %s\n  %-8s   wasmbuild %s %s\n", v.name, v.summary, "", v.name, v.args)
	}
	fmt.Fprint(w, "\n\"wasmbuild help <verb>\" prints the flags of a verb.\n")
}

// flags makes the flag set of a verb; detail is the text between the first line
// of its help and the list of flags.
func flags(std streams, name, detail string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(std.err)
	set.Usage = func() {
		for _, v := range verbs() {
			if v.name == name {
				fmt.Fprintf(std.err, "Usage: wasmbuild %s %s\n\n%s\n\nFlags:\n", v.name, v.args, detail)
			}
		}
		set.PrintDefaults()
	}
	return set
}

// parse reads args into set. Its error is flag.ErrHelp or errUsage; both were
// reported to people already.
func parse(set *flag.FlagSet, args []string) error {
	err := set.Parse(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return errUsage
}

// misused reports wrong arguments together with the verb's help.
func misused(set *flag.FlagSet, format string, args ...any) error {
	fmt.Fprintf(set.Output(), "wasmbuild %s: %s\n\n", set.Name(), fmt.Sprintf(format, args...))
	set.Usage()
	return errUsage
}
