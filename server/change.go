package server

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// change is one mutation while it is applied. The operations work on the records in
// memory; then all that changed is written, and what the schema demands comes last.
type change struct {
	*batch
	*asked
	records map[place]*touched
	order   []*touched // by their first operation
	entails int        // records that went or changed because others went
}

// place names a record.
type place struct {
	model *schema.Model
	id    string
}

// touched is a record that a mutation has to do with.
type touched struct {
	place
	before *Row     // as it was before the mutation; nil when it was never there
	row    *Row     // as it is stored now
	values [][]byte // as it is now, by field; nil when it is not there
	dirty  bool     // it is to be written
	data   bool     // its client does not know it as it is now
	doomed bool     // an operation deleted it
	tell   bool     // it belongs in the answer
}

func (t *touched) live() bool { return t.before != nil && !t.before.Deleted }

// clash ends a mutation with "conflict".
type clash struct{ place }

func (c *clash) Error() string { return c.model.Name + " " + c.id + " was changed meanwhile" }

func versionText(v int64) string { return strconv.FormatInt(v, 10) }

// run applies the mutation.
func (c *change) run() error {
	for i := range c.Ops {
		op := &c.Ops[i]
		if err := c.operate(op); err != nil {
			return inOp(err, i)
		}
	}
	for _, t := range c.order {
		if err := c.write(t); err != nil {
			return err
		}
	}
	return c.settle()
}

// inOp tells in a problem about the request which operation it is in.
func inOp(err error, i int) error {
	if p, ok := errors.AsType[*Problem](err); ok && p.Model == "" {
		field := fmt.Sprintf("ops[%d]", i)
		if p.Field != "" {
			field += "." + p.Field
		}
		return &Problem{Code: p.Code, Message: p.Message, Field: field, Limit: p.Limit, status: p.status}
	}
	return err
}

// operate applies one operation.
func (c *change) operate(op *operation) error {
	m := c.server.options.Schema.Model(op.Model)
	if m == nil {
		return invalid("model", c.server.noModel(op.Model))
	}
	id, err := parseID(m, op.ID)
	if err != nil {
		return err
	}
	t, err := c.touch(m, id)
	if err != nil {
		return err
	}
	fresh, err := c.fresh(t, op.Base)
	if err != nil {
		return err
	}
	t.tell = true
	switch op.Op {
	case "create":
		return c.create(t, op, fresh)
	case "update":
		return c.update(t, op, fresh)
	case "delete":
		return c.delete(t, op, fresh)
	}
	return invalid("op", `must be "create", "update" or "delete", got `+shorten(op.Op))
}

// touch returns the record, as the operations before have left it.
func (c *change) touch(m *schema.Model, id string) (*touched, error) {
	at := place{m, id}
	if t := c.records[at]; t != nil {
		return t, nil
	}
	row, err := c.tx.Row(m.Name, id)
	if err != nil {
		return nil, err
	}
	t := &touched{place: at, before: row, row: row}
	if t.live() {
		t.values = valuesOf(m, row.Data)
	}
	c.records[at] = t
	c.order = append(c.order, t)
	return t, nil
}

// fresh reports whether who changes the record had seen its last version. Who names no
// base has; so has who names the mutation that made it.
func (c *change) fresh(t *touched, base *string) (bool, error) {
	if base == nil {
		return true, nil
	}
	present := ""
	if t.before != nil {
		present = versionText(t.before.Version)
	}
	id, named := strings.CutPrefix(*base, "@")
	if !named {
		return *base == present, nil
	}
	if id == c.ID {
		return true, nil
	}
	o, err := c.tx.Outcome(id)
	if err != nil || o == nil || o.User != c.user.ID {
		return false, err
	}
	k, err := parseKept(o)
	for _, r := range k.Records {
		if k.Status == applied && r.Model == t.model.Name && r.ID == t.id {
			return versionText(r.Version) == present, nil
		}
	}
	return false, err
}

// hidden reports whether the record is there, but not for the user.
func (c *change) hidden(t *touched) bool {
	return t.live() && !c.server.mayRead(c.user, t.model.Name, t.id, t.before.Data)
}

// late reports whether the change was made before the last one, where that decides.
func (c *change) late(t *touched, fresh bool) bool {
	return !fresh && t.live() && c.server.options.policyOf(t.model.Name) == LastWrite && c.at < t.before.At
}

// strict reports whether the change is refused because another was not seen.
func (c *change) strict(t *touched, fresh bool) bool {
	return !fresh && c.server.options.policyOf(t.model.Name) == Strict
}

func (c *change) create(t *touched, op *operation, fresh bool) error {
	there := t.values != nil
	switch {
	case there && c.hidden(t):
		return fault(t.model, Forbidden, "", "a record with this key is there that the user may not see")
	case there && (c.strict(t, fresh) || op.Base == nil && c.server.options.policyOf(t.model.Name) == Strict):
		return &clash{t.place}
	case there && t.live():
		t.data = true
		if c.late(t, fresh && op.Base != nil) {
			return nil
		}
	}
	return c.put(t, op, there)
}

func (c *change) update(t *touched, op *operation, fresh bool) error {
	if t.values == nil || c.hidden(t) || c.strict(t, fresh) {
		return &clash{t.place}
	}
	if t.data = t.data || !fresh; c.late(t, fresh) {
		return nil
	}
	return c.put(t, op, true)
}

