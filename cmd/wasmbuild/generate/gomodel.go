package generate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granarydb/granary/store/schema"
)

// goModel is a model with all its names in Go.
type goModel struct {
	*schema.Model
	marks     marks
	fields    []string // methods
	relations []string // methods
	included  []string // methods, by relation
	adders    []string // methods of a many-to-many relation, by relation
	removers  []string

	name       string // the struct of a record
	of         string // the function that makes one
	new        string // the values of a new record
	collection string
	where      string
	by         string
	set        string
	setType    string
}

// goMethods are the methods that every record has.
var goMethods = []string{"Record", "With"}

// nameModel finds names for all that there is of a model.
func (w *goWriter) nameModel(model *schema.Model) *goModel {
	m := &goModel{Model: model, name: w.types[model.Name], marks: marksOf(model)}
	taken := newNames(goMethods...)
	for _, f := range m.Fields {
		m.fields = append(m.fields, taken.take(goName(f.Name)))
	}
	for _, r := range m.Relations {
		m.relations = append(m.relations, taken.take(goName(r.Name)))
	}
	for i, r := range m.Relations {
		adder, remover := "", ""
		if r.Kind == schema.ManyToMany {
			adder, remover = taken.take("Add"+m.relations[i]), taken.take("Remove"+m.relations[i])
		}
		m.included = append(m.included, taken.take("Included"+m.relations[i]))
		m.adders, m.removers = append(m.adders, adder), append(m.removers, remover)
	}
	m.of = w.taken.take(m.name + "Of")
	m.new = w.taken.take("New" + m.name)
	m.collection = w.taken.take(m.name + "Collection")
	m.where = w.taken.take(m.name + "Where")
	m.by = w.taken.take(m.name + "By")
	m.set = w.taken.take(m.name + "Set")
	m.setType = w.taken.take(strings.ToLower(m.name[:1]) + m.name[1:] + "Set")
	return m
}

// model writes all that there is of one model.
func (w *goWriter) model(m *goModel) {
	w.record(m)
	w.relationsOf(m)
	w.newModel(m)
	w.collection(m)
	w.conditions(m)
	w.orders(m)
	w.changes(m)
}

func (w *goWriter) record(m *goModel) {
	w.line("")
	w.comment("", m.name+" is a record of the model "+m.Name+" in one of its states.", m.Name)
	w.line("type %s struct{ record *store.Record }", m.name)
	w.line("")
	w.line("// %s returns the typed form of a record of %s; nil for any other.", m.of, m.Name)
	w.line("func %s(r *store.Record) *%s {", m.of, m.name)
	w.line("\tif r == nil || r.Model() != %q {\n\t\treturn nil\n\t}\n\treturn &%s{r}\n}", m.Name, m.name)
	w.line("")
	w.line("// Record returns the record without types.")
	w.line("func (r *%s) Record() *store.Record {", m.name)
	w.line("\tif r == nil {\n\t\treturn nil\n\t}\n\treturn r.record\n}")
	w.line("")
	w.line("// With returns a copy with some changes. Saving it writes these fields, and only")
	w.line("// these, on top of what the store has then.")
	w.line("func (r *%s) With(changes ...typed.Change[*%s]) (*%s, error) {", m.name, m.name, m.name)
	w.line("\treturn typed.Edit(r.Record(), changes, %s)\n}", m.of)
	for i, f := range m.Fields {
		t := w.typeOf(f.Type)
		first := m.fields[i] + " returns " + f.Name + "."
		if !f.Type.Required {
			first = m.fields[i] + " returns " + f.Name + ", nil for null."
		}
		w.line("")
		w.comment("", first, m.Name+"."+f.Name)
		w.line("func (r *%s) %s() %s { return typed.Get[%s](r.Record(), %q) }", m.name, m.fields[i], t, t, f.Name)
	}
}

