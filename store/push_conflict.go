package store

import (
	"context"

	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// Policy says what becomes of a change when others have changed the same record on
// the server meanwhile.
type Policy string

// The policies, with the names that they have in JavaScript.
const (
	// MergeFields keeps both sides' changes, field by field; of a field that both
	// changed, the change made here.
	MergeFields Policy = "merge"
	// ServerWins takes the change back and files it in the rejected box.
	ServerWins Policy = "serverWins"
	// ClientWins writes the fields that were changed here, whatever the server has.
	ClientWins Policy = "clientWins"
)

// ConflictHandler decides about a conflict. It is called from the goroutine that
// syncs and holds nothing up but sync.
type ConflictHandler func(context.Context, ConflictEvent) (Resolution, error)

// ConflictEvent is a change that goes by an older state of a record than the server
// has.
type ConflictEvent struct {
	Model    string
	ID       []byte // JSON text of the key
	Op       replication.Verb
	Mutation string
	Base     []byte // JSON object: the record as it was when it was changed here; nil when there was none, or nobody knows
	Local    []byte // JSON object: as it was then made; nil when it was deleted
	Remote   []byte // JSON object: as the server has it; nil when it is deleted
	Policy   Policy // that was applied; "" when the handler gave fields
}

// Resolution is what a handler decides: a policy, or the record as it is to be.
type Resolution struct {
	Policy Policy // when Record is nil and Delete is false
	Record []byte // JSON object: the fields as they are to be
	Delete bool
}

// resolutions are what was decided, by mutation and record.
type resolutions map[string]Resolution

func resolutionKey(id string, o *op) string { return id + " " + o.model.Name + " " + string(o.key) }

// conflicts are the conflicts that an answer tells of, as they are before it is
// taken in.
func (st *Store) conflicts(a *replication.Answer) []conflict {
	st.mu.Lock()
	defer st.mu.Unlock()
	var list []conflict
	for i := range a.Results {
		r := &a.Results[i]
		m := st.data.mutation(r.ID)
		if r.Status != replication.Conflict || m == nil {
			continue
		}
		named := recordsOf(r, st.schema)
		for n := range m.ops {
			o := &m.ops[n]
			if o.model == nil {
				continue
			}
			if c := named[string(serverKey(o.model, o.key))]; c != nil {
				list = append(list, conflict{resolutionKey(m.id, o), o.model, st.conflict(m, o, c)})
			}
		}
	}
	return list
}

type conflict struct {
	key   string
	model *schema.Model
	event ConflictEvent
}

// conflict describes a conflict about one record. The base is what the server had of
// it when last heard, with the fields that were changed here as they were.
func (st *Store) conflict(m *mutation, o *op, c *replication.Change) ConflictEvent {
	e := ConflictEvent{Model: o.model.Name, ID: o.id(), Op: o.verb, Mutation: m.id}
	values := make([][]byte, len(o.model.Fields))
	k, exists := st.data.knows(o.model, o.key)
	switch {
	case c.Deleted || c.Gone:
	case c.Data != nil:
		e.Remote = c.Data
	case exists && k.there():
		e.Remote = k.data
	}
	if exists && k.data != nil && o.verb != replication.Create {
		readData(o.model, k.data, values)
		if o.was != nil {
			readData(o.model, o.was, values)
		}
		e.Base = dataOf(o.model, values)
	}
	if o.apply(values, true) {
		e.Local = dataOf(o.model, values)
	}
	return e
}

// remains says what is left of an op when a conflict about it was decided.
type remains uint8

const (
	isLost remains = iota // it is taken back
	isSo                  // what it was to do is so already
	isLeft                // it goes out again, as it was or changed
)

// settled says of an op that changes nothing, or something.
func settled(changes bool) remains {
	if changes {
		return isLeft
	}
	return isSo
}

// under is what is left when the server's state is to stand: nothing, unless it is so.
func (r remains) under(p Policy) remains {
	if r == isLeft && p == ServerWins {
		return isLost
	}
	return r
}

// resolve puts, in the place of a mutation that met a conflict, one that does what
// was decided, with the server's present state as its base. When everything that it
// was to do is so already, it is done; when nothing of it is left otherwise, it is
// filed.
func (x *tx) resolve(s *syncState, m *mutation, r *replication.Result, resolved resolutions, out *answered) {
	old := *m
	next := &mutation{seq: m.seq, id: m.id, origin: m.origin, at: m.at, tries: m.tries + 1}
	type change struct {
		from, to op
		remains  remains
	}
	list := make([]change, len(m.ops))
	count := [isLeft + 1]int{}
	named := recordsOf(r, x.st.schema)
	for i := range m.ops {
		o := &m.ops[i]
		c := &list[i]
		c.from, c.to, c.remains = *o, *o, isLeft
		if o.model == nil {
			c.remains = isLost
		} else if met := named[string(serverKey(o.model, o.key))]; met != nil {
			if c.remains = isLost; m.tries < maxTries {
				c.to, c.remains = x.decided(o, met, resolved[resolutionKey(m.id, o)])
			}
		}
		if c.remains == isSo {
			c.from.base = c.to.base // what is behind it goes by that
		}
		count[c.remains]++
	}
	if count[isLeft] == 0 && count[isLost] > 0 || len(r.Records) == 0 {
		message := "others have changed the same on the server"
		if r.Error.Message != "" {
			message = r.Error.Message
		}
		x.reject(&old, replication.Rejection{Code: RejectedConflict, Message: message}, &out.filed)
		x.learn(s, r, out)
		return
	}
	id := next.id
	var gone []op
	for i := range list {
		if c := &list[i]; c.remains == isLeft {
			next.ops = append(next.ops, c.to)
		} else {
			gone = append(gone, c.from)
		}
	}
	x.rename(next, x.st.options.Random.uuid7(x.st.options.Clock()))
	x.withdraw(gone, id)
	for i := range next.ops {
		x.replay(next.ops[i].model, next.ops[i].key)
	}
	x.learn(s, r, out)
}

// decided is the op that does what was decided about a conflict, if one is needed.
func (x *tx) decided(o *op, c *replication.Change, want Resolution) (op, remains) {
	next := op{verb: o.verb, model: o.model, key: o.key, base: c.Version, data: o.data, was: o.was}
	remote := make([][]byte, len(o.model.Fields))
	k, _ := x.st.data.knows(o.model, o.key)
	there := false
	switch {
	case c.Deleted || c.Gone:
	case c.Data != nil:
		there = readData(o.model, c.Data, remote)
	default:
		there = k.there() && readData(o.model, k.data, remote)
	}
	if _, queued := x.st.data.queued(o.prev); queued {
		next.prev, next.base = o.prev, nil
	}
	switch {
	case want.Delete:
		next.verb, next.data, next.was = replication.Delete, nil, nil
		return next, settled(there)
	case want.Record != nil:
		values := make([][]byte, len(o.model.Fields))
		copy(values, remote)
		if !readData(o.model, want.Record, values) {
			return next, isLost
		}
		return next.toward(values, remote, there)
	case o.verb == replication.Delete:
		return next, settled(there).under(want.Policy)
	}
	values := make([][]byte, len(o.model.Fields))
	copy(values, remote)
	if !there {
		if want.Policy == ServerWins || o.verb == replication.Update && (want.Policy != ClientWins || k.data == nil) {
			return next, isLost // who deleted it wins; a record cannot be merged with none
		}
		if k.data != nil {
			readData(o.model, k.data, values)
		}
	}
	readData(o.model, o.data, values)
	next, rest := next.toward(values, remote, there)
	return next, rest.under(want.Policy)
}

// toward makes an op what leads from the server's state to those values.
func (o *op) toward(values, remote [][]byte, there bool) (op, remains) {
	if !there {
		o.verb, o.data, o.was, o.base = replication.Create, dataOf(o.model, values), nil, nil
		return *o, isLeft
	}
	data, was := make([][]byte, len(values)), make([][]byte, len(values))
	different := false
	for i, f := range o.model.Fields {
		if values[i] != nil && string(values[i]) != string(remote[i]) {
			data[i], was[i] = values[i], remote[i]
			different = different || !f.ReadOnly // what the server sets itself is no difference
		}
	}
	o.verb, o.data, o.was = replication.Update, dataOf(o.model, data), dataOf(o.model, was)
	return *o, settled(different)
}
