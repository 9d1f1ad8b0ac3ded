//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// transaction is one under way, with the handle of its store.
type transaction struct {
	*store.Tx
	store int32
}

// transactions are those under way by number, from 1.
var transactions = map[int32]transaction{}
var lastTransaction int32

//go:wasmexport granary_begin
func exportBegin(handle int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		lastTransaction++
		transactions[lastTransaction] = transaction{st.BeginTransaction(), handle}
		return appendUint32(dst, uint32(lastTransaction)), nil
	})
}

// The verbs of granary_within.
const (
	withinSave = iota
	withinInsert
	withinDelete
	withinQuery
	withinCount
	withinGet
	withinRelated
	withinConnect
	withinGroup
	withinOld
)

//go:wasmexport granary_within
func exportWithin(number, verb, model, detail, length int32) int32 {
	t := transactions[number]
	if t.Tx == nil {
		return answer(0, func([]byte) ([]byte, error) { return nil, ended() })
	}
	return answerModel(t.store, model, func(st *store.Store, m *schema.Model, dst []byte) ([]byte, error) {
		text := kept(length)
		switch verb {
		case withinOld:
			return t.old(dst, textOf(text))
		case withinGroup:
			return t.group(st, detail, text)
		case withinCount:
			q, err := store.ParseQuery(st.Schema(), text)
			if err != nil {
				return nil, err
			}
			n, err := t.Count(q)
			return append(appendNumberMember(append(dst, '{'), "count", n), '}'), err
		}
		models := []*schema.Model{m} // of each row, or of all
		rows, err := t.within(st, verb, m, detail, text, &models)
		dst = append(dst, '[')
		for i, row := range rows {
			dst = st.AppendJSON(separate(dst), models[min(i, len(models)-1)], row)
		}
		return append(dst, ']'), err
	})
}

// group runs the verb of granary_group with that number.
func (t transaction) group(st *store.Store, verb int32, text []byte) ([]byte, error) {
	if verb < 0 || int(verb) >= len(verbs) {
		return nil, noVerb()
	}
	q, by, err := store.ParseGroups(st.Schema(), verbs[verb], text)
	if err != nil {
		return nil, err
	}
	return t.Groups(verbs[verb], q, by)
}

// within runs a verb that answers with rows.
func (t transaction) within(st *store.Store, verb int32, m *schema.Model, relation int32, text []byte, models *[]*schema.Model) ([]record.Row, error) {
	switch verb {
	case withinSave:
		puts := parsePuts(st.Schema(), text, store.AsTheStore)
		return t.Put(func(take func(*store.Put) error) error {
			*models = nil
			return puts(func(p *store.Put) error {
				*models = append(*models, st.Schema().Model(p.Model))
				return take(p)
			})
		}, len(text)/usualLength)
	case withinInsert:
		return nil, t.Insert(parseRows(m, text, store.AsTheStore), len(text)/usualLength)
	case withinDelete:
		list, err := parseDeletions(st.Schema(), text)
		if err != nil {
			return nil, err
		}
		rows, err := t.DeleteRows(list...)
		return only(list, rows), err
	case withinQuery:
		q, err := store.ParseQuery(st.Schema(), text)
		if err != nil {
			return nil, err
		}
		return t.Find(q)
	case withinGet:
		return t.FindKey(m.Name, text)
	}
	rel, err := relationOf(m, relation)
	if err != nil {
		return nil, err
	}
	if verb == withinRelated {
		if rel.Kind == schema.ManyToMany {
			m = rel.Far
		} else {
			m = rel.Target
		}
		*models = []*schema.Model{m}
		return t.FindRelated(rel, text)
	}
	c, err := parseConnection(rel, text)
	if err != nil {
		return nil, err
	}
	return nil, t.Connect(c)
}

//go:wasmexport granary_commit
func exportCommit(number, op int32) int32 {
	t := transactions[number]
	return answerStore(t.store, func(st *store.Store, dst []byte) ([]byte, error) {
		if t.Tx != nil {
			t.Durability = durabilityOf(op)
		}
		c, err := t.Commit()
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) { settleWith(op, err, func() []byte { return nil }) })
		return dst, nil
	})
}

//go:wasmexport granary_rollback
func exportRollback(number int32) int32 {
	t := transactions[number]
	delete(transactions, number)
	return answer(t.store, func(dst []byte) ([]byte, error) {
		if t.Tx == nil {
			return dst, nil
		}
		return dst, t.Rollback()
	})
}

func ended() error {
	return &code.Error{Code: code.Invalid, Op: "transaction", Message: "the transaction has ended"}
}
