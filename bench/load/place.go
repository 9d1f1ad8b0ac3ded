package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/granarydb/granary/server/localpg"
)

// place is where servers are run for a measurement.
type place struct {
	dir     string
	binary  string
	cluster *localpg.Server // nil until it is needed
}

// newPlace builds granaryd.
func newPlace(ctx context.Context) (*place, error) {
	dir, err := os.MkdirTemp("", "granary-load-")
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir, binary: filepath.Join(dir, "granaryd")}
	build := exec.CommandContext(ctx, "go", "build", "-o", p.binary, "github.com/granarydb/granary/cmd/granaryd")
	if text, err := build.CombinedOutput(); err != nil {
		p.close()
		return nil, fmt.Errorf("building granaryd: %w\n%s", err, text)
	}
	return p, os.WriteFile(p.schema(), []byte(models), 0o600)
}

func (p *place) schema() string { return filepath.Join(p.dir, "models.graphql") }

func (p *place) close() {
	if p.cluster != nil {
		p.cluster.Stop()
	}
	_ = os.RemoveAll(p.dir)
}

// database is the address of an empty database.
func (p *place) database(ctx context.Context, storage string) (address string, err error) {
	switch storage {
	case "sqlite":
		return filepath.Join(p.dir, "load.db"), nil
	case "postgres":
		if p.cluster == nil {
			if p.cluster, err = localpg.Start(ctx); err != nil {
				return "", err
			}
		}
		return p.cluster.Database(ctx)
	}
	return "", fmt.Errorf("what is the storage %q? there are sqlite and postgres", storage)
}

// start runs granaryd and waits until it serves.
func (p *place) start(ctx context.Context, storage string) (url string, stop func(), err error) {
	address, err := p.database(ctx, storage)
	if err != nil {
		return "", nil, err
	}
	process := exec.CommandContext(ctx, p.binary, "-schema", p.schema(), "-db", address, "-addr", "127.0.0.1:0", "-log-json")
	said, err := process.StderrPipe()
	if err != nil {
		return "", nil, err
	}
	if err = process.Start(); err != nil {
		return "", nil, err
	}
	lines := bufio.NewScanner(said)
	for url == "" && lines.Scan() {
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			url = line.URL
		}
	}
	go func() {
		for lines.Scan() {
			fmt.Fprintln(os.Stderr, lines.Text())
		}
	}()
	if url == "" {
		return "", nil, errors.Join(errors.New("granaryd did not begin to serve"), process.Wait())
	}
	return url, func() {
		_ = process.Process.Signal(os.Interrupt)
		_ = process.Wait()
	}, nil
}
