package storetest

import (
	"strconv"
	"strings"
)

var (
	keyTypes   = []string{"ID", "String", "Int", "Float", "AWSDate", "AWSTimestamp", "Shade", "Boolean"}
	fieldTypes = []string{"String", "String", "String", "Int", "Int", "Float", "Boolean", "Shade", "AWSDate", "AWSDateTime", "AWSTimestamp", "AWSEmail", "ID"}
)

// SDL returns a schema of a few models with keys, indexes and relations of every
// kind.
func (g *Generator) SDL() string {
	var text strings.Builder
	text.WriteString("enum Shade { PALE DARK DEEP }\n")
	n := 1 + g.IntN(3)
	relations := g.relations(n)
	for i := range n {
		text.WriteString("type M" + strconv.Itoa(i) + " @model" + Pick(g, []string{"", "(timestamps: null)"}) + " {\n")
		key := g.keyFields(&text)
		g.fields(&text, key)
		text.WriteString(relations[i] + "}\n")
	}
	return text.String()
}

// keyFields writes the fields of a primary key and returns their names.
func (g *Generator) keyFields(text *strings.Builder) []string {
	switch g.IntN(4) {
	case 0:
		text.WriteString("  id: ID!\n")
		return []string{"id"}
	case 1:
		text.WriteString("  k0: " + Pick(g, []string{"ID", "String"}) + "! @primaryKey\n")
		return []string{"k0"}
	}
	names := []string{"k0", "k1", "k2"}[:2+g.IntN(2)]
	text.WriteString("  k0: " + Pick(g, []string{"ID", "String", "Int", "Shade"}) + `! @primaryKey(sortKeyFields: ["` + strings.Join(names[1:], `", "`) + "\"])\n")
	for _, name := range names[1:] {
		text.WriteString("  " + name + ": " + Pick(g, keyTypes) + "!\n")
	}
	return names
}

// fields writes some fields, most of them with an index.
func (g *Generator) fields(text *strings.Builder, key []string) {
	single := append([]string{}, key...)
	n := 2 + g.IntN(4)
	for i := range n {
		single = append(single, "f"+strconv.Itoa(i))
	}
	for i := range n {
		name := "f" + strconv.Itoa(i)
		text.WriteString("  " + name + ": " + Pick(g, fieldTypes) + Pick(g, []string{"", "", "!"}))
		for use := range g.IntN(3) {
			text.WriteString(` @index(name: "by` + name + strconv.Itoa(use) + `"` + g.sortKey(single, name) + `)`)
		}
		text.WriteString("\n")
	}
	text.WriteString("  list: [" + Pick(g, fieldTypes) + "]\n  extra: AWSJSON\n")
}

// sortKey returns the argument with the fields of an index behind the first.
func (g *Generator) sortKey(single []string, first string) string {
	var list []string
	for _, at := range g.Perm(len(single))[:g.IntN(3)] {
		if single[at] != first {
			list = append(list, `"`+single[at]+`"`)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return `, sortKeyFields: [` + strings.Join(list, ", ") + `]`
}

// relations returns the relations of n models, at most one pair between two.
func (g *Generator) relations(n int) []string {
	lines := make([]string, n)
	for i := range n {
		for j := i; j < n; j++ {
			one, other := "M"+strconv.Itoa(i), "M"+strconv.Itoa(j)
			a, b := "to"+other, "of"+one
			deletion := Pick(g, []string{"", "(onDelete: SET_NULL)", "(onDelete: RESTRICT)"})
			switch kind := g.IntN(6); {
			case i == j && kind > 2:
				lines[i] += "  " + a + ": " + other + " @belongsTo\n  " + b + ": [" + one + "] @hasMany" + deletion + "\n"
			case i == j || kind == 0:
			case kind == 1:
				lines[i] += "  " + a + ": [" + other + "] @manyToMany(relationName: \"" + one + other + "\")\n"
				lines[j] += "  " + b + ": [" + one + "] @manyToMany(relationName: \"" + one + other + "\")\n"
			case kind == 2:
				lines[i] += "  " + a + ": " + other + " @hasOne\n"
			case kind == 3:
				lines[i] += "  " + a + ": [" + other + "] @hasMany" + deletion + "\n"
			default:
				lines[i] += "  " + a + ": [" + other + "] @hasMany" + deletion + "\n"
				lines[j] += "  " + b + ": " + one + " @belongsTo\n"
			}
		}
	}
	return lines
}
