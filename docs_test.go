package granary_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// block is one fenced block of a page of docs/. Its language is followed by
// "alone" when it belongs to no program.
type block struct {
	page     string
	line     int // of its first line, from 1
	language string
	lines    []string
}

// docs returns the blocks of all pages that are written in one of the languages.
func docs(t *testing.T, language string) (blocks []block) {
	t.Helper()
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		blocks = append(blocks, blocksOf(page, string(text), language)...)
	}
	return blocks
}

func blocksOf(page, text, language string) (blocks []block) {
	var open *block
	for i, line := range strings.Split(text, "\n") {
		after, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{page: page, line: i + 2, language: after}
		case fence:
			if open.language == language {
				blocks = append(blocks, *open)
			}
			open = nil
		case open != nil:
			open.lines = append(open.lines, line)
		}
	}
	return blocks
}

// saysFault is how a page tells of a fault in a line of SDL.
const saysFault = " # ✗ "

func TestDocs_EverySchemaHasTheFaultsThatItsPageTells(t *testing.T) {
	blocks := append(docs(t, "graphql"), docs(t, "graphql alone")...)
	require.Greater(t, len(blocks), 5)
	told := 0
	for _, b := range blocks {
		_, err := schema.Parse(strings.Join(b.lines, "\n"))
		var e *code.Error
		var faults []schema.Fault
		if errors.As(err, &e) {
			faults = e.Details.([]schema.Fault)
		}
		for i, line := range b.lines {
			_, want, ok := strings.Cut(line, saysFault)
			if !ok {
				continue
			}
			told++
			require.NotEmpty(t, faults, "%s:%d: no such fault", b.page, b.line+i)
			require.Equal(t, i+1, faults[0].Line, "%s:%d: %s", b.page, b.line+i, faults[0].Message)
			require.Contains(t, faults[0].Message, want, "%s:%d", b.page, b.line+i)
			faults = faults[1:]
		}
		require.Empty(t, faults, "%s:%d", b.page, b.line)
	}
	require.Greater(t, told, 3)
}

// program makes a Go program of the blocks of one page. A comment at the end of a
// statement is a check, of the printed value behind "→", or of the error's code and
// a part of its message behind "✗". All other errors end the program. A statement
// begins at the last line before that is not indented.
func program(page, sdl string, blocks []block) string {
	var imports, body strings.Builder
	for _, b := range blocks {
		for i := 0; i < len(b.lines); {
			first := i
			for i++; i < len(b.lines) && (b.lines[i] == "" || strings.ContainsAny(b.lines[i][:1], "\t )}]")); {
				i++
			}
			text := strings.TrimRight(strings.Join(b.lines[first:i], "\n"), "\n")
			place := strconv.Quote(page + ":" + strconv.Itoa(b.line+first))
			if strings.HasPrefix(text, "import ") {
				imports.WriteString(text + "\n")
				continue
			}
			body.WriteString(statement(text, place) + "\n")
		}
	}
	return "package main\n\n" + imports.String() + "import harness \"fmt\"\nimport harnessCode \"github.com/granarydb/granary/store/code\"\n" +
		"import harnessText \"strings\"\n\nconst sdl = " + strconv.Quote(sdl) + "\n" + harness + "\nfunc main() {\n" + body.String() + "}\n"
}

// harness is what the programs check with.
const harness = `
func is(got any, want, place string) {
	if text := harness.Sprint(got); text != want {
		harness.Printf("%s: expected %s, got %s\n", place, want, text)
	}
}

func must(err error, place string) {
	if err != nil {
		panic(place + ": " + err.Error())
	}
}

func fails(err error, want, place string) {
	wanted, part, _ := harnessText.Cut(want, ": ")
	if err == nil || string(harnessCode.Of(err)) != wanted || !harnessText.Contains(err.Error(), part) {
		harness.Printf("%s: expected %s, got %v\n", place, want, err)
	}
}`

var (
	checked  = regexp.MustCompile(`^(?s:(.*?))\s*// ([→✗]) (.+)$`)
	assigned = regexp.MustCompile(`^([\w, ]+?) :?= `)
)

