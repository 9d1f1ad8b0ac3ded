package store

import (
	"context"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// taken is what came of a page.
type taken struct {
	more    bool // there is another one
	rows    int  // changes that were taken in
	news    bool // something is another one now
	reset   bool // a full resend began
	ready   bool // a full resend has ended
	swept   int  // records that it did not name
	bad     []replication.Bad
	badMore int             // beyond those
	models  []*schema.Model // of a full resend that are there now
}

// takePage takes in a page, with its checkpoint, as one commit. When somebody else
// has synced since it was asked for, it fails with code Stale.
func (st *Store) takePage(ctx context.Context, x exchange, p *replication.Page) (taken, error) {
	if p.More && len(p.Changes)+p.BadCount == 0 && string(p.Checkpoint) == string(x.checkpoint) {
		return taken{}, code.Fault(code.Protocol, "", "", "the server says that there is more, and sends nothing")
	}
	var out taken
	err := st.commit(ctx, "sync", func(t *tx) error {
		out = taken{}
		return t.page(x, p, &out)
	})
	if err != nil {
		return taken{}, err // it may run once more when its caller has given it up
	}
	return out, nil
}

// page is the change that a page makes.
func (x *tx) page(e exchange, p *replication.Page, out *taken) error {
	st := x.st
	x.syncing, x.durability = true, Relaxed
	x.mayDangle = anywhere
	s := st.data.syncState()
	if s == nil || s.turn != e.turn || string(s.checkpoint) != string(e.checkpoint) {
		return stale()
	}
	for i, c := range p.Changes {
		if i > 0 && c.Model == p.Changes[i-1].Model {
			continue
		}
		if m := st.schema.Model(c.Model); m != nil {
			x.about(m)
			st.table(m).Ask()
		}
	}
	if st.data.asked() {
		return errLacking
	}
	next := *s
	waves := len(s.plan.waves(st.schema))
	all := s.wave == 0 && s.checkpoint == nil || s.wave == waves || waves < 2
	switch {
	case p.Reset && s.checkpoint != nil && !all:
		x.pullAnew(s) // from the first wave on
		out.more, out.news, out.reset = true, true, true
		return nil
	case s.checkpoint == nil && s.wave == 0 || p.Reset && all:
		next.round++
		next.resending, next.partial, out.reset = true, false, s.ready
	}
	out.bad, out.badMore = p.Bad, p.BadCount-len(p.Bad)
	var m *schema.Model
	for i := range p.Changes {
		c := &p.Changes[i]
		if i == 0 || c.Model != p.Changes[i-1].Model {
			m = st.schema.Model(c.Model)
		}
		if err := x.receive(&next, m, c); err != nil {
			out.bad = append(out.bad[:len(out.bad):len(out.bad)], replication.Bad{Model: c.Model, ID: c.ID, Text: c.Data[:min(len(c.Data), replication.MaxMessage)], Err: err})
		} else {
			out.rows++
		}
	}
	next.checkpoint = p.Checkpoint
	next.partial = next.partial || len(out.bad) > 0
	out.more = p.More
	if !p.More && next.resending {
		if err := x.ends(&next, waves, out); err != nil {
			return err
		}
	}
	out.news = len(x.changes) > 0
	if out.news || string(next.checkpoint) != string(s.checkpoint) || next.round != s.round || next.wave != s.wave || next.ready != s.ready {
		next.turn++
		next.at = st.options.Clock()
		x.putSync(&next)
	}
	return nil
}

// ends ends a wave of a full resend, or all of it: what it has not named goes.
func (x *tx) ends(s *syncState, waves int, out *taken) error {
	if waves > 1 && s.wave < waves {
		out.models = s.wanted(x.st.schema)
		if s.wave == 0 {
			s.first = s.checkpoint
		}
		s.wave++
		s.checkpoint = nil
		if s.wave == waves {
			s.checkpoint = s.first // and what has come since, of all models
		}
		out.more = true
		return nil
	}
	out.models = s.wanted(x.st.schema)
	if !s.partial {
		swept, err := x.sweep(s)
		if err != nil {
			return err
		}
		out.swept = swept
	}
	out.ready = true
	s.resending, s.ready, s.first = false, true, nil
	return nil
}

// sweep removes the records that the server knew and that the full resend has not
// named. It is no deletion.
func (x *tx) sweep(s *syncState) (int, error) {
	t := x.st.data.ownTable(serverLayout)
	if t == nil {
		return 0, nil
	}
	type unnamed struct {
		model *schema.Model
		key   []byte
		known known
	}
	var list []unnamed
	for n := range t.End() {
		if !t.Has(n) {
			continue
		}
		row := t.Row(n)
		if roundOf(row) == s.round {
			continue
		}
		m := x.st.schema.Holder(textOf(serverLayout.Value(row, 0)))
		k := readKnown(row)
		if m == nil || !s.plan.pulls(m) || k.version == nil {
			continue
		}
		x.about(m)
		x.st.table(m).Ask()
		list = append(list, unnamed{m, keyOfID(serverLayout.Value(row, 1)), k})
	}
	if x.st.data.asked() {
		return 0, errLacking
	}
	for _, u := range list {
		x.depart(u.model, u.key, u.known)
	}
	return len(list), nil
}

// receive takes in what the server says of a record of m, nil for a model that the
// schema does not have. An error says that it cannot be, and then nothing was changed.
func (x *tx) receive(s *syncState, m *schema.Model, c *replication.Change) error {
	if m == nil {
		return code.Fault(code.Protocol, c.Model, "", "is no model of the schema")
	}
	if s.plan[m.Index].Mode == Off {
		return code.Fault(code.Protocol, m.Name, "", "is not synced")
	}
	key, err := parseID(m, c.ID)
	if err != nil {
		return err
	}
	k, exists := x.st.data.knows(m, key)
	k.round = s.round
	if c.Deleted || c.Gone {
		if k.last != "" {
			k.version = c.Version
		}
		if exists {
			x.depart(m, key, k)
		} else {
			x.hide(m, key)
		}
		return nil
	}
	var before [][]byte
	if exists {
		before = x.before(m, key, &k)
	}
	row, err := x.received(m, key, c.Data, before)
	if err != nil {
		return err
	}
	if k.version = c.Version; k.version == nil {
		k.version = noVersion
	}
	if k.last != "" {
		k.data, k.gone = x.st.table(m).Layout.AppendJSON(nil, row), false
		x.know(m, key, k)
		x.replay(m, key)
		return nil
	}
	x.know(m, key, k)
	x.settle(x.st.table(m), key, row)
	return nil
}

// before returns the values of a record that the server knows, as it has them; nil
// where there are none.
func (x *tx) before(m *schema.Model, key []byte, k *known) [][]byte {
	values := make([][]byte, len(m.Fields))
	if k.last != "" {
		if k.data != nil {
			readData(m, k.data, values)
		}
		return values
	}
	t := x.st.table(m)
	if n, ok := t.Find(key); ok {
		row := t.Row(n)
		for i := range values {
			values[i] = t.Layout.Value(row, i)
		}
	}
	return values
}

// depart notes that the server has a record no more. What is under way of it stays.
func (x *tx) depart(m *schema.Model, key []byte, k known) {
	k.gone = true
	x.know(m, key, k)
	if k.last == "" {
		x.hide(m, key)
		return
	}
	x.replay(m, key)
}

// received reads what the server says of a record into a row. A field that it does
// not name stays as it was before, if it was; one that the schema does not have is left out, so that a
// server may be newer than the app.
func (x *tx) received(m *schema.Model, key, data []byte, before [][]byte) (record.Row, error) {
	e := x.st.encoders[m.Index]
	if err := e.ReadKnown(data); err != nil {
		return nil, err
	}
	for i, value := range before {
		if e.Value(i) == nil && value != nil {
			e.Set(i, value)
		}
	}
	for n, i := range m.Key {
		if e.Value(i) == nil {
			e.Set(i, partOfKey(key, n))
		}
	}
	if err := e.Complete(); err != nil {
		return nil, err
	}
	row, err := e.Row()
	if err == nil && !x.st.table(m).HasKey(row, key) {
		err = code.Fault(code.Protocol, m.Name, "", "the id is "+shown(key)+", and the data have another one")
	}
	return row, err
}
