package server

import (
	"fmt"
	"math"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// link notes by which values the record can be found now, and forgets the former ones.
func (b *batch) link(t *touched, before *Row) error {
	paths := b.server.rules.models[t.model].paths
	if len(paths) == 0 {
		return nil
	}
	var was [][]byte
	if before != nil && !before.Deleted {
		was = valuesOf(t.model, before.Data)
	}
	for _, p := range paths {
		old, now := "", ""
		if was != nil {
			old = keyOf(was, p.fields)
		}
		if t.values != nil {
			now = keyOf(t.values, p.fields)
		}
		if old == now {
			continue
		}
		if old != "" {
			if err := b.tx.Unlink(t.model.Name, p.name, old, t.id); err != nil {
				return err
			}
		}
		if now != "" {
			if err := b.tx.Link(t.model.Name, p.name, now, t.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// relink links all records of the tenant anew when the schema has other relations than
// when they were linked. That is the first write after such a change of the schema.
func (b *batch) relink() error {
	paths, err := b.tx.Paths()
	if err != nil || paths == b.server.rules.print {
		return err
	}
	if err = b.tx.SetPaths(b.server.rules.print); err != nil {
		return err
	}
	for after := int64(0); ; {
		rows, err := b.tx.Changes(after, scanAtOnce, math.MaxInt)
		if err != nil || len(rows) == 0 {
			return err
		}
		for i := range rows {
			row := &rows[i]
			after = row.Version
			m := b.server.options.Schema.Model(row.Model)
			if m == nil || row.Deleted {
				continue
			}
			if err = b.link(&touched{place: place{m, row.ID}, values: valuesOf(m, row.Data)}, nil); err != nil {
				return err
			}
		}
	}
}

// settle does what the schema demands, when all operations are written: with a record
// goes what cannot be without it, and every reference leads to a record.
func (c *change) settle() error {
	var doomed []*touched
	for _, t := range c.order {
		if t.doomed && t.live() {
			doomed = append(doomed, t)
		}
	}
	restricted, err := c.cascade(doomed)
	if err != nil {
		return err
	}
	for _, r := range restricted {
		if r.dependent.values != nil && r.still() {
			return fault(r.owner.model, code.Reference, r.relation.Name, "still has a "+r.dependent.model.Name+" "+
				shortID(r.dependent.id)+" and is declared onDelete: RESTRICT; delete or move that first")
		}
	}
	for _, t := range c.order {
		if err := c.checkReferences(t); err != nil {
			return err
		}
	}
	return nil
}

// restriction is a record that forbids another to go.
type restriction struct {
	owner     *touched
	dependent *touched
	entailed
}

// still reports whether the dependent record still refers to the one that goes.
func (r restriction) still() bool {
	fields := r.path.fields
	if fields == nil {
		fields = r.model.Key
	}
	return keyOf(r.dependent.values, fields) == keyOf(valuesOf(r.owner.model, r.owner.before.Data), r.from)
}

// cascade deletes or changes what depends on records that went, and on those in turn.
func (c *change) cascade(doomed []*touched) (restricted []restriction, err error) {
	for len(doomed) > 0 {
		t := doomed[0]
		doomed = doomed[1:]
		was := valuesOf(t.model, t.before.Data)
		for _, e := range c.server.rules.models[t.model].entails {
			dependents, err := c.dependents(&e, was)
			if err != nil {
				return nil, err
			}
			for _, d := range dependents {
				switch {
				case e.onDelete == schema.Restrict:
					restricted = append(restricted, restriction{t, d, e})
					continue
				case e.onDelete == schema.SetNull && e.stays:
					continue
				case e.onDelete == schema.SetNull:
					err = c.release(d, e.path.fields)
				case d.before == nil || d.before.Deleted: // made in this mutation for what it deletes
					return nil, fault(e.model, code.Reference, e.relation.Name, "refers to a record that the same mutation deletes")
				default:
					d.values, d.dirty, d.tell = nil, true, true
					doomed = append(doomed, d)
					err = c.write(d)
				}
				if err != nil {
					return nil, err
				}
			}
		}
	}
	return restricted, nil
}

// dependents are the records that are there and depend on one with these values.
func (c *change) dependents(e *entailed, was [][]byte) (list []*touched, err error) {
	key := keyOf(was, e.from)
	if key == "" {
		return nil, nil
	}
	ids := []string{idFrom(e.model, key)}
	most := c.server.options.Limits.Cascade
	if e.path.fields != nil {
		if ids, err = c.tx.Linked(e.model.Name, e.path.name, key, most-c.entails+1); err != nil {
			return nil, err
		}
	}
	if c.entails += len(ids); c.entails > most {
		return nil, &Problem{Code: code.Limit, Model: e.model.Name, Limit: int64(most),
			Message: fmt.Sprintf("a mutation may take %d records along: delete fewer at once", most)}
	}
	for _, id := range ids {
		t, err := c.touch(e.model, id)
		if err != nil {
			return nil, err
		}
		if t.values != nil {
			list = append(list, t)
		}
	}
	return list, nil
}

// release makes the fields of a record null that led to one that went.
func (c *change) release(t *touched, fields []int) error {
	values := make([][]byte, len(t.values))
	copy(values, t.values)
	for _, i := range fields {
		values[i] = null
	}
	if i := t.model.UpdatedAt; i >= 0 {
		values[i] = c.stamp()
	}
	t.values, t.dirty, t.data, t.tell = values, true, true, true
	return c.write(t)
}

// checkReferences sees that what the record refers to is there. A reference that led
// nowhere before may stay, as in the engine.
func (c *change) checkReferences(t *touched) error {
	if t.values == nil || !t.tell {
		return nil
	}
	var was [][]byte
	if t.live() {
		was = valuesOf(t.model, t.before.Data)
	}
	for _, r := range c.server.rules.models[t.model].refers {
		key := string(joined(t.values, r.Fields))
		if key == "" || was != nil && key == string(joined(was, r.Fields)) {
			continue
		}
		id := idFrom(r.Target, key)
		there := c.records[place{r.Target, id}]
		if there != nil && there.values != nil {
			continue
		}
		row, err := c.tx.Row(r.Target.Name, id)
		if err != nil {
			return err
		}
		if row == nil || row.Deleted {
			return fault(t.model, code.Reference, r.Name, "refers to "+r.Target.Name+" "+shortID(id)+
				", which is not there: send it before, or it was deleted meanwhile")
		}
	}
	return nil
}

// shortID is an id for a message.
func shortID(id string) string {
	const most = 60
	if len(id) > most {
		return id[:most] + "…"
	}
	return id
}
