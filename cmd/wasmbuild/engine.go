package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// engineBuild is one of the two builds of the engine.
type engineBuild struct {
	file string
	tags string // build tags
}

var engineBuilds = []engineBuild{
	{file: "granary.wasm"},
	{file: "granary-sdl.wasm", tags: "sdl"},
}

// compilerFlags leave out inlining, save in the runtime, where it pays most. In
// brotli, line tables dropped, and as ratios of the times of store's benchmarks
// (medians of five rounds; import, scan with sort, sort of 100,000 rows):
//
//	all inlined          +34 kB   1.0  1.0  1.0
//	the runtime inlined  +10 kB   1.0  0.9  1.0
//	nothing inlined        0 kB   1.4  0.9  1.3
//
// To inline store/table, store/predicate and store/record too gains nothing that
// can be told from the noise.
var compilerFlags = []string{
	"-gcflags=all=-l",
	"-gcflags=runtime=", "-gcflags=internal/runtime/maps=", "-gcflags=internal/bytealg=",
}

// runtimeFile is the toolchain's half of the engine. It must come from the same
// toolchain as the wasm.
const runtimeFile = "wasm_exec.js"

// engine compiles both builds of ./wasm and copies the toolchain's runtime.
func (m *maker) engine(ctx context.Context) error {
	smaller, unfit, err := overlay(ctx, m.root, filepath.Join(m.root, "build", "overlay"), cuts)
	if err != nil {
		return err
	}
	for _, why := range unfit {
		m.larger(why)
	}
	lookup := !slices.ContainsFunc(unfit, func(err error) bool { return err.(*misfit).cut == lookupCut.name })
	for _, b := range engineBuilds {
		done := m.step("engine")
		content, err := m.compile(ctx, b, smaller, lookup)
		if err != nil {
			return err
		}
		changed, err := place(filepath.Join(m.out, b.file), content)
		if err != nil {
			return err
		}
		done("%s, %s%s", b.file, kilobytes(int64(len(content))), unchanged(changed))
	}
	content, err := m.runtime(ctx)
	if err != nil {
		return err
	}
	_, err = place(filepath.Join(m.out, runtimeFile), content)
	return err
}

// larger tells why the engine is larger than need be. That is no reason to build
// none; the budgets of "size" are where it ends.
func (m *maker) larger(why error) {
	fmt.Fprintf(m.std.err, "%-10s larger than need be: %v\n", "engine", why)
}

// compile links a build, with the flags that make it smaller if it can be compiled
// with them, and takes out what only traces use, and the lookup table if these flags
// do without it.
func (m *maker) compile(ctx context.Context, b engineBuild, smaller []string, lookup bool) ([]byte, error) {
	program, err := m.link(ctx, b, smaller)
	if err != nil && len(smaller) > 0 && ctx.Err() == nil {
		m.larger(err)
		lookup = false
		program, err = m.link(ctx, b, nil)
	}
	if err != nil {
		return nil, err
	}
	program, err = slim(program, lookup)
	if errors.Is(err, errLineTables) {
		m.larger(err)
		err = nil
	}
	return program, err
}

// link makes a build in the module's build directory, where the toolchain finds it
// again the next time and leaves it alone when it is up to date.
func (m *maker) link(ctx context.Context, b engineBuild, flags []string) ([]byte, error) {
	target := filepath.Join(m.root, "build", "wasm", b.file)
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-tags", b.tags, "-o", target}
	cmd := exec.CommandContext(ctx, "go", append(slices.Concat(args, flags, compilerFlags), "./wasm")...)
	cmd.Dir = m.root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("compile %s: %w\n%s", b.file, err, bytes.TrimSpace(said.Bytes()))
	}
	return os.ReadFile(target)
}

// runtime reads wasm_exec.js of the toolchain that compiles the engine.
func (m *maker) runtime(ctx context.Context) ([]byte, error) {
	goroot, err := goEnv(ctx, m.root, "GOROOT")
	if err != nil {
		return nil, err
	}
	var tried []string
	for _, dir := range []string{"lib", "misc"} {
		path := filepath.Join(goroot, dir, "wasm", runtimeFile)
		content, err := os.ReadFile(path)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return content, err
		}
		tried = append(tried, path)
	}
	return nil, fmt.Errorf("the toolchain has no %s; looked at %s", runtimeFile, strings.Join(tried, " and "))
}

// goEnv asks the toolchain that is in force in dir for one of its settings.
func goEnv(ctx context.Context, dir, name string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", name)
	cmd.Dir = dir
	value, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go env %s: %w", name, err)
	}
	return strings.TrimSpace(string(value)), nil
}

func unchanged(changed bool) string {
	if changed {
		return ""
	}
	return ", unchanged"
}
