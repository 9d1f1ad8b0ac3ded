package storetest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// Generator makes valid data at random, the same for the same seed. Values come
// from small pools, so that they meet each other often.
type Generator struct {
	*rand.Rand
	IDs int // how many different ids there are
}

// NewGenerator returns the generator of that seed.
func NewGenerator(seed uint64) *Generator {
	return &Generator{Rand: rand.New(rand.NewPCG(seed, 0x67656e)), IDs: 8}
}

// pools are canonical JSON texts by scalar.
var pools = map[schema.Scalar][]string{
	schema.String: {`""`, `"a"`, `"ab"`, `"abc"`, `"b"`, `"B"`, `"é"`, `"😀"`, `"😀a"`, "\"\uffff\"", `"\ud800"`, `"\ud83d"`, "\"\\ud83d\uffff\"", `"\udfff\ud83d"`,
		`"a\"\\b"`, `"\u0000"`, `"null"`, `"0"`, `"__proto__"`, `"` + strings.Repeat("long ", 60) + `"`},
	schema.Int:       {`0`, `1`, `2`, `3`, `-1`, `10`, `2147483647`, `-2147483648`},
	schema.Float:     {`0`, `1`, `-1.5`, `0.1`, `0.30000000000000004`, `1e+21`, `1e-7`, `5e-324`, `1.7976931348623157e+308`},
	schema.Boolean:   {`true`, `false`},
	schema.Date:      {`"2024-02-29"`, `"2023-01-01"`, `"2023-01-01Z"`, `"0001-12-31+14:00"`},
	schema.Time:      {`"00:00"`, `"23:59:59.999999999"`, `"12:30Z"`},
	schema.DateTime:  {`"2024-02-29T00:00Z"`, `"2023-01-01T12:00:00.123Z"`, `"2023-01-01T12:00:00+05:30"`},
	schema.Timestamp: {`0`, `1`, `-1`, `1700000000`, `9007199254740991`},
	schema.Email:     {`"ada@example.com"`, `"bob@example.org"`},
	schema.JSON:      {`{}`, `[]`, `{"a":1}`, `{"a":"x","b":[null,{"c":"\ud800"}]}`, `[1,"x",null]`},
	schema.URL:       {`"https://example.com/"`, `"mailto:ada@example.com"`},
	schema.Phone:     {`"+44 20 7946 0000"`, `"112"`},
	schema.IPAddress: {`"192.0.2.1"`, `"::1"`},
}

// deepest bounds how deep custom types are nested.
const deepest = 3

// Pick returns one of the values.
func Pick[T any](g *Generator, list []T) T { return list[g.IntN(len(list))] }

// Chance is true once in n times.
func (g *Generator) Chance(n int) bool { return g.IntN(n) == 0 }

// ID returns the JSON text of one of the ids.
func (g *Generator) ID() string { return `"r` + strconv.Itoa(g.IntN(g.IDs)) + `"` }

// Value returns a canonical value of the type, null now and then where it may be.
func (g *Generator) Value(t schema.Type) string { return g.value(t, 0) }

func (g *Generator) value(t schema.Type, depth int) string {
	if !t.Required && (g.Chance(4) || depth >= deepest) {
		return "null"
	}
	if !t.List {
		return g.single(t, depth)
	}
	var list []string
	for range g.IntN(4) {
		if !t.Element && g.Chance(4) {
			list = append(list, "null")
		} else {
			list = append(list, g.single(t, depth))
		}
	}
	return "[" + strings.Join(list, ",") + "]"
}

func (g *Generator) single(t schema.Type, depth int) string {
	switch t.Scalar {
	case schema.ID:
		return g.ID()
	case schema.Enumeration:
		return string(jsontext.AppendString(nil, []byte(Pick(g, t.Enum.Values))))
	case schema.Object:
		var parts []string
		for _, f := range t.Custom.Fields {
			parts = append(parts, `"`+f.Name+`":`+g.value(f.Type, depth+1))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return Pick(g, pools[t.Scalar])
}

// Row returns values for all fields of the model but those that the store sets, by
// name. Parts of keys, own and foreign, are ids where they are text.
func (g *Generator) Row(m *schema.Model) map[string]string {
	row := map[string]string{}
	for i, f := range m.Fields {
		switch {
		case f.ReadOnly:
		case m.Keeps(i) && g.Chance(2):
			row[f.Name] = "null"
		case isText(f.Type) && (slices.Contains(m.Key, i) || isForeign(m, i)):
			row[f.Name] = g.ID()
			if !needed(m, i) && g.Chance(4) {
				row[f.Name] = "null"
			}
		default:
			row[f.Name] = g.Value(f.Type)
		}
	}
	return row
}

func isText(t schema.Type) bool { return t.Scalar <= schema.String && !t.List }

func isForeign(m *schema.Model, field int) bool {
	return slices.ContainsFunc(m.Relations, func(r *schema.Relation) bool {
		return (r.Kind == schema.BelongsTo || r.Kind == schema.HasOne) && slices.Contains(r.Fields, field)
	})
}

// needed reports whether a field may not be null.
func needed(m *schema.Model, field int) bool {
	return m.Fields[field].Type.Required || slices.ContainsFunc(m.Relations, func(r *schema.Relation) bool {
		return r.Required && slices.Contains(r.Fields, field)
	})
}

// Text joins values by name to a JSON object, in an order of chance.
func (g *Generator) Text(row map[string]string) []byte {
	names := make([]string, 0, len(row))
	for name := range row {
		names = append(names, name)
	}
	slices.Sort(names)
	g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = `"` + name + `":` + row[name]
	}
	return []byte("{" + strings.Join(parts, ", ") + "}")
}
