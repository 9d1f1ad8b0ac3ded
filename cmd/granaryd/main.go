// Command granaryd serves Granary's sync protocol for a schema:
//
//	granaryd -schema blog.graphql
//
// Records go into a file of SQLite beside it, or, with -db postgres://…, into
// PostgreSQL. With -static it serves the page too. "granaryd -h" prints all flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/granarydb/granary/cmd/internal/site"
	"github.com/granarydb/granary/server"
	"github.com/granarydb/granary/server/postgres"
	"github.com/granarydb/granary/server/sqlite"
)

// Exit statuses.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
)

// How long parts of a call may take, and how long the end of the server.
const (
	maxHeader = 10 * time.Second
	maxIdle   = 2 * time.Minute
	farewell  = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stderr))
}

// run serves until ctx ends, and returns the exit status.
func run(ctx context.Context, args []string, out io.Writer) int {
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return statusDone
	}
	if err != nil {
		fmt.Fprintln(out, "granaryd:", err)
		return statusUsage
	}
	if err = o.serve(ctx); err != nil {
		fmt.Fprintln(out, "granaryd:", err)
		return statusFailed
	}
	return statusDone
}

// serve opens the database and serves until ctx ends. Then pulls that are held and live
// streams end at once, and calls that are under way are finished.
func (o *options) serve(ctx context.Context) (err error) {
	st, err := open(ctx, o.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if o.renew {
		if err = st.Renew(ctx); err != nil {
			return err
		}
		o.server.Log.Info("all clients will begin anew")
	}
	o.server.Storage = st
	s, err := server.New(o.server)
	if err != nil {
		return err
	}
	defer s.Close()
	mux := http.NewServeMux()
	mux.Handle(o.base+"/", s)
	if o.static != nil {
		page, err := site.Open(o.static)
		if err != nil {
			return err
		}
		defer page.Close()
		mux.Handle("/", page)
	}
	services := []*http.Server{o.service(mux)}
	addresses := []string{o.addr}
	if o.opsAddr != "" {
		services, addresses = append(services, o.service(s.Ops())), append(addresses, o.opsAddr)
	}
	failed := make(chan error, len(services))
	for i, service := range services {
		listener, err := net.Listen("tcp", addresses[i])
		if err != nil {
			return err
		}
		if i == 0 {
			origin := o.scheme() + "://" + listener.Addr().String()
			if o.static != nil {
				o.server.Log.Info("serving the page", "url", origin+"/")
			}
			o.server.Log.Info("serving", "url", origin+o.base, "db", redacted(o.db),
				"schema", o.server.Schema.Fingerprint, "users", o.users())
		}
		go func() { failed <- o.listen(service, listener, i == 0) }()
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
		o.server.Log.Info("stopping")
	}
	s.Close()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	for _, service := range services {
		err = errors.Join(err, service.Shutdown(end))
	}
	return err
}

func (o *options) service(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: maxHeader, IdleTimeout: maxIdle, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(o.server.Log.Handler(), slog.LevelDebug)}
}

func (o *options) listen(service *http.Server, l net.Listener, public bool) error {
	var err error
	if public && o.cert != "" {
		err = service.ServeTLS(l, o.cert, o.key)
	} else {
		err = service.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (o *options) scheme() string {
	if o.cert != "" {
		return "https"
	}
	return "http"
}

// open opens what the flag -db names.
func open(ctx context.Context, db string) (server.Storage, error) {
	if strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://") {
		return postgres.Open(ctx, db)
	}
	return sqlite.Open(ctx, db)
}

// redacted is the address of a database without its password.
func redacted(db string) string {
	scheme, rest, ok := strings.Cut(db, "://")
	if !ok {
		return db
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + "://" + rest
}
