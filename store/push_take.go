package store

import (
	"context"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/replication"
)

// takeBatch notes, durably, that the oldest mutations may have been sent from now on,
// so that nobody changes them any more, and returns the request that sends them; no
// request when there is nothing to send. What is in it is in storage. Those up to a
// number may have been sent by others, whatever storage says.
func (st *Store) takeBatch(ctx context.Context, limit, others int) (request []byte, _ exchange, _ []RejectedMutation, err error) {
	var e exchange
	var filed []RejectedMutation
	p := replication.Push{Schema: st.schema.Fingerprint}
	err = st.commit(ctx, "sync", func(x *tx) error {
		x.syncing, x.durability = true, Relaxed
		x.mayDangle = anywhere
		s := st.data.syncState()
		if s == nil {
			return stale()
		}
		p.Client, p.Mutations, filed = s.client, nil, nil
		e = exchange{turn: s.turn, again: map[string]bool{}}
		size := 0
		var outdated []*mutation
		st.data.mutations(func(m *mutation) bool {
			wire := replication.Mutation{ID: m.id, At: m.at}
			for i := range m.ops {
				if m.ops[i].model == nil {
					outdated = append(outdated, m)
					return true
				}
				wire.Ops = append(wire.Ops, m.ops[i].wire())
				size += len(wire.Ops[i].Data)
			}
			if n := len(p.Mutations); n == limit || n > 0 && size > maxMutationBytes {
				return false
			}
			p.Mutations = append(p.Mutations, wire)
			e.again[m.id] = m.sent || m.seq <= others
			if !m.sent {
				m.sent = true
				x.putMutation(m)
			}
			return true
		})
		for _, m := range outdated {
			x.reject(m, replication.Rejection{Code: RejectedSchema, Message: "the schema does not have all of its models any more"}, &filed)
		}
		if st.data.asked() {
			return errLacking
		}
		return nil
	})
	if err != nil {
		return nil, exchange{}, nil, err // it may run once more when its caller has given it up
	}
	if len(p.Mutations) > 0 {
		request = p.Append(nil)
	}
	return request, e, filed, nil
}

// wire is the op as the server is to see it: without the times that it sets itself.
func (o *op) wire() replication.Op {
	out := replication.Op{Verb: o.verb, Model: o.model.Name, ID: o.id()}
	switch {
	case o.verb == replication.Create:
	case o.base == nil && o.prev != "":
		out.Base = produced(o.prev)
	default:
		out.Base = o.base
	}
	if o.data != nil {
		values := make([][]byte, len(o.model.Fields))
		readData(o.model, o.data, values)
		for i, f := range o.model.Fields {
			if f.ReadOnly {
				values[i] = nil
			}
		}
		out.Data = dataOf(o.model, values)
	}
	return out
}

// produced is the version that a mutation has made, or will make.
func produced(id string) []byte { return jsontext.AppendString(nil, []byte("@"+id)) }

// setOldestAside files the oldest mutation, which is too large for the server.
func (st *Store) setOldestAside(ctx context.Context) ([]RejectedMutation, error) {
	var filed []RejectedMutation
	err := st.commit(ctx, "sync", func(x *tx) error {
		x.syncing = true
		x.mayDangle = anywhere
		filed = nil
		st.data.mutations(func(m *mutation) bool {
			x.reject(m, replication.Rejection{Code: RejectedSize, Message: "it is too large for the server"}, &filed)
			return false
		})
		x.rejectDependents(&filed)
		if st.data.asked() {
			return errLacking
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return filed, nil
}
