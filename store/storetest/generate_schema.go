package storetest

import (
	"strconv"
	"strings"
)

var (
	keyTypes   = []string{"ID", "String", "Int", "Float", "AWSDate", "AWSTimestamp", "Shade", "Boolean"}
	fieldTypes = []string{"String", "String", "String", "Int", "Int", "Float", "Boolean", "Shade", "AWSDate", "AWSDateTime", "AWSTimestamp", "AWSEmail", "ID"}
)

// keyField is a field of a primary key.
type keyField struct{ name, kind string }

// SDL returns a schema of that many models at most, with keys, indexes and
// relations of every kind.
func (g *Generator) SDL(most int) string {
	keys := make([][]keyField, 1+g.IntN(most))
	for i := range keys {
		keys[i] = g.key()
	}
	relations := g.relations(keys)
	var text strings.Builder
	text.WriteString("enum Shade { PALE DARK DEEP }\n")
	for i, key := range keys {
		text.WriteString("type " + model(i) + " @model" + Pick(g, []string{"", "(timestamps: null)"}) + " {\n")
		writeKey(&text, key)
		g.fields(&text, key)
		text.WriteString(relations[i] + "}\n")
	}
	return text.String()
}

func model(n int) string { return "M" + strconv.Itoa(n) }

// key returns the fields of a primary key.
func (g *Generator) key() []keyField {
	switch g.IntN(4) {
	case 0:
		return []keyField{{"id", "ID"}}
	case 1:
		return []keyField{{"k0", Pick(g, []string{"ID", "String"})}}
	}
	key := []keyField{{"k0", Pick(g, []string{"ID", "String", "Int", "Shade"})}}
	for i := range 1 + g.IntN(2) {
		key = append(key, keyField{"k" + strconv.Itoa(i+1), Pick(g, keyTypes)})
	}
	return key
}

func writeKey(text *strings.Builder, key []keyField) {
	for i, f := range key {
		text.WriteString("  " + f.name + ": " + f.kind + "!")
		if i == 0 && f.name != "id" {
			text.WriteString(" @primaryKey" + sortedBy(key[1:], ""))
		}
		text.WriteString("\n")
	}
}

// sortedBy returns the arguments of a directive that names the fields behind the
// first.
func sortedBy(rest []keyField, name string) string {
	var arguments, names []string
	if name != "" {
		arguments = append(arguments, `name: "`+name+`"`)
	}
	for _, f := range rest {
		names = append(names, `"`+f.name+`"`)
	}
	if len(names) > 0 {
		arguments = append(arguments, "sortKeyFields: ["+strings.Join(names, ", ")+"]")
	}
	if len(arguments) == 0 {
		return ""
	}
	return "(" + strings.Join(arguments, ", ") + ")"
}

// fields writes some fields, most of them with an index.
func (g *Generator) fields(text *strings.Builder, key []keyField) {
	single := append([]keyField{}, key...)
	n := 2 + g.IntN(4)
	for i := range n {
		single = append(single, keyField{name: "f" + strconv.Itoa(i)})
	}
	for i := range n {
		name := "f" + strconv.Itoa(i)
		text.WriteString("  " + name + ": " + Pick(g, fieldTypes) + Pick(g, []string{"", "", "!"}))
		for use := range g.IntN(3) {
			text.WriteString(" @index" + sortedBy(g.behind(single, name), "by"+name+strconv.Itoa(use)))
		}
		text.WriteString("\n")
	}
	text.WriteString("  list: [" + Pick(g, fieldTypes) + "]\n  extra: AWSJSON\n")
}

// behind chooses the fields of an index behind the first.
func (g *Generator) behind(single []keyField, first string) (list []keyField) {
	for _, at := range g.Perm(len(single))[:g.IntN(3)] {
		if single[at].name != first {
			list = append(list, single[at])
		}
	}
	return list
}

// dense is about how many relations a model has when there are many models.
const dense = 3

// relations returns the relations of models with those keys, and the fields that
// they need: at most one pair between two models, and on each model itself.
func (g *Generator) relations(keys [][]keyField) []string {
	lines := make([]string, len(keys))
	for i := range keys {
		lines[i] += g.reflexive(model(i))
		for j := i + 1; j < len(keys); j++ {
			if g.IntN(max(len(keys), dense)) >= dense || g.Chance(7) {
				continue
			}
			near, far := g.pair(model(i), model(j), keys[i])
			lines[i] += near
			lines[j] += far
		}
	}
	return lines
}

// onDelete are ways to end a has-many; the first ones suit a required belongs-to.
var onDelete = []string{"", "onDelete: RESTRICT", "onDelete: SET_NULL"}

// among returns a directive with arguments, if there are any.
func among(directive string, arguments ...string) string {
	given := strings.Join(strings.Fields(strings.Join(arguments, " ")), " ")
	if given == "" {
		return directive
	}
	return directive + "(" + given + ")"
}

// reflexive returns relations of a model to itself.
func (g *Generator) reflexive(one string) string {
	a, b := "  to"+one, "  of"+one
	switch g.IntN(8) {
	case 0, 1, 2:
		return a + ": " + one + " @belongsTo\n" + b + ": [" + one + "] " + among("@hasMany", Pick(g, onDelete)) + "\n"
	case 3:
		join := `@manyToMany(relationName: "` + one + `Self")`
		return a + ": [" + one + "] " + join + "\n" + b + ": [" + one + "] " + join + "\n"
	}
	return ""
}

// pair returns relations between two models: those of the first, whose key this is,
// and those of the second.
func (g *Generator) pair(one, other string, key []keyField) (near, far string) {
	a, b := "  to"+other+": ", "  of"+one+": "
	needed := Pick(g, []string{"", "", "!"})
	deletion := Pick(g, onDelete[:len(onDelete)-len(needed)])
	switch g.IntN(9) {
	case 0:
		join := `@manyToMany(relationName: "` + one + other + `")`
		return a + "[" + other + "] " + join + "\n", b + "[" + one + "] " + join + "\n"
	case 1:
		return a + other + " @hasOne\n", ""
	case 2:
		return a + other + " @hasOne\n", b + one + Pick(g, []string{" @belongsTo", " @hasOne"}) + "\n"
	case 3:
		return a + "[" + other + "] " + among("@hasMany", Pick(g, onDelete)) + "\n", ""
	case 4:
		_, far = g.named(one, other, key, needed, "")
		return "", far
	case 5, 6:
		return g.named(one, other, key, needed, deletion)
	}
	return a + "[" + other + "] " + among("@hasMany", deletion) + "\n", b + one + needed + " @belongsTo\n"
}

// named returns a has-many and its belongs-to that join by fields of their own.
func (g *Generator) named(one, other string, key []keyField, needed, deletion string) (near, far string) {
	foreign := make([]keyField, len(key))
	names := make([]string, len(key))
	for i, f := range key {
		foreign[i] = keyField{"for" + one + f.name, f.kind}
		names[i] = `"` + foreign[i].name + `"`
	}
	for i, f := range foreign {
		far += "  " + f.name + ": " + f.kind + needed
		if i == 0 {
			far += " @index" + sortedBy(foreign[1:], "join"+one)
		}
		far += "\n"
	}
	far += "  of" + one + ": " + one + needed + " @belongsTo(fields: [" + strings.Join(names, ", ") + "])\n"
	return "  to" + other + ": [" + other + "] " + among("@hasMany", `indexName: "join`+one+`"`, deletion) + "\n", far
}
