//go:build !js || sdl

package schema

import (
	"bytes"

	"github.com/granarydb/granary/store/jsontext"
)

// Compile returns a copy of what Compiled does.
func (s *Schema) Compile() []byte { return bytes.Clone(s.compiled) }

// fingerprint returns the digits that stand for this graph.
func (s *Schema) fingerprint() string {
	text := s.write("")
	return fingerprintOf(text[:len(head)], text[len(head):])
}

func (s *Schema) write(fingerprint string) []byte {
	w := &writer{}
	w.text(head + fingerprint + `","enums":[`)
	for i, e := range s.Enums {
		w.item(i, `{"name":`)
		w.string(e.Name)
		w.text(`,"values":`)
		w.strings(e.Values)
		w.text("}")
	}
	w.text(`],"types":[`)
	for i, t := range s.Types {
		w.item(i, `{"name":`)
		w.string(t.Name)
		w.text(`,"fields":`)
		w.fields(t.Fields)
		w.text("}")
	}
	w.text(`],"models":[`)
	for i, m := range s.Models {
		w.item(i, `{"name":`)
		w.model(m)
	}
	w.text("]}")
	return w.out
}

// writer appends JSON text.
type writer struct{ out []byte }

func (w *writer) text(s string)   { w.out = append(w.out, s...) }
func (w *writer) string(s string) { w.out = jsontext.AppendString(w.out, []byte(s)) }

// item begins element i of an array with text.
func (w *writer) item(i int, text string) {
	if i > 0 {
		w.text(",")
	}
	w.text(text)
}

// flag writes a member that is left out when it is false.
func (w *writer) flag(name string, set bool) {
	if set {
		w.text(`,"` + name + `":true`)
	}
}

// former writes an earlier name, which is left out when there is none.
func (w *writer) former(name string) {
	if name != "" {
		w.text(`,"renamedFrom":`)
		w.string(name)
	}
}

func (w *writer) strings(list []string) {
	w.text("[")
	for i, s := range list {
		w.item(i, "")
		w.string(s)
	}
	w.text("]")
}

func (w *writer) model(m *Model) {
	w.string(m.Name)
	w.text(`,"plural":`)
	w.string(m.Plural)
	w.text(`,"keyKind":"` + keyKindNames[m.KeyKind] + `","key":`)
	w.strings(fieldNames(m, m.Key))
	w.flag("join", m.Join)
	w.former(m.Former)
	if m.Sync != "" {
		w.text(`,"sync":`)
		w.string(m.Sync)
	}
	w.text(`,"createdAt":`)
	w.timestamp(m, m.CreatedAt)
	w.text(`,"updatedAt":`)
	w.timestamp(m, m.UpdatedAt)
	w.text(`,"fields":`)
	w.fields(m.Fields)
	w.text(`,"relations":[`)
	for i, r := range m.Relations {
		w.item(i, `{"name":`)
		w.relation(r)
	}
	w.text(`],"indexes":[`)
	for i, index := range m.Indexes {
		w.item(i, `{"name":`)
		w.string(index.Name)
		w.text(`,"fields":`)
		w.strings(fieldNames(m, index.Fields))
		w.text("}")
	}
	w.text("]}")
}

func (w *writer) timestamp(m *Model, field int) {
	if field < 0 {
		w.text("null")
		return
	}
	w.string(m.Fields[field].Name)
}

func (w *writer) fields(fields []*Field) {
	w.text("[")
	for i, f := range fields {
		w.item(i, `{"name":`)
		w.string(f.Name)
		w.text(`,"type":`)
		w.string(f.Type.name())
		w.flag("required", f.Type.Required)
		w.flag("list", f.Type.List)
		w.flag("element", f.Type.Element)
		w.flag("readOnly", f.ReadOnly)
		if f.Default != nil {
			w.text(`,"default":` + string(f.Default))
		}
		if f.Relation != "" {
			w.text(`,"relation":`)
			w.string(f.Relation)
		}
		w.former(f.Former)
		w.text("}")
	}
	w.text("]")
}

func (w *writer) relation(r *Relation) {
	w.string(r.Name)
	w.text(`,"kind":"` + kindNames[r.Kind] + `","model":`)
	w.string(r.Target.Name)
	w.text(`,"fields":`)
	w.strings(fieldNames(r.Owner, r.Fields))
	w.text(`,"targetFields":`)
	w.strings(fieldNames(r.Target, r.TargetFields))
	w.flag("required", r.Required)
	w.text(`,"onDelete":"` + onDeleteNames[r.OnDelete] + `"`)
	if r.Through != nil {
		w.text(`,"through":`)
		w.string(r.Through.Name)
	}
	w.text("}")
}

func fieldNames(m *Model, positions []int) []string {
	names := make([]string, len(positions))
	for i, p := range positions {
		names[i] = m.Fields[p].Name
	}
	return names
}
