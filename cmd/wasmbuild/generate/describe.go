package generate

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// notes are the descriptions of a schema, by "Type" and "Type.field".
type notes map[string]string

// notesOf reads the descriptions of a schema that was parsed before. Text that
// cannot be read as a whole has none.
func notesOf(sdl string) notes {
	found := notes{}
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		return found
	}
	for _, def := range doc.Definitions {
		found[def.Name] = def.Description
		for _, f := range def.Fields {
			found[def.Name+"."+f.Name] = f.Description
		}
		for _, v := range def.EnumValues {
			found[def.Name+"."+v.Name] = v.Description
		}
	}
	return found
}

// lines returns the lines of a description, none when there is none.
func (n notes) lines(name string) []string {
	text := strings.TrimSpace(strings.ReplaceAll(n[name], "\r\n", "\n"))
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
