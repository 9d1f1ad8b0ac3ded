package store

import (
	"context"

	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// answered is what came of the answer to a push.
type answered struct {
	moved     bool // the outbox is another one
	left      int  // mutations in it
	applied   int
	filed     []RejectedMutation // in the rejected box
	conflicts []ConflictEvent
	bad       []replication.Bad
}

// takeAnswer takes in the answer to a push as one commit, with what the app has
// decided about conflicts. When somebody else has synced since it was sent, it fails
// with code Stale, and the mutations are sent again: the server knows them by their
// ids.
func (st *Store) takeAnswer(ctx context.Context, e exchange, a *replication.Answer, resolved resolutions) (answered, error) {
	var out answered
	err := st.commit(ctx, "sync", func(x *tx) error {
		out = answered{}
		return x.answer(e, a, resolved, &out)
	})
	if err != nil {
		return answered{}, err // it may run once more when its caller has given it up
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	out.left = st.data.unsent()
	return out, nil
}

// anywhere lets references lead anywhere: what the server says is kept.
func anywhere(*schema.Relation) bool { return true }

// answer is the change that an answer makes.
func (x *tx) answer(e exchange, a *replication.Answer, resolved resolutions, out *answered) error {
	st := x.st
	x.syncing, x.durability = true, Relaxed
	x.mayDangle = anywhere
	s := st.data.syncState()
	if s == nil || s.turn != e.turn {
		return stale()
	}
	for i := range a.Results {
		r := &a.Results[i]
		m := st.data.mutation(r.ID)
		again, sent := e.again[r.ID]
		if m == nil || !sent {
			continue
		}
		x.attend(m)
		if st.data.asked() {
			return errLacking
		}
		switch r.Status {
		case replication.Applied:
			x.applied(s, m, r, again)
			out.applied++
		case replication.Rejected:
			x.reject(m, r.Error, &out.filed)
			x.learn(s, r, out)
		case replication.Conflict:
			x.resolve(s, m, r, resolved, out)
		default:
			continue
		}
		out.moved = true
	}
	if len(out.filed) > 0 {
		x.rejectDependents(&out.filed)
	}
	if st.data.asked() {
		return errLacking
	}
	if len(x.changes) > 0 {
		next := *s
		next.turn++
		next.at = st.options.Clock()
		x.putSync(&next)
	}
	return nil
}

// attend asks for the models of a mutation.
func (x *tx) attend(m *mutation) {
	for i := range m.ops {
		if model := m.ops[i].model; model != nil {
			x.about(model)
			x.st.table(model).Ask()
		}
	}
}

// applied takes a mutation over into what the server has, and out of the outbox. What
// its answer says of versions is relied on when the mutation was sent once. When it
// was sent before, others may have written since, and that may have been pulled
// already, which a version that is known here shows; and if it was not, then the
// version is whatever the mutation produced, until a pull tells.
func (x *tx) applied(s *syncState, m *mutation, r *replication.Result, again bool) {
	x.unqueue(m)
	named := recordsOf(r, x.st.schema)
	chains := relinking{x: x}
	states := make([]known, len(m.ops))
	for i := range m.ops {
		o := &m.ops[i]
		if o.model == nil {
			continue
		}
		k := &states[i]
		*k, _ = x.st.data.knows(o.model, o.key)
		values := make([][]byte, len(o.model.Fields))
		there := k.there() && readData(o.model, k.data, values)
		there = o.apply(values, there)
		c := named[string(serverKey(o.model, o.key))]
		switch {
		case c != nil && c.Version != nil && string(c.Version) == string(k.version), again && there && (c == nil || c.Version == nil):
			// What is known here is from a time after the mutation, or will be pulled.
		case there:
			k.round, k.gone, k.data = s.confirming(x.st.schema, o.model), false, dataOf(o.model, values)
			k.version = produced(m.id)
			if c != nil && c.Version != nil && !again && c.Data == nil {
				k.version = c.Version
			}
		default:
			k.gone, k.data, k.version = true, nil, nil
		}
		x.unlink(&chains, o, k, m.id)
	}
	chains.write()
	for i := range m.ops {
		if o := &m.ops[i]; o.model != nil {
			x.land(o.model, o.key, states[i])
		}
	}
	x.learn(s, r, nil)
}

// land writes what the server knows of a record, and makes the record in the tables
// that, with what is still under way on top.
func (x *tx) land(m *schema.Model, key []byte, k known) {
	final := k
	if k.last == "" && k.gone {
		final.version = nil
	}
	x.know(m, key, final)
	x.play(m, key, k, x.st.data.chain(m, key, k.last))
}

// recordsOf are the records of a result, by serverKey; of several of one record the
// first.
func recordsOf(r *replication.Result, all *schema.Schema) map[string]*replication.Change {
	records := make(map[string]*replication.Change, len(r.Records))
	for i := range r.Records {
		c := &r.Records[i]
		m := all.Model(c.Model)
		if m == nil {
			continue
		}
		if key, err := parseID(m, c.ID); err == nil {
			if at := string(serverKey(m, key)); records[at] == nil {
				records[at] = c
			}
		}
	}
	return records
}

// learn takes in the records of a result that come with their data, or are gone.
func (x *tx) learn(s *syncState, r *replication.Result, out *answered) {
	for i := range r.Records {
		c := &r.Records[i]
		if c.Data == nil && !c.Deleted && !c.Gone {
			continue
		}
		now := *s
		m := x.st.schema.Model(c.Model)
		if m != nil {
			now.round = s.confirming(x.st.schema, m)
			x.about(m)
			x.st.table(m).Ask()
			if x.st.data.asked() {
				return
			}
		}
		if err := x.receive(&now, m, c); err != nil && out != nil {
			out.bad = append(out.bad, replication.Bad{Model: c.Model, ID: c.ID, Err: err})
		}
	}
}

// unqueue takes a mutation out of the outbox.
func (x *tx) unqueue(m *mutation) {
	without := *m
	without.ops = nil
	x.putMutation(&without)
}

// unlink takes an op of a mutation that was applied, and has left the outbox, out of
// the chain of its record. The one behind it goes by whatever that mutation produced.
func (x *tx) unlink(chains *relinking, o *op, k *known, id string) {
	_, queued := x.st.data.queued(o.prev) // else it was applied in turn
	if k.last != id {
		if queued {
			chains.behind(o, k.last, id, func(next *op) {
				next.prev = o.prev
				if next.base == nil {
					next.base = produced(id)
				}
			})
		}
		return
	}
	if k.last = ""; queued {
		k.last = o.prev
	}
}
