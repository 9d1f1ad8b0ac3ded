package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const buildHelp = `Writes everything that the npm package ships into one directory: both builds of
the engine, the toolchain's wasm_exec.js, the JavaScript for modules and for a
plain script tag, the types, a .br and a .gz beside each file that a page loads,
and manifest.json. What has not changed is not made again.

With -fast only what a page needs to run is made: no types, no compressed files.`

// maker carries what the steps of a build share.
type maker struct {
	std  streams
	root string // the module's directory
	out  string // where the package goes
	fast bool
}

// build is the verb "build".
func build(ctx context.Context, std streams, args []string) error {
	set := flags(std, "build", buildHelp)
	out := set.String("out", "", "the `directory` to write to (default web/dist of this module)")
	fast := set.Bool("fast", false, "make only what a page needs to run")
	if err := parse(set, args); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return misused(set, "takes no arguments, got %q", set.Arg(0))
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if *out == "" {
		*out = packageDir(root)
	}
	target, err := filepath.Abs(*out)
	if err != nil {
		return err
	}
	m := &maker{std: std, root: root, out: target, fast: *fast}
	return m.make(ctx)
}

// packageDir is where the package goes when nobody says otherwise.
func packageDir(root string) string { return filepath.Join(root, "web", "dist") }

// make runs the steps in the order in which they are likely to find a fault.
func (m *maker) make(ctx context.Context) error {
	if err := os.MkdirAll(m.out, 0o755); err != nil {
		return err
	}
	if err := m.scripts(ctx); err != nil {
		return err
	}
	if err := m.declarations(ctx); err != nil {
		return err
	}
	if err := m.engine(ctx); err != nil {
		return err
	}
	if !m.fast {
		if err := m.compress(ctx); err != nil {
			return err
		}
	}
	return m.manifest(ctx)
}

// compress puts .br and .gz beside everything that a page loads.
func (m *maker) compress(ctx context.Context) error {
	done := m.step("compress")
	made, err := compressAll(ctx, m.out)
	if err != nil {
		return err
	}
	done("%d files packed, the others had not changed", made)
	return nil
}

// step names what begins; the function that it returns says how it ended and how
// long it took.
func (m *maker) step(name string) func(format string, args ...any) {
	start := time.Now()
	return func(format string, args ...any) {
		took := time.Since(start).Round(10 * time.Millisecond)
		fmt.Fprintf(m.std.err, "%-10s %-58s %8s\n", name, fmt.Sprintf(format, args...), took)
	}
}

// moduleRoot returns the directory of the go.mod that governs the working directory.
func moduleRoot() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod in %s or above it: run this inside Granary's source", wd)
		}
	}
}
