package store

import (
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// serverLayout is that of what the server knows of a record.
var serverLayout = record.NewLayout(serverModel, []int{0, 1},
	[]string{"model", "id", "version", "round", "last", "data", "gone"},
	[]string{"String!", "AWSJSON!", "AWSJSON", "Int!", "String", "AWSJSON", "Boolean!"})

// noVersion stands for the version of a record that the server knows and has named
// no version of.
var noVersion = []byte(`""`)

// known is a row of @server: what the server knows of a record. While no mutation of
// it is under way, the record in the tables is as the server has it.
type known struct {
	version []byte // JSON text, or "@" and the mutation that made it; nil when the server does not know it
	round   int    // of the full resend in which it was last named
	last    string // the youngest mutation of it in the outbox, "" for none
	data    []byte // with last: JSON object, the record as the server has it; nil for none
	gone    bool   // with last: the server has it no more, and data is as it was
}

// there reports whether the server has the record, as far as it is known. It has a
// meaning while mutations are under way.
func (k *known) there() bool { return k.data != nil && !k.gone }

func serverKey(m *schema.Model, key []byte) []byte {
	return appendServerKey(nil, m.Name, key)
}

// appendServerKey appends the key of the row of @server about a record. No name of a
// model needs an escape.
func appendServerKey(dst []byte, model string, key []byte) []byte {
	dst = append(dst, `"`+model+`",`...)
	return append(dst, idOfKey(key)...)
}

// knows returns what the server knows of a record.
func (d *dataset) knows(m *schema.Model, key []byte) (k known, exists bool) {
	t := d.ownTable(serverLayout)
	if t == nil {
		return k, false
	}
	for _, name := range [...]string{m.Name, m.Former} {
		if name == "" {
			break
		}
		d.scratch = appendServerKey(d.scratch[:0], name, key)
		if number, ok := t.Find(d.scratch); ok {
			return readKnown(t.Row(number)), true
		}
	}
	return k, false
}

func readKnown(row record.Row) (k known) {
	k.version = orNil(serverLayout.Value(row, 2))
	k.round = roundOf(row)
	k.last = textOf(serverLayout.Value(row, 4))
	k.data = orNil(serverLayout.Value(row, 5))
	k.gone = serverLayout.Value(row, 6)[0] == 't'
	return k
}

// roundOf returns the full resend in which a record was last named.
func roundOf(row record.Row) int {
	n, _ := strconv.Atoi(string(serverLayout.Value(row, 3)))
	return n
}

// know writes what the server knows of a record. Of one that it does not know, and
// of which no mutation is under way, no row is left.
func (x *tx) know(m *schema.Model, key []byte, k known) {
	d := x.st.data
	if m.Former != "" {
		d.scratch = appendServerKey(d.scratch[:0], m.Former, key)
		x.deleteOwn(serverLayout, d.scratch)
	}
	at := appendServerKey(d.scratch[:0], m.Name, key)
	d.scratch = at
	if k.last == "" && (k.version == nil || k.gone) {
		x.deleteOwn(serverLayout, at)
		return
	}
	last, gone := null, no
	if k.last != "" {
		last = quoted(k.last)
	} else {
		k.data = nil
	}
	if k.gone {
		gone = yes
	}
	var round [20]byte
	id := len(`"",`) + len(m.Name) // where it begins in the key
	d.row = serverLayout.Append(d.row[:0], [][]byte{at[:id-1], at[id:], orNull(k.version),
		strconv.AppendInt(round[:0], int64(k.round), 10), last, orNull(k.data), gone})
	x.putOwn(serverLayout, at, d.row)
}

// chain returns the ops of a record that are in the outbox, oldest first.
func (d *dataset) chain(m *schema.Model, key []byte, last string) []op {
	var list []op
	at := string(serverKey(m, key))
	for last != "" {
		s := d.sort(last)
		if s == nil {
			break
		}
		last = ""
		for _, i := range s.at[at] {
			list = append(list, s.m.ops[i])
			last = s.m.ops[i].prev
		}
	}
	slices.Reverse(list)
	return list
}

// replay makes the record in the tables what the server has of it, with the
// mutations under way on top.
func (x *tx) replay(m *schema.Model, key []byte) {
	k, exists := x.st.data.knows(m, key)
	if !exists || k.last == "" {
		return // what is there is the server's
	}
	x.play(m, key, k, x.st.data.chain(m, key, k.last))
}

// play makes the record in the tables what the server has of it, with ops on top.
func (x *tx) play(m *schema.Model, key []byte, k known, ops []op) {
	values := make([][]byte, len(m.Fields))
	there := k.there() && readData(m, k.data, values)
	for i := range ops {
		there = ops[i].apply(values, there)
	}
	if !there || !x.show(m, key, values) {
		x.hide(m, key)
	}
}

// apply does an op to the values of a record, and returns whether it is there then.
// One that finds no record to change does nothing.
func (o *op) apply(values [][]byte, there bool) bool {
	switch o.verb {
	case replication.Create:
		return readData(o.model, o.data, values) || there
	case replication.Update:
		return there && readData(o.model, o.data, values)
	}
	clear(values)
	return false
}

// show makes the record in the tables one of those values. It returns false when
// they are no record.
func (x *tx) show(m *schema.Model, key []byte, values [][]byte) bool {
	t := x.st.table(m)
	e := x.st.encoders[m.Index]
	for i, v := range values {
		e.Set(i, v)
	}
	if e.Complete() != nil {
		return false
	}
	row, err := e.Row()
	if err != nil || string(t.Key(nil, row)) != string(key) {
		return false
	}
	x.settle(t, key, row)
	return true
}

// hide takes the record out of the tables, and nothing else with it.
func (x *tx) hide(m *schema.Model, key []byte) {
	t := x.st.table(m)
	if number, ok := t.Find(key); ok {
		x.delete(t, number)
	}
}

// readData puts the fields of a JSON object into values, as canonical text. Fields
// that the model does not have, and values that it cannot have, are left out: they
// were written with another schema. It returns false when there was none to take.
func readData(m *schema.Model, text []byte, values [][]byte) bool {
	taken := false
	s := jsontext.New(text)
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			return taken
		}
		f := fieldNamed(m, string(name))
		raw := s.Raw()
		if f == nil || raw == nil {
			continue
		}
		if v, err := record.Canonical(raw, f.Type, m.Name, f.Name); err == nil {
			values[f.Index], taken = v, true
		}
	}
}

// fieldNamed returns the field that has that name, or had it before.
func fieldNamed(m *schema.Model, name string) *schema.Field {
	if f := m.Field(name); f != nil {
		return f
	}
	for _, f := range m.Fields {
		if f.Former == name {
			return f
		}
	}
	return nil
}

// dataOf is the JSON object of all values that are there.
func dataOf(m *schema.Model, values [][]byte) []byte {
	w := &jsontext.Writer{Text: []byte{'{'}}
	for i, f := range m.Fields {
		if values[i] != nil {
			w.Member(f.Name)
			w.Raw(values[i])
		}
	}
	w.Add("}")
	return w.Text
}
