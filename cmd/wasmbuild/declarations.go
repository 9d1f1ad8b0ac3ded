package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// declarationSuffix ends the name of a file of types.
const declarationSuffix = ".d.ts"

// declarations lets TypeScript write the types of the package. It needs what
// "npm ci" installs; without it, and in a fast build, there are none.
func (m *maker) declarations(ctx context.Context) error {
	done := m.step("types")
	compiler := m.installed("tsc")
	if m.fast {
		done("left out of a fast build")
		return nil
	}
	if compiler == "" {
		done("left out: TypeScript is not installed, run 'make setup'")
		return nil
	}
	made := filepath.Join(m.root, "build", "types")
	if err := os.RemoveAll(made); err != nil {
		return err
	}
	if err := m.emit(ctx, compiler, made); err != nil {
		return err
	}
	count, err := m.placeDeclarations(made)
	if err != nil {
		return err
	}
	done("%d declaration files", count)
	return nil
}

// installed returns the path of a program that npm installed, or "".
func (m *maker) installed(program string) string {
	for _, dir := range []string{m.root, filepath.Join(m.root, "web")} {
		path := filepath.Join(dir, "node_modules", ".bin", program)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// emit type-checks the sources and writes their declarations to dir.
func (m *maker) emit(ctx context.Context, compiler, dir string) error {
	project := filepath.Join("web", "tsconfig.build.json")
	if _, err := os.Stat(filepath.Join(m.root, project)); errors.Is(err, fs.ErrNotExist) {
		project = "web"
	}
	cmd := exec.CommandContext(ctx, compiler, "-p", project, "--noEmit", "false",
		"--declaration", "--emitDeclarationOnly", "--outDir", dir)
	cmd.Dir = m.root
	cmd.Stdout, cmd.Stderr = m.std.err, m.std.err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("tsc: %w", err)
	}
	return nil
}

// placeDeclarations copies what was emitted into the package and drops the
// declarations there that no source stands behind any more. A project that holds
// more than src emits src in a directory of its own; what is in there goes to the
// top of the package, beside the other directories.
func (m *maker) placeDeclarations(made string) (count int, err error) {
	names, err := declarationsIn(made)
	if err != nil {
		return 0, err
	}
	if len(names) == 0 {
		return 0, errors.New("tsc wrote no declarations: does web/tsconfig.json include src?")
	}
	keep := map[string]bool{}
	for _, name := range names {
		target := strings.TrimPrefix(name, "src"+string(filepath.Separator))
		keep[target] = true
		content, err := os.ReadFile(filepath.Join(made, name))
		if err != nil {
			return 0, err
		}
		if _, err := place(filepath.Join(m.out, target), content); err != nil {
			return 0, err
		}
	}
	present, err := declarationsIn(m.out)
	if err != nil {
		return 0, err
	}
	for _, name := range present {
		if !keep[name] {
			err = errors.Join(err, os.Remove(filepath.Join(m.out, name)))
		}
	}
	return len(names), err
}

// declarationsIn lists the declaration files below dir, relative to it.
func declarationsIn(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, declarationSuffix) {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, name)
		return err
	})
	return names, err
}
