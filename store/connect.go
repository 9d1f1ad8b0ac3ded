package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// Connection says which records of the far side of a many-to-many relation to
// connect with one record, or to part from it.
type Connection struct {
	Relation   *schema.Relation
	Values     []byte   // JSON array of the values of the relation's own fields
	Keys       [][]byte // JSON arrays of the keys of records of the far side
	Remove     bool
	Durability Durability
}

// Add connects the record with others of the far side of a many-to-many relation,
// in one commit. Those that are connected already stay as they are. It fails with
// ErrReference when a record is not in the store.
func (c Collection) Add(ctx context.Context, records ...*Record) error {
	return c.connect(ctx, false, records)
}

// Remove parts the record from others of the far side of a many-to-many relation,
// in one commit: it deletes all records of the join model that connect them. The
// records themselves stay.
func (c Collection) Remove(ctx context.Context, records ...*Record) error {
	return c.connect(ctx, true, records)
}

func (c Collection) connect(ctx context.Context, remove bool, records []*Record) error {
	connection, err := c.connection(remove, records)
	if err != nil {
		return err
	}
	commit, err := c.record.st.beginConnect(ctx, connection)
	if err == nil {
		err = commit.Wait(ctx)
	}
	if err != nil {
		return wrap(connectOp(remove), err)
	}
	return nil
}

// connection is the Connection with those records.
func (c Collection) connection(remove bool, records []*Record) (Connection, error) {
	op := connectOp(remove)
	if c.record == nil {
		return Connection{}, wrap(op, code.Fault(code.Invalid, "", "", "the record is nil"))
	}
	rel, err := c.record.relation(c.relation, false)
	if err != nil {
		return Connection{}, err
	}
	out := Connection{Relation: rel, Remove: remove, Keys: [][]byte{}}
	if rel.Kind != schema.ManyToMany {
		return out, wrap(op, notManyToMany(rel))
	}
	values, _ := c.record.layout.AppendKey([]byte{'['}, c.record.row, rel.Fields)
	out.Values = append(values, ']')
	for _, r := range records {
		if r == nil || r.model != rel.Far {
			return out, wrap(op, code.Fault(code.Invalid, rel.Owner.Name, rel.Name, "takes records of "+rel.Far.Name))
		}
		out.Keys = append(out.Keys, r.keyJSON())
	}
	return out, nil
}

func connectOp(remove bool) string {
	if remove {
		return "remove"
	}
	return "add"
}

func notManyToMany(rel *schema.Relation) error {
	return code.Fault(code.Invalid, rel.Owner.Name, rel.Name,
		"is no many-to-many relation: save or delete the records of "+rel.Target.Name+", which keep it")
}

// BeginConnect applies the connection and returns while it is on its way to storage.
func (st *Store) BeginConnect(c Connection) (*Commit, error) {
	return st.beginConnect(context.Background(), c)
}

func (st *Store) beginConnect(ctx context.Context, c Connection) (*Commit, error) {
	run, err := st.connecting(c)
	if err != nil {
		return nil, err
	}
	return st.begin(ctx, connectOp(c.Remove), run)
}

// connecting is the change that connects or parts.
func (st *Store) connecting(c Connection) (func(*tx) error, error) {
	rel, op := c.Relation, connectOp(c.Remove)
	if rel.Kind != schema.ManyToMany {
		return nil, wrap(op, notManyToMany(rel))
	}
	if len(c.Keys) > MaxBatch {
		return nil, wrap(op, code.Fault(code.Limit, rel.Owner.Name, rel.Name, "takes at most "+strconv.Itoa(MaxBatch)+" records at a time"))
	}
	own, err := parseValues(rel.Owner, rel.Fields, c.Values)
	if err != nil {
		return nil, wrap(op, err)
	}
	far := make([]string, len(c.Keys))
	for i, text := range c.Keys {
		key, err := parseValues(rel.Far, rel.Through.TargetFields, text)
		if err != nil {
			return nil, wrap(op, err)
		}
		far[i] = string(key)
	}
	now, keys := timestamp(st.options.Clock()), map[int][]byte{}
	return func(x *tx) error {
		x.now, x.keys, x.report, x.saved = now, keys, nil, nil
		x.lasts(c.Durability)
		x.about(rel.Owner)
		if c.Remove {
			return x.part(rel, own, far)
		}
		return x.connect(rel, own, far)
	}, nil
}

