package store

import "github.com/granarydb/granary/store/replication"

// mendSync makes what sync knows agree again with the outbox and the records, after a
// repair that may have lost any of these, and has everything pulled anew. It deletes
// nothing on the server: a record that was lost here comes back from there.
func (x *tx) mendSync() {
	d := x.st.data
	s := d.syncState()
	if s == nil {
		return
	}
	x.syncing = true
	x.mayDangle = anywhere
	lost := x.dropChains()
	d.mutations(func(m *mutation) bool {
		for i := range m.ops {
			o := &m.ops[i]
			if o.model == nil {
				continue
			}
			k, exists := d.knows(o.model, o.key)
			if o.prev = k.last; o.prev != "" {
				o.base = nil
			} else if k.data = nil; o.verb != replication.Create {
				if n, ok := x.st.table(o.model).Find(o.key); ok {
					k.data = x.st.table(o.model).Layout.AppendJSON(nil, x.st.table(o.model).Row(n))
				}
			}
			if !exists && o.verb != replication.Create {
				k.version = noVersion // it was known before
			}
			k.last, k.gone = m.id, false
			x.know(o.model, o.key, k)
		}
		x.putMutation(m)
		return true
	})
	x.replayAll()
	next := *d.syncState()
	next.enrolled = next.enrolled && !lost
	next.checkpoint, next.first, next.wave, next.ready = nil, nil, 0, false
	next.turn++
	x.putSync(&next)
}

// dropChains forgets which mutations are under way of which record, and reports
// whether a record is left that the server does not know.
func (x *tx) dropChains() (lost bool) {
	t := x.st.data.ownTable(serverLayout)
	for n := uint32(0); t != nil && n < t.End(); n++ {
		if !t.Has(n) {
			continue
		}
		k := readKnown(t.Row(n))
		m := x.st.schema.Holder(textOf(serverLayout.Value(t.Row(n), 0)))
		if k.last == "" || m == nil {
			continue
		}
		key := keyOfID(serverLayout.Value(t.Row(n), 1))
		if lost = lost || k.version == nil; k.version != nil {
			x.play(m, key, k, nil) // as the server has it
		}
		k.last = ""
		x.know(m, key, k)
	}
	return lost
}

// replayAll plays all that is under way.
func (x *tx) replayAll() {
	x.st.data.mutations(func(m *mutation) bool {
		for i := range m.ops {
			if o := &m.ops[i]; o.model != nil {
				x.replay(o.model, o.key)
			}
		}
		return true
	})
}
