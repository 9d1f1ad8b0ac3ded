package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

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
