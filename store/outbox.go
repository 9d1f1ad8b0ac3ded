package store

import (
	"strconv"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// outboxLayout is that of mutations on their way. Their order is that of seq, which
// is also that of row numbers; a mutation that takes the place of another keeps it.
var outboxLayout = record.NewLayout(outboxModel, []int{0},
	[]string{"seq", "id", "origin", "at", "sent", "tries", "ops"},
	[]string{"Int!", "String!", "String!", "AWSDateTime!", "Boolean!", "Int!", "AWSJSON!"})

// outboxID is the position of id in outboxLayout, which has an index.
const outboxID = 1

// mutation is a row of @outbox.
type mutation struct {
	seq    int
	id     string // by which the server knows it again
	origin string // the id that it had when its commit was made
	at     []byte // JSON text of its time
	sent   bool   // the server may have seen it, so it stays as it is
	tries  int    // times that a conflict was resolved
	ops    []op
}

// op is one change of one record, as a mutation has it.
type op struct {
	verb  replication.Verb
	model *schema.Model // nil when the schema does not have it any more
	name  string        // of the model, when it was written
	key   []byte        // as the tables have it
	prev  string        // the mutation of this record before it, if that was under way when this one was made
	base  []byte        // JSON text: the version that it goes by; nil for whatever prev makes, or for none
	data  []byte        // JSON object: the whole record, or the fields that changed; nil for a delete
	was   []byte        // JSON object: the fields that an update changed, as they were

	server []byte // of one that was just made, the first of its record: JSON object, the record as it was
}

// is reports whether two ops are of the same record.
func (o *op) is(m *schema.Model, key []byte) bool {
	return o.model == m && string(o.key) == string(key)
}

// outbox returns the table of mutations, nil when there never was one.
func (d *dataset) outbox() *table.Table { return d.ownTable(outboxLayout) }

// unsent returns how many mutations are in the outbox.
func (d *dataset) unsent() int {
	if t := d.outbox(); t != nil {
		return t.Len()
	}
	return 0
}

// queued returns the number in the outbox of the mutation of that id.
func (d *dataset) queued(id string) (row uint32, there bool) {
	t := d.outbox()
	if t == nil || id == "" {
		return 0, false
	}
	rows := t.Match(nil, []int{outboxID}, quoted(id))
	if len(rows) == 0 {
		return 0, false
	}
	return rows[0], true
}

// mutation finds the mutation of that id; nil when it is not in the outbox.
func (d *dataset) mutation(id string) *mutation {
	if row, there := d.queued(id); there {
		return d.readMutation(d.outbox().Row(row))
	}
	return nil
}

// lastMutation returns the youngest mutation, without its ops, and the text of
// those; nil when the outbox is empty.
func (d *dataset) lastMutation() (*mutation, []byte) {
	t := d.outbox()
	if t == nil || t.Len() == 0 {
		return nil, nil
	}
	n := t.End()
	for n--; !t.Has(n); n-- {
	}
	return readMutationHead(t.Row(n)), outboxLayout.Value(t.Row(n), 6)
}

func readMutationHead(row record.Row) *mutation {
	m := &mutation{id: textOf(outboxLayout.Value(row, 1)), origin: textOf(outboxLayout.Value(row, 2)),
		at: outboxLayout.Value(row, 3), sent: outboxLayout.Value(row, 4)[0] == 't'}
	m.seq, _ = strconv.Atoi(string(outboxLayout.Value(row, 0)))
	m.tries, _ = strconv.Atoi(string(outboxLayout.Value(row, 5)))
	return m
}

func (d *dataset) readMutation(row record.Row) *mutation {
	m := readMutationHead(row)
	m.ops = readOps(d.schema, outboxLayout.Value(row, 6))
	return m
}

// readOps reads the ops of a mutation. Names that models had in earlier versions of
// the schema lead to them.
func readOps(all *schema.Schema, text []byte) []op {
	var list []op
	s := jsontext.New(text)
	for s.BeginArray(); s.NextElement(); {
		var o op
		var id []byte
		in := jsontext.New(s.Raw())
		for in.BeginObject(); ; {
			name, more := in.NextKey()
			if !more {
				break
			}
			member, value := string(name), in.Raw()
			switch member {
			case "op":
				o.verb = replication.Verb(textOf(value))
			case "model":
				o.name = textOf(value)
				o.model = all.Holder(o.name)
			case "id":
				id = value
			case "prev":
				o.prev = textOf(value)
			case "base":
				o.base = value
			case "data":
				o.data = value
			case "was":
				o.was = value
			}
		}
		o.key = keyOfID(id)
		list = append(list, o)
	}
	return list
}

// appendOps writes what readOps reads.
func appendOps(dst []byte, ops []op) []byte {
	w := &jsontext.Writer{Text: append(dst, '[')}
	for i := range ops {
		o := &ops[i]
		name := o.name
		if o.model != nil {
			name = o.model.Name
		}
		writeOp(w, o.verb, name, o.id())
		if o.prev != "" {
			w.Member("prev")
			w.String(o.prev)
		}
		writeParts(w, o.base, o.data, o.was)
	}
	w.Add("]")
	return w.Text
}

// writeOp begins an op, and writeParts ends it with those parts that there are.
func writeOp(w *jsontext.Writer, verb replication.Verb, model string, id []byte) {
	w.Next()
	w.Add("{")
	w.Member("op")
	w.String(string(verb))
	w.Member("model")
	w.String(model)
	w.Member("id")
	w.Raw(id)
}

func writeParts(w *jsontext.Writer, base, data, was []byte) {
	for i, part := range [...][]byte{base, data, was} {
		if part != nil {
			w.Member([...]string{"base", "data", "was"}[i])
			w.Raw(part)
		}
	}
	w.Add("}")
}

// id is the key as the protocol has it: one value, or an array of several.
func (o *op) id() []byte { return idOfKey(o.key) }

func idOfKey(key []byte) []byte {
	s := jsontext.New(key)
	s.Raw()
	if len(s.Rest()) == 0 {
		return key
	}
	return append(append([]byte{'['}, key...), ']')
}

func keyOfID(id []byte) []byte {
	if len(id) > 1 && id[0] == '[' {
		return id[1 : len(id)-1]
	}
	return id
}

// putMutation writes a mutation into the outbox, or its row anew. One without ops
// goes.
func (x *tx) putMutation(m *mutation) {
	x.st.data.sorted = nil // a row may change twice in one version
	key := strconv.AppendInt(nil, int64(m.seq), 10)
	if len(m.ops) == 0 {
		x.deleteOwn(outboxLayout, key)
		return
	}
	x.putOwn(outboxLayout, key, outboxLayout.Append(nil, [][]byte{key, quoted(m.id), quoted(m.origin), m.at,
		strconv.AppendBool(nil, m.sent), strconv.AppendInt(nil, int64(m.tries), 10), appendOps(nil, m.ops)}))
}

// rename gives a mutation another id, because it is not what it was: under the old
// one the server may know it after a browser has rolled storage back. The chains of
// its records go through the new one.
func (x *tx) rename(m *mutation, id string) {
	old := m.id
	m.id = id
	chains := relinking{x: x}
	for i := range m.ops {
		o := &m.ops[i]
		if o.model == nil {
			continue
		}
		k, _ := x.st.data.knows(o.model, o.key)
		if k.last == old {
			k.last = id
			x.know(o.model, o.key, k)
		} else {
			chains.behind(o, k.last, old, func(next *op) { next.prev = id })
		}
	}
	chains.write()
	x.putMutation(m)
}

// mutations calls f for each mutation in order, until f returns false. f may change
// the outbox.
func (d *dataset) mutations(f func(*mutation) bool) {
	t := d.outbox()
	if t == nil {
		return
	}
	for n, end := uint32(0), t.End(); n < end; n++ {
		if t.Has(n) && !f(d.readMutation(t.Row(n))) {
			return
		}
	}
}