// statement is a statement of a page, and what checks it.
func statement(text, place string) string {
	said := checked.FindStringSubmatch(text)
	if said != nil {
		text = said[1]
	}
	var names []string
	if m := assigned.FindStringSubmatch(text); m != nil {
		names = strings.Split(m[1], ", ")
	}
	after := ""
	for _, name := range names {
		if name != "_" && name != "err" {
			after += "; _ = " + name
		}
	}
	failed := len(names) > 0 && names[len(names)-1] == "err"
	switch {
	case said != nil && said[2] == "✗" && !failed:
		return `; fails(` + text + `, ` + strconv.Quote(said[3]) + `, ` + place + `)`
	case said != nil && said[2] == "✗":
		return text + after + `; fails(err, ` + strconv.Quote(said[3]) + `, ` + place + `)`
	case failed:
		after += `; must(err, ` + place + `)`
	}
	if said == nil {
		return text + after
	}
	if len(names) == 0 {
		return `is(` + text + `, ` + strconv.Quote(said[3]) + `, ` + place + `)`
	}
	return text + after + `; is(` + names[0] + `, ` + strconv.Quote(said[3]) + `, ` + place + `)`
}

// run runs a program and returns what it printed. When sdl is not "", the models
// that are generated of it belong to the program.
func run(t *testing.T, text, sdl string) string {
	t.Helper()
	dir := t.TempDir()
	files := []string{"run", filepath.Join(dir, "main.go")}
	require.NoError(t, os.WriteFile(files[1], []byte(text), 0o600))
	if sdl != "" {
		models := filepath.Join(dir, "page.graphql")
		require.NoError(t, os.WriteFile(models, []byte(sdl), 0o600))
		out, err := exec.Command("go", "run", "./cmd/wasmbuild", "generate", "-out", dir, "-go", "main", models).CombinedOutput()
		require.NoError(t, err, string(out))
		files = append(files, filepath.Join(dir, "models.go"))
	}
	out, err := exec.Command("go", files...).CombinedOutput()
	require.NoError(t, err, "%s\n%s", out, text)
	return string(out)
}

func TestDocs_EveryGoExampleDoesWhatItsPageSays(t *testing.T) {
	pages := map[string][]block{}
	for _, b := range docs(t, "go") {
		pages[b.page] = append(pages[b.page], b)
	}
	require.NotEmpty(t, pages)
	for page, blocks := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			sdl := ""
			for _, b := range docs(t, "graphql") {
				if b.page == page {
					sdl += strings.Join(b.lines, "\n") + "\n"
				}
			}
			text := program(page, sdl, blocks)
			require.Regexp(t, `; (is|fails)\(|\nis\(`, text, "nothing is checked")
			if strings.Contains(text, "schema.Parse(sdl)") {
				sdl = "" // it needs no generated models
			}
			require.Empty(t, run(t, text, sdl))
		})
	}
}

// shownFile is the fence of a block that shows parts of a file, between lines of "…".
var shownFile = regexp.MustCompile(`^\w+ alone (\S+)$`)

func TestDocs_WhatIsShownOfAFileIsInIt(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	shown := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for i, line := range strings.Split(string(text), "\n") {
			after, fence := strings.CutPrefix(line, "```")
			found := shownFile.FindStringSubmatch(after)
			if !fence || found == nil {
				continue
			}
			for _, b := range blocksOf(page, string(text), after) {
				if b.line != i+2 {
					continue
				}
				file, err := os.ReadFile(found[1])
				require.NoError(t, err)
				rest := string(file)
				for _, part := range strings.Split("\n"+strings.Join(b.lines, "\n")+"\n", "\n…\n") {
					part = strings.Trim(part, "\n")
					_, behind, ok := strings.Cut("\n"+rest, "\n"+part+"\n")
					require.True(t, ok, "%s:%d: not in %s, or not in this order:\n%s", page, b.line, found[1], part)
					rest = behind
					shown++
				}
			}
		}
	}
	require.Greater(t, shown, 5)
}

func TestDocs_AWrongExampleIsFoundOut(t *testing.T) {
	page := "# Wrong\n\n```go\nimport \"errors\"\n\nn, err := 5, error(nil)\nn // → 6\n\nn + 1 // → 6\nerr = errors.New(\"bad\") // ✗ INVALID: good\n```\n"
	out := run(t, program("wrong.md", "", blocksOf("wrong.md", page, "go")), "")
	require.Equal(t, "wrong.md:7: expected 6, got 5\nwrong.md:10: expected INVALID: good, got bad\n", out)
}
