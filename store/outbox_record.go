package store

import (
	"slices"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// edit is what a commit did to one record, all in all.
type edit struct {
	model         *schema.Model
	key           []byte
	before, after record.Row // nil for none
}

// record puts what the commit changed into the outbox, as a part of the commit. A
// store that does not sync has nothing to do here.
func (x *tx) record(c *Commit) {
	c.mutations = c.mutations[:0]
	s := x.st.data.syncState()
	if s == nil || x.syncing || len(x.changes) == 0 {
		return
	}
	if x.wiped {
		ids := mutationIDs{st: x.st, commit: c}
		x.forgetServer(s, "c_"+ids.make())
		return
	}
	if x.force {
		x.pullAnew(s) // a repair lost records, and deletes none
		return
	}
	edits := x.edits(s.plan)
	if len(edits) == 0 {
		return
	}
	ids := mutationIDs{st: x.st, commit: c}
	if len(edits) == 1 && x.merge(&edits[0], &ids) {
		return
	}
	edits = slices.DeleteFunc(edits, func(e edit) bool {
		k, exists := x.st.data.knows(e.model, e.key)
		return e.after == nil && exists && k.version == nil && k.last != "" && x.unmake(&e, k, &ids)
	})
	ops := make([]op, 0, len(edits)) // behind that, which gives mutations other ids
	for i := range edits {
		if o, ok := x.op(&edits[i]); ok {
			ops = append(ops, o)
		}
	}
	x.enqueue(s, parentsFirst(ops), &ids)
}

// edits brings the changes of each record together: of models that are pushed, in
// the order in which records were first changed.
func (x *tx) edits(plan syncPlan) []edit {
	var list []edit
	at := map[string]int{}
	var scratch []byte
	for _, n := range x.st.net(x.changes) {
		m := n.table.Model
		if !plan.pushes(m) {
			continue
		}
		row := n.after
		if row == nil {
			row = n.before
		}
		key := n.table.Key(nil, row)
		scratch = append(append(append(scratch[:0], m.Name...), ' '), key...)
		i, again := at[string(scratch)]
		if !again {
			at[string(scratch)] = len(list)
			list = append(list, edit{m, key, n.before, n.after})
			continue
		}
		if n.before != nil {
			list[i].before = n.before
		}
		if n.after != nil {
			list[i].after = n.after
		}
	}
	return list
}

// op is what the server is to do, to whom a record that it has not seen yet is a new
// one. It returns false when the server need not hear of it.
func (x *tx) op(e *edit) (o op, ok bool) {
	k, exists := x.st.data.knows(e.model, e.key)
	if !exists && e.after == nil || e.before != nil && e.after != nil && string(e.before) == string(e.after) {
		return o, false
	}
	l := x.st.table(e.model).Layout
	o = op{model: e.model, key: e.key, prev: k.last}
	if k.last == "" && exists && e.before != nil {
		o.server = l.AppendJSON(nil, e.before)
	}
	if k.last == "" && exists && string(k.version) != string(noVersion) {
		o.base = k.version
	}
	switch {
	case e.after == nil:
		o.verb = replication.Delete
	case e.before == nil || !exists:
		o.verb = replication.Create
		o.data = l.AppendJSON(nil, e.after)
	default:
		o.verb = replication.Update
		o.data, o.was = differing(e.model, l, e.after, e.before)
	}
	return o, true
}

// differing returns the fields in which two rows differ, as each of them has them.
func differing(m *schema.Model, l *record.Layout, a, b record.Row) (ofA, ofB []byte) {
	fromA, fromB := make([][]byte, len(m.Fields)), make([][]byte, len(m.Fields))
	for i := range m.Fields {
		inA, inB := l.Value(a, i), l.Value(b, i)
		if string(inA) != string(inB) {
			fromA[i], fromB[i] = inA, inB
		}
	}
	return dataOf(m, fromA), dataOf(m, fromB)
}

// parentsFirst puts ops in an order in which a server can do them: creations first,
// each behind that of a record which it belongs to, then changes, then deletions as
// they came, which is that of what belongs to a record before it.
func parentsFirst(ops []op) []op {
	if len(ops) < 2 {
		return ops
	}
	created := map[string]int{}
	at := func(m *schema.Model, key []byte) string { return m.Name + " " + string(key) }
	for i := range ops {
		if ops[i].verb == replication.Create {
			created[at(ops[i].model, ops[i].key)] = i
		}
	}
	out := make([]op, 0, len(ops))
	const open, done = 1, 2
	state := make([]uint8, len(ops))
	var stack []int
	for i := range ops {
		if ops[i].verb != replication.Create {
			continue
		}
		for stack = append(stack[:0], i); len(stack) > 0; {
			top := stack[len(stack)-1]
			above := len(stack)
			if state[top] == 0 {
				state[top] = open
				ops[top].targets(func(m *schema.Model, key []byte) {
					if parent, ok := created[at(m, key)]; ok && state[parent] == 0 {
						stack = append(stack, parent)
					}
				})
			}
			if len(stack) > above {
				continue
			}
			if stack = stack[:above-1]; state[top] == open {
				state[top] = done
				out = append(out, ops[top])
			}
		}
	}
	for _, verb := range [...]replication.Verb{replication.Update, replication.Delete} {
		for i := range ops {
			if ops[i].verb == verb {
				out = append(out, ops[i])
			}
		}
	}
	return out
}

// targets calls f for each record that the data of an op refers to.
func (o *op) targets(f func(m *schema.Model, key []byte)) {
	if o.data == nil || o.model == nil {
		return
	}
	var values [][]byte
	for _, r := range o.model.Relations {
		if r.Kind != schema.BelongsTo && r.Kind != schema.HasOne {
			continue
		}
		if values == nil {
			values = make([][]byte, len(o.model.Fields))
			readData(o.model, o.data, values)
		}
		var key []byte
		for n, i := range r.Fields {
			if isNull(values[i]) {
				key = nil
				break
			}
			if n > 0 {
				key = append(key, ',')
			}
			key = append(key, values[i]...)
		}
		if key != nil {
			f(r.Target, key)
		}
	}
}

// enqueue puts ops at the end of the outbox: as one mutation, or several when they
// are more than a server can be expected to take at once.
func (x *tx) enqueue(s *syncState, ops []op, ids *mutationIDs) {
	for len(ops) > 0 {
		n, size := 0, 0
		for n < len(ops) && n < maxMutationOps && (n == 0 || size+len(ops[n].data) <= maxMutationBytes) {
			size += len(ops[n].data) + len(ops[n].was)
			n++
		}
		id := ids.next()
		m := &mutation{seq: 1, id: id, origin: id, at: x.time(), ops: ops[:n]}
		if last, _ := x.st.data.lastMutation(); last != nil {
			m.seq = last.seq + 1
		}
		x.putMutation(m)
		for i := range m.ops {
			x.pend(s, &m.ops[i], id)
		}
		ops = ops[n:]
	}
}

// pend notes that a mutation of a record is under way. The first of them keeps the
// record as the server has it.
func (x *tx) pend(s *syncState, o *op, id string) {
	k, exists := x.st.data.knows(o.model, o.key)
	if k.last == "" {
		k.gone, k.data = false, o.server
	}
	if !exists {
		k.round = s.round
	}
	k.last = id
	x.know(o.model, o.key, k)
}

// time is that of the change.
func (x *tx) time() []byte {
	if x.now == nil {
		x.now = timestamp(x.st.options.Clock())
	}
	return x.now
}

// mutationIDs hands out the ids of a commit's mutations, the same ones when the
// commit is run again.
type mutationIDs struct {
	st     *Store
	commit *Commit
	taken  int
}

func (l *mutationIDs) next() string {
	id := l.make()
	l.commit.mutations = append(l.commit.mutations, id)
	return id
}

func (l *mutationIDs) make() string {
	if l.taken == len(l.commit.made) {
		l.commit.made = append(l.commit.made, l.st.options.Random.uuid7(l.st.options.Clock()))
	}
	id := l.commit.made[l.taken]
	l.taken++
	return id
}

// uuid7 returns a new UUID of version 7: it begins with the time. Never a counter: a
// browser that rolls its storage back would use a number twice.
func (r Random) uuid7(now int64) string {
	var b [16]byte
	r(b[6:])
	for i := range 6 {
		b[i] = byte(now >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return string(appendUUID(make([]byte, 0, 36), b))
}

// forgetServer forgets what sync knows, so that everything is pulled anew, by a
// client that has sent nothing.
func (x *tx) forgetServer(s *syncState, client string) {
	for _, l := range [...]*record.Layout{serverLayout, outboxLayout, rejectedLayout} {
		t := x.st.data.ownTable(l)
		for n := uint32(0); t != nil && n < t.End(); n++ {
			if t.Has(n) {
				x.changes = append(x.changes, t.Delete(n))
			}
		}
	}
	next := *s
	next.client = client
	x.pullAnew(&next)
}

// pullAnew has everything pulled anew.
func (x *tx) pullAnew(s *syncState) {
	next := *s
	next.checkpoint, next.first, next.wave, next.ready = nil, nil, 0, false
	next.turn++
	x.putSync(&next)
}
