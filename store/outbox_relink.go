package store

// sorted is a mutation with its ops by the record that they are of. A mutation may
// have many records, each of which asks for it, so some are kept.
type sorted struct {
	version uint32 // of its row, at which it was read
	m       *mutation
	at      map[string][]int // positions of ops, by serverKey
	changed bool             // and to be written
}

// sort returns the mutation of that id; nil when it is not in the outbox.
func (d *dataset) sort(id string) *sorted {
	row, there := d.queued(id)
	if !there {
		return nil
	}
	t := d.outbox()
	if s := d.sorted[row]; s != nil && s.version == t.Version(row) {
		return s
	}
	s := &sorted{version: t.Version(row), m: d.readMutation(t.Row(row)), at: map[string][]int{}}
	for i := range s.m.ops {
		if o := &s.m.ops[i]; o.model != nil {
			key := string(serverKey(o.model, o.key))
			s.at[key] = append(s.at[key], i)
		}
	}
	kept := d.sorted
	if len(kept) == 0 || len(kept) >= maxSorted {
		d.sorted = map[uint32]*sorted{}
		for row, s := range kept {
			if s.changed {
				d.sorted[row] = s
			}
		}
	}
	d.sorted[row] = s
	return s
}

// relinking changes ops that stand behind others in the chains of their records. Each
// mutation that they are parts of is written once, however many records it has.
type relinking struct {
	x       *tx
	changed []*sorted
}

// behind changes the op of a record that stands behind that of the mutation of that
// id; last is the youngest.
func (l *relinking) behind(o *op, last, id string, change func(next *op)) {
	key := string(serverKey(o.model, o.key))
	for last != "" {
		s := l.x.st.data.sort(last)
		if s == nil {
			return
		}
		last = ""
		for _, i := range s.at[key] {
			next := &s.m.ops[i]
			if last = next.prev; last != id {
				continue
			}
			if change(next); !s.changed {
				s.changed = true
				l.changed = append(l.changed, s)
			}
			return
		}
	}
}

// write writes what was changed. Chains are whole again behind it.
func (l *relinking) write() {
	for _, s := range l.changed {
		l.x.putMutation(s.m)
	}
}