// joins calls f for every record of the join model that stands for own, with the
// key of the far side.
func (x *tx) joins(rel *schema.Relation, own []byte, f func(far []byte, join fate)) {
	t := x.st.table(rel.Target)
	var key []byte
	for _, n := range t.Match(nil, rel.TargetFields, own) {
		var ok bool
		if key, ok = t.Layout.AppendKey(key[:0], t.Row(n), rel.Through.Fields); ok {
			f(key, fate{t, n})
		}
	}
}

// part deletes the records of the join model between own and each of far.
func (x *tx) part(rel *schema.Relation, own []byte, far []string) error {
	wanted := make(map[string]bool, len(far))
	for _, key := range far {
		wanted[key] = true
	}
	var doomed []fate
	x.joins(rel, own, func(key []byte, join fate) {
		if wanted[string(key)] {
			doomed = append(doomed, join)
		}
	})
	return x.cascade(doomed)
}

// connect saves records of the join model between own and those of far that have
// none. They have the same keys wherever they are made, so two devices that connect
// the same records make one of them.
func (x *tx) connect(rel *schema.Relation, own []byte, far []string) error {
	have := map[string]bool{}
	x.joins(rel, own, func(key []byte, _ fate) { have[string(key)] = true })
	for _, key := range far {
		if have[key] {
			continue
		}
		have[key] = true
		id := joinKey(rel, string(own), key)
		if _, taken := x.st.table(rel.Target).Find(id); taken {
			id = x.generatedKey() // it is of another pair by now
		}
		row := append(append([]byte(`{"id":`), id...), ',')
		row = appendFields(row, rel.Target, rel.TargetFields, own)
		row = appendFields(append(row, ','), rel.Target, rel.Through.Fields, []byte(key))
		if err := x.put(&Put{Model: rel.Target.Name, Row: append(row, '}')}); err != nil {
			return err
		}
	}
	return nil
}

// joinKey is the key, JSON text, of the record of the join model that add makes for
// two records: a UUID of version 8, the 128-bit FNV-1a hash of the keys of both as
// JSON text with a line end behind each, that first whose field in the join model
// comes first by name.
func joinKey(rel *schema.Relation, own, far string) []byte {
	fields := rel.Target.Fields
	if fields[rel.Through.Fields[0]].Name < fields[rel.TargetFields[0]].Name {
		own, far = far, own
	}
	text := own + "\n" + far + "\n"
	high, low := uint64(0x6c62272e07bb0142), uint64(0x62b821756295c58d)
	for i := range len(text) { // times 2⁸⁸ + 0x13b
		low ^= uint64(text[i])
		carry := (low>>32*0x13b + low&(1<<32-1)*0x13b>>32) >> 32
		high, low = high*0x13b+low<<24+carry, low*0x13b
	}
	var b [16]byte
	for i := range b {
		b[i] = byte(high >> 56)
		high, low = high<<8|low>>56, low<<8
	}
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return append(appendUUID([]byte{'"'}, b), '"')
}

// appendFields writes the parts of a key as members of an object, under the names
// of those fields.
func appendFields(dst []byte, m *schema.Model, fields []int, key []byte) []byte {
	s := jsontext.New(append(append([]byte{'['}, key...), ']'))
	s.BeginArray()
	for i, f := range fields {
		s.NextElement()
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendString(dst, []byte(m.Fields[f].Name)), ':')
		dst = append(dst, s.Raw()...)
	}
	return dst
}