// relationsOf writes a method for each relation.
func (w *goWriter) relationsOf(m *goModel) {
	for i, r := range m.Relations {
		target := w.types[far(r).Name]
		w.line("")
		of := w.models[far(r).Name].of
		if toOne(r) {
			w.comment("", m.relations[i]+" returns the related "+target+", nil if there is none.", m.Name+"."+r.Name)
			w.line("func (r *%s) %s(ctx context.Context) (*%s, error) {", m.name, m.relations[i], target)
			w.line("\treturn typed.One(ctx, r.Record(), %q, %s)\n}", r.Name, of)
			w.line("")
			w.line("// %s is %s as a query loaded it along; nil if it did not.", m.included[i], r.Name)
			w.line("func (r *%s) %s() *%s { return typed.LoadedOne(r.Record(), %q, %s) }", m.name, m.included[i], target, r.Name, of)
			continue
		}
		w.comment("", m.relations[i]+" returns the related records of "+target+" in order of insertion.", m.Name+"."+r.Name)
		w.line("func (r *%s) %s(ctx context.Context) ([]*%s, error) {", m.name, m.relations[i], target)
		w.line("\treturn typed.Many(ctx, r.Record(), %q, %s)\n}", r.Name, of)
		w.line("")
		w.line("// %s are the %s that a query loaded along; nil if it did not.", m.included[i], r.Name)
		w.line("func (r *%s) %s() []*%s { return typed.Loaded(r.Record(), %q, %s) }", m.name, m.included[i], target, r.Name, of)
		if r.Kind == schema.ManyToMany {
			w.connections(m, i, target)
		}
	}
}

// connections writes the methods that connect records across a many-to-many
// relation.
func (w *goWriter) connections(m *goModel, i int, target string) {
	for _, verb := range []struct{ name, function, says string }{
		{m.adders[i], "Connect", "connects the record with others, in one commit; those that it is connected with stay so."},
		{m.removers[i], "Disconnect", "takes the record and others apart, in one commit."},
	} {
		w.line("")
		w.line("// %s %s", verb.name, verb.says)
		w.line("func (r *%s) %s(ctx context.Context, others ...*%s) error {", m.name, verb.name, target)
		w.line("\treturn typed.%s(ctx, r.Record(), %q, others)\n}", verb.function, m.Relations[i].Name)
	}
}

// newModel writes what a new record is made of.
func (w *goWriter) newModel(m *goModel) {
	name := m.new
	body := &goWriter{}
	w.line("")
	w.line("// %s holds the values of a new %s. What is a pointer or a list of its own may be", name, m.name)
	w.line("// left out: it is null, or gets its default. A relation is given by its record or")
	w.line("// by its foreign key.")
	w.line("type %s struct {", name)
	for i, f := range m.Fields {
		if slices.Contains(m.marks.readOnly, f.Name) {
			continue
		}
		put, t := "Put", w.typeOf(f.Type)
		if w.mayBeLeftOut(m, f) {
			put = "Give"
			if t[0] != '*' && t[0] != '[' && t != "any" {
				t = "*" + t
			}
		}
		w.line("\t%s %s", m.fields[i], t)
		body.line("\tf.%s(%q, n.%s)", put, f.Name, m.fields[i])
	}
	for i, r := range m.Relations {
		if toOne(r) && !slices.Contains(m.marks.readOnly, r.Name) {
			w.line("\t%s *%s", m.relations[i], w.types[far(r).Name])
			body.line("\tf.Relate(%q, n.%s.Record())", r.Name, m.relations[i])
		}
	}
	w.line("}")
	w.line("")
	w.line("func (n %s) fields() typed.Fields {", name)
	w.line("\tf := typed.Fields{}\n%s\treturn f\n}", body.String())
	w.line("")
	w.line("// New makes a record that is not stored yet, and checks it.")
	w.line("func (c %s) New(values %s) (*%s, error) { return c.Make(values.fields()) }", m.collection, name, m.name)
}

// mayBeLeftOut reports whether a new record can do without a value for the field.
func (w *goWriter) mayBeLeftOut(m *goModel, f *schema.Field) bool {
	return !f.Type.Required || slices.Contains(m.marks.optional, f.Name) ||
		slices.ContainsFunc(m.marks.either, func(r *schema.Relation) bool { return slices.Contains(r.Fields, f.Index) })
}

func (w *goWriter) collection(m *goModel) {
	name := m.collection
	var parameters, arguments []string
	taken := newNames("c", "ctx")
	for _, i := range m.Key {
		p := taken.take(goParameter(m.Fields[i].Name))
		parameters = append(parameters, p+" "+w.single(m.Fields[i].Type))
		arguments = append(arguments, p)
	}
	key, values := strings.Join(parameters, ", "), strings.Join(arguments, ", ")
	w.line("")
	w.line("// %s are the stored records of %s.", name, m.Name)
	w.line("type %s struct{ typed.Collection[*%s] }", name, m.name)
	w.line("")
	w.line("// Get returns the record with that key, nil if there is none.")
	w.line("func (c %s) Get(ctx context.Context, %s) (*%s, error) { return c.Find(ctx, %s) }", name, key, m.name, values)
	w.line("")
	w.line("// DeleteKey removes the record with that key and what belongs to it, and returns")
	w.line("// it; nil if there was none.")
	w.line("func (c %s) DeleteKey(ctx context.Context, %s) (*%s, error) { return c.Remove(ctx, %s) }", name, key, m.name, values)
}

