package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// cut leaves a part of other people's code out of the engine: the compiler is shown
// other bodies of some functions, and the linker drops what nothing calls any more.
// The toolchain's files are replaced by -overlay; modules, which that may not touch,
// are copied and named in a go.mod of the build's own.
type cut struct {
	name      string // what is left out, as it is told when the cut does not fit
	edits     []edit
	constants []constant
}

// overlaid is the source of packages, with edits.
type overlaid struct {
	packages map[string][]string // import path to paths of its files
	modules  map[string]string   // path to directory, of those that are not the toolchain's
	files    map[string][]byte   // by path, what has been edited
}

// overlay makes all cuts that fit and returns the flags that show them to the
// compiler, and what did not fit. The files go to dir, below root.
func overlay(ctx context.Context, root, dir string, cuts []cut) (args []string, unfit []error, err error) {
	o, err := sources(ctx, root, cuts)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range cuts {
		if err := o.make(c); err != nil {
			unfit = append(unfit, &misfit{c.name, err})
		}
	}
	replaced, err := o.writeModules(root, dir)
	if err != nil {
		return nil, nil, err
	}
	overlay, err := o.write(dir)
	return append(replaced, "-overlay", overlay), unfit, err
}

// misfit is why a cut was not made.
type misfit struct {
	cut string
	err error
}

func (m *misfit) Error() string { return m.cut + ": " + m.err.Error() }

// sources asks the toolchain where the packages of cuts are.
func sources(ctx context.Context, root string, cuts []cut) (*overlaid, error) {
	args := []string{"list", "-e", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{with .Module}}{{.Path}}{{end}}\t{{with .Module}}{{.Dir}}{{end}}{{range .GoFiles}}\t{{.}}{{end}}"}
	for _, c := range cuts {
		for _, e := range c.edits {
			args = append(args, e.pkg)
		}
		for _, k := range c.constants {
			args = append(args, k.pkg)
		}
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("look for the packages of cuts: %w", err)
	}
	o := &overlaid{packages: map[string][]string{}, modules: map[string]string{}, files: map[string][]byte{}}
	for line := range strings.Lines(string(out)) {
		columns := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if columns[3] != "" {
			o.modules[columns[2]] = columns[3]
		}
		for _, name := range columns[4:] {
			o.packages[columns[0]] = append(o.packages[columns[0]], filepath.Join(columns[1], name))
		}
	}
	return o, nil
}

// make makes all edits of a cut, or none.
func (o *overlaid) make(c cut) error {
	edited := map[string][]byte{}
	var misfits []error
	for _, e := range c.edits {
		misfits = append(misfits, o.edit(e, edited))
	}
	for _, k := range c.constants {
		misfits = append(misfits, o.fix(k, edited))
	}
	if err := errors.Join(misfits...); err != nil {
		return err
	}
	for path, source := range edited {
		tidied, err := tidyImports(source)
		if err != nil {
			return err
		}
		o.files[path] = tidied
	}
	return nil
}

// edit makes an edit to the file that has the function, and keeps it in edited.
func (o *overlaid) edit(e edit, edited map[string][]byte) error {
	for _, path := range o.packages[e.pkg] {
		source, err := o.source(path, edited)
		if err != nil {
			return err
		}
		if name := e.fn[strings.Index(e.fn, ".")+1:]; !bytes.Contains(source, []byte(name+"(")) && !bytes.Contains(source, []byte(name+"[")) {
			continue
		}
		result, err := e.apply(source)
		if err != nil {
			return err
		}
		if result != nil {
			edited[path] = result
			return nil
		}
	}
	return fmt.Errorf("%w: %s has no %s", errCut, e.pkg, e.fn)
}

// source returns a file as it is after the edits so far.
func (o *overlaid) source(path string, edited map[string][]byte) ([]byte, error) {
	if source, ok := edited[path]; ok {
		return source, nil
	}
	if source, ok := o.files[path]; ok {
		return source, nil
	}
	return os.ReadFile(path)
}

// fix puts a constant into all files of its package.
func (o *overlaid) fix(k constant, edited map[string][]byte) error {
	found := false
	for _, path := range o.packages[k.pkg] {
		source, err := o.source(path, edited)
		if err != nil {
			return err
		}
		if result := k.apply(source); result != nil {
			edited[path], found = result, true
		}
	}
	if !found {
		return fmt.Errorf("%w: %s does not read %s", errCut, k.pkg, k.variable)
	}
	return nil
}

// writeModules copies the modules that have edits into dir, with the edits, and
// returns the flag that makes the compiler take them from there.
func (o *overlaid) writeModules(root, dir string) ([]string, error) {
	rules, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(o.modules)) {
		from := o.modules[path]
		to := filepath.Join(dir, strings.ReplaceAll(filepath.Base(from), "@", "_"))
		below, err := filepath.Rel(root, to)
		if err != nil {
			return nil, err
		}
		if err := o.copyModule(from, to); err != nil {
			return nil, err
		}
		rules = fmt.Appendf(rules, "\nreplace %s => ./%s\n", path, filepath.ToSlash(below))
	}
	if _, err := place(filepath.Join(dir, "go.sum"), sums); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "go.mod")
	_, err = place(path, rules)
	return []string{"-modfile", path}, err
}

// copyModule copies what is compiled of a module; edited files leave o.
func (o *overlaid) copyModule(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		isSource := strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") || filepath.Base(path) == "go.mod"
		if err != nil || d.IsDir() || !isSource {
			return err
		}
		source, edited := o.files[path]
		if !edited {
			if source, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		delete(o.files, path)
		_, err = place(filepath.Join(to, strings.TrimPrefix(path, from)), source)
		return err
	})
}

// write puts the edited files into dir, and beside them what -overlay takes.
func (o *overlaid) write(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	replace := map[string]string{}
	for path, source := range o.files {
		copied := filepath.Join(dir, fingerprint([]byte(path))+"_"+filepath.Base(path))
		if _, err := place(copied, source); err != nil {
			return "", err
		}
		replace[path] = copied
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	_, err = place(path, content)
	return path, err
}
