package store

import (
	"context"

	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// prepare makes what the store knows of sync fit what the app wants: the first time
// it says that the store syncs; when more is wanted than was pulled, or the schema is
// another one, it has everything pulled anew. From then on every commit of every tab
// is recorded.
func (st *Store) prepareSync(ctx context.Context, plan syncPlan, scope []byte) error {
	client := ""
	err := st.commit(ctx, "sync", func(x *tx) error {
		x.syncing = true
		s := st.data.syncState()
		if client == "" || s != nil && st.renew {
			client = "c_" + textOf(st.options.Random.uuid())
		}
		next := syncState{client: client, models: plan.text(st.schema), scope: scope, schema: st.schema.Fingerprint}
		if s != nil {
			next = *s
			next.models, next.scope, next.schema = plan.text(st.schema), scope, st.schema.Fingerprint
			if st.renew {
				next.client = client
			}
			for i, m := range st.schema.Models {
				next.enrolled = next.enrolled && !(plan.pushes(m) && !s.plan.pushes(m) && plan[i].Mode != s.plan[i].Mode)
			}
			if s.schema != next.schema || string(s.scope) != string(scope) || s.plan.lacks(plan, st.schema) ||
				s.wave > 0 && !s.ready && string(s.models) != string(next.models) {
				next.checkpoint, next.first, next.wave, next.ready = nil, nil, 0, false
				next.turn++
			} else if s.ready {
				next.wave = len(plan.waves(st.schema))
			}
		}
		x.putSync(&next)
		return nil
	})
	if err == nil {
		st.mu.Lock()
		st.renew = false
		st.mu.Unlock()
		err = st.enrol(ctx)
	}
	return err
}

// lacks reports whether another plan pulls models that this one did not.
func (p syncPlan) lacks(other syncPlan, s *schema.Schema) bool {
	for _, m := range s.Models {
		if other.pulls(m) && !p.pulls(m) {
			return true
		}
	}
	return false
}

// enrol puts records into the outbox that were here before the store began to sync,
// those first that others belong to: the server does not know them. It does so piece
// by piece, and again from where it was when the program ended meanwhile.
func (st *Store) enrol(ctx context.Context) error {
	ids := mutationIDs{st: st, commit: &Commit{}}
	from, next, epoch := place{}, place{}, uint32(0) // model by its place in the order
	for done := false; !done; from = next {
		ids.commit.made = nil
		err := st.commit(ctx, "sync", func(x *tx) error {
			x.syncing, x.durability = true, Relaxed
			ids.taken = 0
			s := st.data.syncState()
			if s == nil || s.enrolled {
				done = true
				return nil
			}
			if epoch != st.epoch {
				from, epoch = place{}, st.epoch
			}
			next = from
			if done = x.enrolSome(s, &next, &ids); st.data.asked() {
				return errLacking
			}
			if done {
				s := *s
				s.enrolled = true
				x.putSync(&s)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// enrolSome enrols the next records behind that place, which it moves. It returns
// true when there are no more.
func (x *tx) enrolSome(s *syncState, at *place, ids *mutationIDs) bool {
	order := ownersFirst(x.st.schema)
	left := enrolAtOnce
	var ops []op
	for ; int(at.model) < len(order); at.model, at.row = at.model+1, 0 {
		m := order[at.model]
		if !s.plan.pushes(m) {
			continue
		}
		x.about(m)
		t := x.st.table(m)
		for t.Ask(); at.row < t.End(); at.row++ {
			if !t.Has(at.row) {
				continue
			}
			row := t.Row(at.row)
			key := t.Key(nil, row)
			if _, known := x.st.data.knows(m, key); known {
				continue
			}
			if left == 0 {
				x.enrolOps(s, ops, ids)
				return false
			}
			left--
			ops = append(ops, op{verb: replication.Create, model: m, key: key, data: t.Layout.AppendJSON(nil, row)})
		}
	}
	x.enrolOps(s, ops, ids)
	return true
}

func (x *tx) enrolOps(s *syncState, ops []op, ids *mutationIDs) {
	ops = parentsFirst(ops)
	for len(ops) > 0 {
		n := min(len(ops), enrolOps)
		x.enqueue(s, ops[:n], ids)
		ops = ops[n:]
	}
}

// ownersFirst are the models, each behind those that its records belong to, as far as
// that can be.
func ownersFirst(s *schema.Schema) []*schema.Model {
	placed := make([]bool, len(s.Models))
	var list []*schema.Model
	ready := func(m *schema.Model) bool {
		for _, r := range m.Relations {
			if r.Kind == schema.BelongsTo && r.Target != m && !placed[r.Target.Index] {
				return false
			}
		}
		return true
	}
	for len(list) < len(s.Models) {
		before := len(list)
		var first *schema.Model
		for _, m := range s.Models {
			if placed[m.Index] {
				continue
			}
			if first == nil {
				first = m
			}
			if ready(m) {
				placed[m.Index] = true
				list = append(list, m)
			}
		}
		if len(list) == before {
			placed[first.Index] = true
			list = append(list, first) // a circle
		}
	}
	return list
}
