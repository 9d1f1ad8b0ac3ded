package store

import (
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// reject takes a mutation back, out of the outbox, and files it in the rejected box.
func (x *tx) reject(m *mutation, why replication.Rejection, filed *[]RejectedMutation) {
	x.file(m, why)
	t := x.st.data.keep(rejectedLayout)
	if n, ok := t.Find(quoted(m.id)); ok {
		*filed = append(*filed, readRejected(t.Row(n), m.ops))
	}
	x.takeBack(m)
}

// takeBack takes a mutation out of the outbox, and what it did out of the tables.
func (x *tx) takeBack(m *mutation) {
	x.unqueue(m)
	x.attend(m)
	if x.st.data.asked() {
		return
	}
	x.withdraw(m.ops, m.id)
}

// withdraw takes ops of a mutation out of the chains of their records, and what they
// did out of the tables. The op behind one goes by what that went by.
func (x *tx) withdraw(ops []op, id string) {
	chains := relinking{x: x}
	states := make([]known, len(ops))
	there := make([]bool, len(ops))
	for i := range ops {
		o := &ops[i]
		if o.model == nil {
			continue
		}
		k := &states[i]
		if *k, there[i] = x.st.data.knows(o.model, o.key); !there[i] {
			continue
		}
		if k.last == id {
			x.unlink(&chains, o, k, id)
			continue
		}
		chains.behind(o, k.last, id, func(next *op) {
			if next.base == nil {
				next.base = o.base
			}
			next.prev = o.prev
			if _, queued := x.st.data.queued(o.prev); o.prev != "" && !queued {
				next.prev = ""
				if next.base == nil {
					next.base = produced(o.prev)
				}
			}
		})
	}
	chains.write()
	for i := range ops {
		if there[i] {
			x.land(ops[i].model, ops[i].key, states[i])
		}
	}
}

// rejectDependents files the mutations that cannot do without one that was filed:
// those about a record that it was to create, or with a reference to one. Mutations
// that would only delete such records go, for there is nothing to delete.
func (x *tx) rejectDependents(filed *[]RejectedMutation) {
	lost := map[string]string{} // records that were never created, and the mutation that was to
	at := func(m *schema.Model, key []byte) string { return m.Name + " " + string(key) }
	note := func(id string, ops []op) {
		for i := range ops {
			o := &ops[i]
			if o.verb != replication.Create || o.model == nil {
				continue
			}
			if k, exists := x.st.data.knows(o.model, o.key); !exists || k.version == nil || k.gone {
				lost[at(o.model, o.key)] = id
			}
		}
	}
	for _, m := range *filed {
		note(m.ID, opsOf(x.st.schema, m.Ops))
	}
	if len(lost) == 0 {
		return
	}
	x.st.data.mutations(func(m *mutation) bool {
		cause, deletes := "", true
		for i := range m.ops {
			o := &m.ops[i]
			if o.model == nil {
				continue
			}
			if o.verb == replication.Create {
				delete(lost, at(o.model, o.key)) // it is made again
			}
			own := lost[at(o.model, o.key)]
			deletes = deletes && o.verb == replication.Delete && own != ""
			if own != "" {
				cause = own
			}
			o.targets(func(target *schema.Model, key []byte) {
				if id := lost[at(target, key)]; id != "" {
					cause = id
				}
			})
		}
		switch {
		case cause == "":
		case deletes:
			x.takeBack(m)
		default:
			x.reject(m, replication.Rejection{Code: RejectedDependency, Message: "it depends on the mutation " + cause + ", which was rejected"}, filed)
			note(m.id, m.ops)
		}
		return true
	})
}

// opsOf are the ops of a mutation that was filed.
func opsOf(all *schema.Schema, list []RejectedOp) []op {
	ops := make([]op, len(list))
	for i, o := range list {
		ops[i] = op{verb: o.Op, name: o.Model, model: all.Holder(o.Model), key: keyOfID(o.ID), data: o.Data}
	}
	return ops
}
