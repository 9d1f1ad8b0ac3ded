package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// options are what the flags say.
type options struct {
	addr, opsAddr string
	base          string
	db            string
	cert, key     string
	static        []string
	tokens        tokens
	renew         bool
	server        server.Options
}

// list collects a flag that may be given several times, or with commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(text string) error {
	*l = append(*l, strings.Split(text, ",")...)
	return nil
}

// parse reads the flags and the files that they name.
func parse(args []string, out io.Writer) (*options, error) {
	o := &options{}
	var schemaFile, tokenFile, policy, level string
	var policies, scopes, accepted, origins, static list
	var anonymous, asJSON bool
	f := flag.NewFlagSet("granaryd", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&schemaFile, "schema", "", "`file` of the models: GraphQL SDL, or what wasmbuild schema made of it")
	f.StringVar(&o.addr, "addr", "127.0.0.1:8787", "`address` to listen on")
	f.StringVar(&o.opsAddr, "ops-addr", "", "`address` for /health and /metrics alone; without one they stand beside the protocol")
	f.StringVar(&o.base, "base", "/sync", "`path` before /pull, /push and /live")
	f.Var(&static, "static", "`directory` of a page to serve beside it, so that both have one origin; the first that has a file wins")
	f.StringVar(&o.db, "db", "granary.db", "`file` of SQLite, or URL of PostgreSQL")
	f.StringVar(&tokenFile, "token-file", "", "`file` with a line for each user: token, user, and tenant if there are several")
	f.BoolVar(&anonymous, "anonymous", false, "let everybody in, also from other machines")
	f.Var(&origins, "origin", "`origin` of pages that may call, * for any; a port may be *\n(default: any port of localhost, when listening on it)")
	f.Var(&scopes, "scope", "`field` by which clients may ask for a part of the records")
	f.StringVar(&policy, "policy", "merge", "what becomes of a change whose client had not seen the last one: `merge`, last or strict")
	f.Var(&policies, "model-policy", "`Model=policy` for one model")
	f.Var(&accepted, "accept", "`fingerprint` of a schema whose clients are served; others get 426 (default: all are)")
	f.DurationVar(&o.server.Horizon, "horizon", 30*24*time.Hour, "how long deletions are remembered; who comes later gets all anew")
	f.DurationVar(&o.server.Remember, "remember", 0, "how long ids of mutations are remembered; 0 for ever")
	f.Int64Var(&o.server.Limits.Body, "max-body", 8<<20, "`bytes` of a request")
	f.IntVar(&o.server.Limits.Calls, "max-calls", 256, "pushes and pulls under way at once")
	f.IntVar(&o.server.Limits.Live, "max-live", 10_000, "live streams open at once")
	f.IntVar(&o.server.Limits.Rate, "rate", 0, "calls of one user per second; 0 for any number")
	f.StringVar(&o.cert, "tls-cert", "", "`file` of a certificate, to serve https")
	f.StringVar(&o.key, "tls-key", "", "`file` of its key")
	f.BoolVar(&o.renew, "renew", false, "tell all clients to begin anew: after a backup was put back")
	f.StringVar(&level, "log", "info", "`level` of what is logged: debug (each call), info, warn or error")
	f.BoolVar(&asJSON, "log-json", false, "log as JSON")
	f.Usage = func() {
		fmt.Fprint(out, "granaryd -schema file.graphql [flags] serves Granary's sync protocol.\n\n")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("what is %q? granaryd takes flags alone", f.Arg(0))
	}
	o.base = "/" + strings.Trim(o.base, "/")
	if o.base == "/" {
		o.base = ""
	}
	if o.static = static; o.base == "" && static != nil {
		return nil, errors.New("-static needs a -base: the page is at /")
	}
	o.server.Scopes, o.server.Accepted, o.server.HideOps = scopes, accepted, o.opsAddr != ""
	if err := o.readLog(level, asJSON, out); err != nil {
		return nil, err
	}
	return o, errors.Join(o.readSchema(schemaFile), o.readPolicies(policy, policies), o.readUsers(tokenFile, anonymous), o.readOrigins(origins))
}

func (o *options) readLog(level string, asJSON bool, out io.Writer) error {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("-log: %w", err)
	}
	var handler slog.Handler = slog.NewTextHandler(out, &slog.HandlerOptions{Level: least})
	if asJSON {
		handler = slog.NewJSONHandler(out, &slog.HandlerOptions{Level: least})
	}
	o.server.Log = slog.New(handler)
	return nil
}

// readSchema reads the models and tells every fault of them.
func (o *options) readSchema(file string) error {
	if file == "" {
		return errors.New("-schema is needed: the file of your models")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		o.server.Schema, err = schema.Load(text)
	} else {
		o.server.Schema, err = schema.Parse(string(text))
	}
	if e, ok := errors.AsType[*code.Error](err); ok {
		faults, _ := e.Details.([]schema.Fault)
		var all []error
		for _, fault := range faults {
			all = append(all, fmt.Errorf("%s:%d:%d: %s", file, fault.Line, fault.Column, fault.Message))
		}
		if len(all) > 0 {
			return errors.Join(all...)
		}
	}
	return err
}

func (o *options) readPolicies(all string, each list) (err error) {
	if o.server.Policy, err = server.ParsePolicy(all); err != nil {
		return err
	}
	o.server.Policies = map[string]server.Policy{}
	for _, text := range each {
		model, policy, _ := strings.Cut(text, "=")
		if o.server.Policies[model], err = server.ParsePolicy(policy); err != nil {
			return fmt.Errorf("-model-policy %s: %w", text, err)
		}
	}
	return nil
}

// readUsers reads the tokens. Without any, everybody on this machine is let in, and
// nobody else unless that is said.
func (o *options) readUsers(file string, anonymous bool) (err error) {
	if file != "" {
		o.tokens, err = readTokens(file)
		o.server.Hooks.Authenticate = o.tokens.authenticate
		return err
	}
	if !anonymous && !local(o.addr) {
		return fmt.Errorf("-addr %s is reached from other machines: give -token-file, or -anonymous to let everybody in", o.addr)
	}
	return nil
}

// users says in a word who is let in.
func (o *options) users() string {
	if o.tokens == nil {
		return "everybody"
	}
	return fmt.Sprintf("%d tokens", len(o.tokens))
}

func (o *options) readOrigins(origins list) error {
	if origins == nil && local(o.addr) {
		origins = list{"http://localhost:*", "http://127.0.0.1:*", "https://localhost:*"}
	}
	o.server.Origins = origins
	return nil
}

// local reports whether an address is reached from this machine alone.
func local(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
