// Command synccheck checks from outside whether a server keeps to Granary's sync
// protocol:
//
//	synccheck [flags] URL
//
// It prints a line for each promise, and exits with 1 when one is broken.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/granarydb/granary/server/conformance"
)

// Exit statuses.
const (
	statusPassed = 0
	statusFailed = 1
	statusUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// headers collects -header flags.
type headers struct{ http.Header }

func (h headers) String() string { return "" }

func (h headers) Set(text string) error {
	name, value, ok := strings.Cut(text, ":")
	if !ok {
		return fmt.Errorf("a header is written as name: value")
	}
	h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	return nil
}

func run(ctx context.Context, args []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("synccheck", flag.ContinueOnError)
	flags.SetOutput(problems)
	config := conformance.Config{Header: http.Header{}}
	flags.StringVar(&config.Token, "token", "", "`token` that is sent as Authorization: Bearer; without one, auth is not checked")
	flags.Var(headers{config.Header}, "header", "`name: value` sent with every call; may be given several times")
	flags.StringVar(&config.Fingerprint, "schema", "", "`fingerprint` of the schema to send")
	flags.StringVar(&config.Outdated, "outdated", "", "`fingerprint` that the server answers with 426; without one, that is not checked")
	flags.DurationVar(&config.Patience, "patience", 15*time.Second, "how long an answer may take")
	flags.IntVar(&config.Large, "large", 32<<20, "`bytes` of a request that is too large for the server")
	flags.StringVar(&config.Only, "only", "", "`name` of the only check to run")
	asJSON := flags.Bool("json", false, "print the report as JSON")
	list := flags.Bool("list", false, "print the names of the checks and end")
	models := flags.Bool("models", false, "print the models that the server has to have, as GraphQL SDL, and end")
	flags.Usage = func() {
		fmt.Fprint(problems, "synccheck [flags] URL checks a server of Granary's sync protocol; URL/pull is its first endpoint.\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return statusUsage
	}
	switch {
	case *list:
		fmt.Fprintln(out, strings.Join(conformance.Names(), "\n"))
		return statusPassed
	case *models:
		fmt.Fprint(out, conformance.Schema)
		return statusPassed
	case flags.NArg() != 1:
		flags.Usage()
		return statusUsage
	}
	config.URL = flags.Arg(0)
	tell := func(r conformance.Result) { conformance.Print(out, r) }
	if *asJSON {
		tell = nil
	}
	results, err := conformance.Run(ctx, config, tell)
	if err != nil {
		fmt.Fprintln(problems, "synccheck:", err)
		return statusUsage
	}
	if *asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(results)
	} else {
		fmt.Fprintln(out, conformance.Summary(results))
	}
	if !conformance.Passes(results) {
		return statusFailed
	}
	return statusPassed
}
