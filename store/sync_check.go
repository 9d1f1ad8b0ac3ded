package store

import (
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
)

// mayLack reports whether records may lack the target of a relation because it has
// not come from the server, or has gone there before them.
func (st *Store) mayLack(r *schema.Relation) bool {
	s := st.data.syncState()
	return s != nil && (s.plan[r.Owner.Index].Mode != Off || s.plan[r.Target.Index].Mode != Off)
}

// checkSync looks at what sync knows:
//
//   - every op in the outbox is in the chain of its record, and every chain is of
//     mutations in the outbox;
//   - a record of which a mutation is under way is as the server has it, with the
//     mutations on top.
//
// Nil stands for a table whose rows are not known.
func (st *Store) checkSync(tables predicate.Tables) []string {
	d := st.data
	if d.syncState() == nil {
		return nil
	}
	var problems []string
	ops := map[string]int{} // by record
	name := func(m *schema.Model, key []byte) string { return m.Name + " " + string(key) }
	d.mutations(func(m *mutation) bool {
		for i := range m.ops {
			if o := &m.ops[i]; o.model != nil {
				ops[name(o.model, o.key)]++
			}
		}
		return len(problems) < maxProblems
	})
	t := d.ownTable(serverLayout)
	for n := uint32(0); t != nil && n < t.End() && len(problems) < maxProblems; n++ {
		if !t.Has(n) {
			continue
		}
		m := st.schema.Holder(textOf(serverLayout.Value(t.Row(n), 0)))
		if m == nil {
			continue
		}
		key, k := keyOfID(serverLayout.Value(t.Row(n), 1)), readKnown(t.Row(n))
		chain := d.chain(m, key, k.last)
		at := name(m, key)
		if len(chain) != ops[at] {
			problems = append(problems, "sync: "+at+" has mutations in the outbox that are not in its chain")
		}
		delete(ops, at)
		if (k.last != "") != (len(chain) > 0) || k.last == "" && k.data != nil {
			problems = append(problems, "sync: the chain of "+at+" is broken")
		}
		if tables[m.Index] != nil && k.last != "" {
			problems = append(problems, st.checkReplay(tables, m, key, k, chain)...)
		}
	}
	for at := range ops {
		problems = append(problems, "sync: "+at+" has mutations in the outbox, and nobody knows of it")
	}
	return problems
}

// checkReplay plays the ops of a record on what the server has of it.
func (st *Store) checkReplay(tables predicate.Tables, m *schema.Model, key []byte, k known, ops []op) []string {
	values := make([][]byte, len(m.Fields))
	there := k.there() && readData(m, k.data, values)
	for i := range ops {
		there = ops[i].apply(values, there)
	}
	t := tables[m.Index]
	number, shownNow := t.Find(key)
	same := there == shownNow
	for i := range values {
		same = same && (!there || values[i] == nil || string(values[i]) == string(t.Layout.Value(t.Row(number), i)))
	}
	if same {
		return nil
	}
	return []string{"sync: " + m.Name + " " + string(key) + " is not as the server has it with the mutations on top"}
}