// conditions writes what predicates are made of.
func (w *goWriter) conditions(m *goModel) {
	name := m.where
	var types, values []string
	for i, f := range m.Fields {
		kind, argument := w.condition(f.Type)
		generic := fmt.Sprintf("[*%s, %s]", m.name, argument)
		types = append(types, fmt.Sprintf("%s typed.%s%s", m.fields[i], kind, generic))
		values = append(values, fmt.Sprintf("%s: typed.%sField%s(%q),", m.fields[i], kind, generic, f.Name))
	}
	for i, r := range m.Relations {
		kind, generic, arguments := "Relation", "*"+m.name+", *"+w.types[far(r).Name], fmt.Sprintf("%q", r.Name)
		if r.Kind == schema.ManyToMany {
			kind, generic = "Across", generic+", *"+w.types[r.Target.Name]
			arguments += fmt.Sprintf(", %q", r.Through.Name)
		}
		types = append(types, fmt.Sprintf("%s typed.%s[%s]", m.relations[i], kind, generic))
		values = append(values, fmt.Sprintf("%s: typed.%sField[%s](%s),", m.relations[i], kind, generic, arguments))
	}
	w.variable(name, "are the fields and relations that conditions on "+m.name+" are made of.", types, values)
}

// condition is the kind of conditions that a field takes, and its type argument.
func (w *goWriter) condition(t schema.Type) (kind, argument string) {
	single := !t.List
	switch t.Scalar {
	case schema.Int, schema.Float, schema.Timestamp:
		kind = "Order"
	case schema.Boolean:
		kind = "Equality"
	case schema.JSON, schema.Object:
		kind, single = "Equality", true
	default:
		kind = "Text"
	}
	argument = w.single(t)
	switch {
	case t.List && single:
		argument = w.typeOf(t)
	case t.List:
		kind, argument = "Elements", strings.TrimPrefix(w.typeOf(t), "[]")
	}
	if !t.Required {
		kind = "Null" + kind
	}
	return kind, argument
}

// orders writes what records are sorted by.
func (w *goWriter) orders(m *goModel) {
	var types, values []string
	for i, f := range m.Fields {
		if f.Type.List || f.Type.Scalar == schema.JSON || f.Type.Scalar == schema.Object {
			continue
		}
		types = append(types, fmt.Sprintf("%s typed.SortBy[*%s]", m.fields[i], m.name))
		values = append(values, fmt.Sprintf("%s: typed.SortField[*%s](%q),", m.fields[i], m.name, f.Name))
	}
	w.variable(m.by, "are the fields that records of "+m.name+" can be sorted by.", types, values)
}

// variable writes a variable that is a struct of its own.
func (w *goWriter) variable(name, comment string, types, values []string) {
	w.line("")
	w.line("// %s %s", name, comment)
	w.line("var %s = struct {\n%s\n}{\n%s\n}", name, strings.Join(types, "\n"), strings.Join(values, "\n"))
}

// changes writes what an edit of a record is made of.
func (w *goWriter) changes(m *goModel) {
	name, kind := m.set, m.setType
	w.line("")
	w.line("// %s are the changes that %s.With takes.", name, m.name)
	w.line("var %s %s", name, kind)
	w.line("")
	w.line("type %s struct{}", kind)
	setter := func(member, field, t, set, value string) {
		w.line("")
		w.line("// %s changes %s.", member, field)
		w.line("func (%s) %s(value %s) typed.Change[*%s] { return typed.%s[*%s](%q, %s) }", kind, member, t, m.name, set, m.name, field, value)
	}
	for i, f := range m.Fields {
		if slices.Contains(m.marks.readOnly, f.Name) || slices.Contains(m.Key, i) {
			continue
		}
		set := "Set"
		if f.Type.List && f.Type.Required {
			set = "SetList"
		}
		setter(m.fields[i], f.Name, w.typeOf(f.Type), set, "value")
	}
	for i, r := range m.Relations {
		if toOne(r) && !slices.Contains(m.marks.readOnly, r.Name) && !slices.Contains(m.marks.fixed, r.Name) {
			setter(m.relations[i], r.Name, "*"+w.types[far(r).Name], "SetRelation", "value.Record()")
		}
	}
}