func (c *change) delete(t *touched, op *operation, fresh bool) error {
	switch {
	case t.values == nil || c.hidden(t):
		return nil
	case c.strict(t, fresh):
		return &clash{t.place}
	case c.late(t, fresh):
		t.data = true
		return nil
	}
	if err := c.mayWrite(op.Op, t, nil); err != nil {
		return err
	}
	t.values, t.dirty, t.doomed = nil, true, true
	return nil
}

// put writes the fields of an operation over the record, or makes it of them.
func (c *change) put(t *touched, op *operation, over bool) error {
	e := c.encoder(t.model)
	if len(op.Data) == 0 || op.Data[0] != '{' {
		return invalid("data", "must be an object of fields")
	}
	if err := e.Read(op.Data); err != nil {
		return err
	}
	for i := range t.model.Fields {
		value := e.Value(i)
		if over && (value == nil || t.model.Keeps(i) && isNull(value)) && t.values[i] != nil {
			e.Set(i, t.values[i])
		}
	}
	if err := c.setKey(t, e.Value, e.Set); err != nil {
		return err
	}
	given := make([][]byte, len(t.model.Fields))
	same := over
	for i := range given {
		given[i] = e.Value(i)
		same = same && string(given[i]) == string(t.values[i])
	}
	if same {
		return nil
	}
	c.setTimes(t, op, over, e.Value, e.Set)
	if err := e.Complete(); err != nil {
		return err
	}
	if _, err := e.Row(); err != nil {
		return err
	}
	values := make([][]byte, len(t.model.Fields))
	for i := range values {
		values[i] = bytes.Clone(e.Value(i))
		t.data = t.data || string(values[i]) != string(orNull(given[i]))
	}
	if err := c.mayWrite(op.Op, t, values); err != nil {
		return err
	}
	t.values, t.dirty, t.doomed = values, true, false
	return nil
}

// setKey sees that the fields of the key are those of the record's id.
func (c *change) setKey(t *touched, value func(int) []byte, set func(int, []byte)) error {
	parts := keyParts(t.model, t.id)
	for n, i := range t.model.Key {
		if given := value(i); given != nil && string(given) != string(parts[n]) {
			return fault(t.model, code.Invalid, t.model.Fields[i].Name, "is the key of the record and cannot be another than its id")
		}
		set(i, parts[n])
	}
	return nil
}

// setTimes fills the times that are kept, where the client gave none.
func (c *change) setTimes(t *touched, op *operation, over bool, value func(int) []byte, set func(int, []byte)) {
	if i := t.model.CreatedAt; i >= 0 && isNull(value(i)) {
		set(i, c.stamp())
	}
	if i := t.model.UpdatedAt; i >= 0 && (isNull(value(i)) || over && !names(op.Data, t.model.Fields[i].Name)) {
		set(i, c.stamp())
	}
}

// mayWrite asks the app whether the user may make the change.
func (c *change) mayWrite(op string, t *touched, values [][]byte) error {
	ask := c.server.options.Hooks.Write
	if ask == nil {
		return nil
	}
	var before, after []byte
	if t.live() {
		before = t.before.Data
	}
	if values != nil {
		after = dataOf(t.model, values)
	}
	err := ask(c.ctx, c.user, Change{op, recordOf(t.model.Name, t.id, before), recordOf(t.model.Name, t.id, after)})
	if p, ok := errors.AsType[*Problem](err); ok {
		refused := *p
		orElse(&refused.Model, t.model.Name)
		return &refused
	}
	if err != nil {
		c.server.options.Log.Warn("hook Write", "error", err.Error())
		return ErrRetry
	}
	return nil
}

// write puts the record where it changed.
func (c *change) write(t *touched) error {
	if !t.dirty {
		return nil
	}
	t.dirty = false
	before := t.row
	if t.values == nil && (before == nil || before.Deleted) {
		return nil // made and deleted
	}
	row := &Row{Model: t.model.Name, ID: t.id, At: c.at, Changed: c.now, Deleted: t.values == nil}
	if t.values != nil {
		row.Data = dataOf(t.model, t.values)
	}
	if before != nil {
		row.At = max(row.At, before.At)
	}
	if err := c.tx.Put(row); err != nil {
		return err
	}
	t.row = row
	if before != nil && !before.Deleted {
		if err := c.remember(before, row, t); err != nil {
			return err
		}
	}
	return c.link(t, before)
}

// remember keeps a former state, if it may have been in a view that the new one is not in.
func (c *change) remember(before, after *Row, t *touched) error {
	if c.server.options.Hooks.Read == nil {
		was := valuesOf(t.model, before.Data)
		left := func(name string) bool {
			f := t.model.Field(name)
			return f != nil && (after.Deleted || string(was[f.Index]) != string(t.values[f.Index]))
		}
		if !slices.ContainsFunc(c.server.options.Scopes, left) && (!after.Deleted || len(c.server.options.Scopes) == 0) {
			return nil
		}
	}
	return c.tx.Keep(before.Model, before.ID, after.Version, c.now, before.Data)
}

// kept is what is remembered of the records, in the order of their first operation.
func (c *change) kept() (list []keptRecord) {
	for _, t := range c.order {
		if t.tell {
			k := keptRecord{Model: t.model.Name, ID: t.id, Data: t.data}
			if t.row != nil {
				k.Version = t.row.Version
			}
			list = append(list, k)
		}
	}
	return list
}
