// Command load measures a sync server under many clients, and sees that nothing is lost:
//
//	go run ./bench/load -clients 50 -for 10s
//
// It builds granaryd and runs it with each storage in turn, with its files in a
// temporary directory and with a PostgreSQL of its own; -url measures a server that is
// there, whose schema has the models of the load (-models prints them).
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// plan is what the clients do.
type plan struct {
	clients int
	engine  bool // the clients are stores
	batch   int  // mutations of one push
	length  time.Duration
}

func run(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	var p plan
	f.IntVar(&p.clients, "clients", 50, "clients that push and pull")
	f.BoolVar(&p.engine, "engine", false, "the clients are stores that sync, instead of plain HTTP")
	f.IntVar(&p.batch, "batch", 5, "mutations of one push")
	f.DurationVar(&p.length, "for", 10*time.Second, "how long they push")
	storages := f.String("storages", "sqlite,postgres", "what granaryd is run with")
	url := f.String("url", "", "a server that is there, instead of granaryd")
	asJSON := f.Bool("json", false, "print JSON instead of a table")
	printModels := f.Bool("models", false, "print the models that the server has to have, and end")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *printModels {
		_, err := fmt.Fprint(out, models)
		return err
	}
	reports, err := measureAll(ctx, p, *url, strings.Split(*storages, ","))
	if err != nil {
		return err
	}
	if *asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(reports)
	}
	printTable(out, reports)
	return nil
}

func measureAll(ctx context.Context, p plan, url string, storages []string) ([]report, error) {
	if url != "" {
		r, err := measure(ctx, url, url, p)
		return []report{r}, err
	}
	place, err := newPlace(ctx)
	if err != nil {
		return nil, err
	}
	defer place.close()
	var reports []report
	for _, storage := range storages {
		url, stop, err := place.start(ctx, storage)
		if err != nil {
			return nil, err
		}
		r, err := measure(ctx, storage, url, p)
		stop()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", storage, err)
		}
		reports = append(reports, r)
	}
	return reports, nil
}
