package store

import (
	"slices"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// merge makes an edit a part of the last mutation, when that is about the same
// record alone and the server cannot have seen it; or, when a record goes that the
// server has never seen, takes its mutations back. It returns false when the edit
// needs a mutation of its own.
func (x *tx) merge(e *edit, ids *mutationIDs) bool {
	d := x.st.data
	k, exists := d.knows(e.model, e.key)
	if !exists || k.last == "" {
		return false
	}
	if e.after == nil && k.version == nil && x.unmake(e, k, ids) {
		return true
	}
	last, text := d.lastMutation()
	if last == nil || last.sent || last.id != k.last || len(text) > maxMergeBytes {
		return false
	}
	last.ops = readOps(d.schema, text)
	if len(last.ops) != 1 || !last.ops[0].is(e.model, e.key) {
		return false
	}
	if !last.ops[0].extend(e, x.st.table(e.model).Layout) {
		return false
	}
	last.at = x.time()
	x.rename(last, ids.make())
	ids.commit.mutations = append(ids.commit.mutations, last.origin)
	return true
}

// extend makes the op do what the edit does as well, if one op can.
func (o *op) extend(e *edit, l *record.Layout) bool {
	switch {
	case o.verb == replication.Delete || o.verb == replication.Update && e.before == nil:
		return false // the record was gone in between
	case e.after == nil:
		if o.verb == replication.Create {
			return false // the server may have had the record before
		}
		o.verb, o.data, o.was = replication.Delete, nil, nil
	case o.verb == replication.Create:
		o.data = l.AppendJSON(nil, e.after)
	default:
		data, was := make([][]byte, len(e.model.Fields)), make([][]byte, len(e.model.Fields))
		changed, before := differing(e.model, l, e.after, e.before)
		readData(e.model, o.data, data)
		readData(e.model, changed, data)
		readData(e.model, before, was)
		readData(e.model, o.was, was)
		o.data, o.was = dataOf(e.model, data), dataOf(e.model, was)
	}
	return true
}

// unmake takes back all mutations of a record that the server has never seen, with
// which the record's creation and deletion cancel each other. It changes nothing and
// returns false when one of them may be on its way, or another record's mutation
// refers to it.
func (x *tx) unmake(e *edit, k known, ids *mutationIDs) bool {
	t := x.st.data.outbox()
	if t.Len() > maxCancel {
		return false
	}
	var touched []string
	possible := true
	x.st.data.mutations(func(m *mutation) bool {
		mine := slices.ContainsFunc(m.ops, func(o op) bool { return o.is(e.model, e.key) })
		if mine {
			touched = append(touched, m.id)
		}
		for i := range m.ops {
			o := &m.ops[i]
			if o.is(e.model, e.key) {
				possible = possible && !m.sent
				continue
			}
			o.targets(func(target *schema.Model, key []byte) {
				possible = possible && !(target == e.model && string(key) == string(e.key))
			})
		}
		return possible
	})
	if !possible {
		return false
	}
	for _, id := range touched {
		m := x.st.data.mutation(id) // as the ones before it have left it
		m.ops = slices.DeleteFunc(m.ops, func(o op) bool { return o.is(e.model, e.key) })
		if len(m.ops) == 0 {
			x.unqueue(m)
		} else {
			x.rename(m, ids.make())
		}
	}
	k.last = ""
	x.know(e.model, e.key, k)
	return true
}
