package granary_test

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source is one Go file of the module.
type source struct {
	name    string // from the module's directory, with slashes
	test    bool   // whether it belongs to the tests of its package
	imports []string
	set     *token.FileSet
	tree    *ast.File
}

func (f source) dir() string { return path.Dir(f.name) }

// buildsFor reports whether the file is built when just these tags hold.
func (f source) buildsFor(tags ...string) bool {
	for _, group := range f.tree.Comments {
		for _, comment := range group.List {
			if comment.Pos() > f.tree.Package || !constraint.IsGoBuild(comment.Text) {
				continue
			}
			expr, err := constraint.Parse(comment.Text)
			return err == nil && expr.Eval(func(tag string) bool { return slices.Contains(tags, tag) })
		}
	}
	return true
}

// uses finds where the file names one of the functions of a package.
func (f source) uses(pkg string, names []string) (found []*ast.SelectorExpr) {
	local := f.localName(pkg)
	if local == "" {
		return nil
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(names, s.Sel.Name) {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				found = append(found, s)
			}
		}
		return true
	})
	return found
}

// localName is what the file calls a package that it imports, "" when it does not.
func (f source) localName(pkg string) string {
	for _, spec := range f.tree.Imports {
		if imported, _ := strconv.Unquote(spec.Path.Value); imported != pkg {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(pkg)
	}
	return ""
}

func (f source) at(n ast.Node) string { return f.set.Position(n.Pos()).String() }

func (f source) text(s *ast.SelectorExpr) string { return s.X.(*ast.Ident).Name + "." + s.Sel.Name }

// sources parses every Go file of the module.
func sources(t *testing.T) (files []source) {
	t.Helper()
	set := token.NewFileSet()
	walk(t, func(name string, _ fs.DirEntry) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		tree, err := parser.ParseFile(set, filepath.FromSlash(name), nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		f := source{name: name, test: strings.HasSuffix(name, "_test.go"), set: set, tree: tree}
		for _, spec := range tree.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
	})
	return files
}

// walk calls visit for every file of the repository, in order, by its path from
// the module's directory, with slashes. It passes by what is made or installed.
func walk(t *testing.T, visit func(name string, entry fs.DirEntry)) {
	t.Helper()
	made := []string{".git", "node_modules", "dist", "build", "testdata"}
	require.NoError(t, filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(made, entry.Name()):
			return fs.SkipDir
		case entry.Type().IsRegular():
			visit(filepath.ToSlash(name), entry)
		}
		return nil
	}))
}

// below reports whether dir is the directory of a pattern, or, for "x/...", x or
// below it.
func below(pattern, dir string) bool {
	top, deep := strings.CutSuffix(pattern, "/...")
	return dir == top || deep && strings.HasPrefix(dir, top+"/")
}
