package store

import (
	"context"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/replication"
)

// rejectedLayout is that of mutations that the server did not want.
var rejectedLayout = record.NewLayout(rejectedModel, []int{0},
	[]string{"id", "origin", "at", "ops", "code", "message", "field", "rejectedAt"},
	[]string{"String!", "String!", "AWSDateTime!", "AWSJSON!", "String!", "String!", "String!", "AWSDateTime!"})

// Why the store itself files a mutation, as a Rejection's Code.
const (
	// RejectedConflict: others have changed the same, and the handler gave way.
	RejectedConflict = "CONFLICT"
	// RejectedDependency: it is about a record whose creation was rejected.
	RejectedDependency = "DEPENDENCY"
	// RejectedSchema: the schema does not have its models any more.
	RejectedSchema = "SCHEMA_CHANGED"
	// RejectedSize: it is too large for the server.
	RejectedSize = "TOO_LARGE"
)

// RejectedMutation is a change that was taken back because the server did not want
// it, and kept.
type RejectedMutation struct {
	ID         string // of the mutation
	At         string // when the change was made
	RejectedAt string
	Error      replication.Rejection
	Ops        []RejectedOp
}

// RejectedOp is what was to become of one record.
type RejectedOp struct {
	Op    replication.Verb
	Model string
	ID    []byte // JSON text of the key, an array when it is a composite one
	Data  []byte // JSON object: the record, or the fields that changed; nil for a delete
	Was   []byte // JSON object: the fields that changed, as they were
}

// Rejected lists the changes that the server did not want, oldest first. They stay
// until they are retried or dropped; of more than a thousand the oldest go.
func (st *Store) Rejected() []RejectedMutation {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.data.rejected(nil)
}

// rejected lists what is in the box, or what of it has one of some origins.
func (d *dataset) rejected(origins map[string]bool) (list []RejectedMutation) {
	t := d.ownTable(rejectedLayout)
	for n := uint32(0); t != nil && n < t.End(); n++ {
		if !t.Has(n) {
			continue
		}
		if row := t.Row(n); origins == nil || origins[textOf(rejectedLayout.Value(row, 1))] {
			list = append(list, readRejected(row, readOps(d.schema, rejectedLayout.Value(row, 3))))
		}
	}
	return list
}

func readRejected(row record.Row, ops []op) RejectedMutation {
	text := func(i int) string { return textOf(rejectedLayout.Value(row, i)) }
	m := RejectedMutation{ID: text(0), At: text(2), RejectedAt: text(7), Error: replication.Rejection{Code: text(4), Message: text(5), Field: text(6)}}
	for _, o := range ops {
		name := o.name
		if o.model != nil {
			name = o.model.Name
		}
		m.Ops = append(m.Ops, RejectedOp{Op: o.verb, Model: name, ID: o.id(), Data: o.data, Was: o.was})
	}
	return m
}

// AppendJSON writes the mutation as JSON text.
func (m *RejectedMutation) AppendJSON(dst []byte) []byte {
	w := &jsontext.Writer{Text: append(dst, '{')}
	for _, member := range [...][2]string{{"id", m.ID}, {"at", m.At}, {"rejectedAt", m.RejectedAt},
		{"code", m.Error.Code}, {"message", m.Error.Message}, {"field", m.Error.Field}} {
		w.Member(member[0])
		w.String(member[1])
	}
	w.Member("ops")
	w.Add("[")
	for i := range m.Ops {
		o := &m.Ops[i]
		writeOp(w, o.Op, o.Model, o.ID)
		writeParts(w, nil, o.Data, o.Was)
	}
	w.Add("]}")
	return w.Text
}

// DropRejected forgets a change that the server did not want. One that is not there
// is no error.
func (st *Store) DropRejected(ctx context.Context, id string) error {
	return st.commit(ctx, "sync", func(x *tx) error {
		x.syncing = true
		x.deleteOwn(rejectedLayout, quoted(id))
		return nil
	})
}

// RetryRejected makes a change again that the server did not want, as a new one on
// top of the present records, and takes it out of the box: the ops as they were, or
// those that are given. A record to be changed that is no longer there is left out.
// It returns while the change is on its way to storage.
func (st *Store) RetryRejected(id string, ops ...RejectedOp) (*Commit, error) {
	now := timestamp(st.options.Clock())
	return st.begin(context.Background(), "sync", func(x *tx) error {
		x.now = now
		t := st.data.ownTable(rejectedLayout)
		if t == nil {
			return noRejected(id)
		}
		n, ok := t.Find(quoted(id))
		if !ok {
			return noRejected(id)
		}
		list := readOps(st.schema, rejectedLayout.Value(t.Row(n), 3))
		if ops != nil {
			list = list[:0]
			for _, o := range ops {
				list = append(list, op{verb: o.Op, name: o.Model, model: st.schema.Model(o.Model), key: keyOfID(o.ID), data: o.Data})
			}
		}
		for i := range list {
			if err := x.redo(&list[i]); err != nil {
				return err
			}
		}
		x.deleteOwn(rejectedLayout, quoted(id))
		return nil
	})
}

func noRejected(id string) error {
	return code.Fault(code.Invalid, "", "", "there is no rejected mutation "+code.Quote(id))
}

// redo does an op as a verb of the app.
func (x *tx) redo(o *op) error {
	if o.model == nil {
		return code.Fault(code.Invalid, o.name, "", "is no model of the schema")
	}
	x.about(o.model)
	if x.st.wantTargets(o.model) {
		return errLacking
	}
	key, err := parseID(o.model, o.id())
	if err != nil {
		return err
	}
	t := x.st.table(o.model)
	number, exists := t.Find(key)
	switch {
	case o.verb == replication.Delete:
		if exists {
			return x.cascade([]fate{{t, number}})
		}
		return nil
	case o.data == nil:
		return code.Fault(code.Invalid, o.model.Name, "", "a change needs data")
	case o.verb == replication.Update && !exists:
		return nil
	}
	values := make([][]byte, len(o.model.Fields))
	readData(o.model, o.data, values)
	for n, i := range o.model.Key {
		values[i] = partOfKey(key, n)
	}
	p := Put{Model: o.model.Name, Row: dataOf(o.model, values)}
	if exists {
		p.Edited = true
		for i, f := range o.model.Fields {
			if values[i] != nil && !f.ReadOnly {
				p.Changed = append(p.Changed, f.Name)
			}
		}
	}
	return x.put(&p)
}

// file puts a mutation into the box.
func (x *tx) file(m *mutation, why replication.Rejection) {
	t := x.st.data.keep(rejectedLayout)
	for n := uint32(0); t.Len() >= maxRejected; n++ {
		if t.Has(n) {
			x.changes = append(x.changes, t.Delete(n))
		}
	}
	x.putOwn(rejectedLayout, quoted(m.id), rejectedLayout.Append(nil, [][]byte{quoted(m.id), quoted(m.origin), m.at, appendOps(nil, m.ops),
		quoted(why.Code), quoted(why.Message), quoted(why.Field), timestamp(x.st.options.Clock())}))
}

// rejectedCount returns how many are in the box.
func (d *dataset) rejectedCount() int {
	if t := d.ownTable(rejectedLayout); t != nil {
		return t.Len()
	}
	return 0
}
