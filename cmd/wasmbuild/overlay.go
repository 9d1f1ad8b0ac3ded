package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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

// constant is put where a package reads a variable.
type constant struct {
	pkg      string // import path
	variable string // as it is written where it is read
	value    string
}

// edit gives one function another body.
type edit struct {
	pkg  string   // import path
	fn   string   // Name, or Type.Name for a method
	was  string   // the fingerprint of the function that the edit was made for
	body string   // statements, or removed
	swap []string // or what of the function is replaced, each followed by what by
}

// removed as a body takes the whole function away.
const removed = "-"

var errCut = errors.New("the cut was made for other source code")

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
			unfit = append(unfit, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	replaced, err := o.writeModules(root, dir)
	if err != nil {
		return nil, nil, err
	}
	overlay, err := o.write(dir)
	return append(replaced, "-overlay", overlay), unfit, err
}

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

// apply returns the edited source of a file, nil when it does not read the variable.
func (k constant) apply(source []byte) []byte {
	var out []byte
	for from, at := 0, 0; ; {
		i := bytes.Index(source[at:], []byte(k.variable))
		if i < 0 {
			if out == nil {
				return nil
			}
			return append(out, source[from:]...)
		}
		start, end := at+i, at+i+len(k.variable)
		at = end
		if isRead(source, start, end) {
			out = append(append(out, source[from:start]...), k.value...)
			from = end
		}
	}
}

// isRead tells whether the name from start to end is a whole one that is neither
// assigned to nor referred to.
func isRead(source []byte, start, end int) bool {
	word := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
	if start == 0 || end == len(source) || word(source[end]) {
		return false
	}
	if before := source[start-1]; word(before) || before == '.' || before == '&' {
		return false
	}
	rest := bytes.TrimLeft(source[end:], " ")
	assigned := len(rest) > 1 && rest[0] == '=' && rest[1] != '='
	return !assigned && !bytes.HasPrefix(rest, []byte(":="))
}

// apply returns the edited source of a file, nil when it has no such function.
func (e edit) apply(source []byte) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	at := func(p token.Pos) int { return files.Position(p).Offset }
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || functionName(f) != e.fn || f.Body == nil {
			continue
		}
		from, to := at(f.Pos()), at(f.End())
		if is := fingerprint(source[from:to]); is != e.was {
			return nil, fmt.Errorf("%w: %s.%s is %s, not %s", errCut, e.pkg, e.fn, is, e.was)
		}
		body := e.body
		switch {
		case e.swap != nil:
			body = strings.NewReplacer(e.swap...).Replace(string(source[from:to]))
		case e.body == removed:
			body = ""
		default:
			from, to = at(f.Body.Lbrace)+1, at(f.Body.Rbrace)
		}
		return slices.Concat(source[:from], []byte(" "+body+" "), source[to:]), nil
	}
	return nil, nil
}

func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if of, ok := t.(*ast.IndexExpr); ok {
		t = of.X
	}
	if name, ok := t.(*ast.Ident); ok {
		return name.Name + "." + f.Name.Name
	}
	return ""
}

// fingerprint tells a function's source from any other that a toolchain may bring.
func fingerprint(source []byte) string {
	h := fnv.New32a()
	h.Write(source)
	return fmt.Sprintf("%08x", h.Sum32())
}

// tidyImports drops the imports that an edited file does not use any more.
func tidyImports(source []byte) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, name := range file.Unresolved {
		used[name.Name] = true
	}
	out := slices.Clone(source)
	have := map[string]bool{}
	for _, s := range file.Imports {
		path, _ := strconv.Unquote(s.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if s.Name != nil {
			name = s.Name.Name
		}
		have[name] = true
		if name != "_" && name != "." && !used[name] {
			from, to := files.Position(s.Pos()).Offset, files.Position(s.End()).Offset
			copy(out[from:to], bytes.Repeat([]byte(" "), to-from))
		}
	}
	end := files.Position(file.Name.End()).Offset
	if used["errors"] && !have["errors"] {
		out = slices.Concat(out[:end], []byte("; import \"errors\""), out[end:])
	}
	return format.Source(out)
}

// writeModules copies the modules that have edits into dir, with the edits, and
// returns the flag that makes the compiler take them from there.
func (o *overlaid) writeModules(root, dir string) ([]string, error) {
	rules, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(o.modules)) {
		from := o.modules[path]
		to := filepath.Join(dir, strings.ReplaceAll(path, "/", "_"))
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
