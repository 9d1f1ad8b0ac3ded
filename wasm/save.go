//go:build js && wasm

package main

import (
	"bytes"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_construct
func exportConstruct(handle, model, length int32) int32 {
	return answerModel(handle, model, func(st *store.Store, m *schema.Model, dst []byte) ([]byte, error) {
		row, err := st.Construct(m, input[:length])
		if err != nil {
			return nil, err
		}
		return st.AppendJSON(dst, m, row), nil
	})
}

//go:wasmexport granary_save
func exportSave(handle, op, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		c, err := st.BeginSaveFrom(parsePuts(st.Schema(), kept(length), durabilityOf(op)), int(length)/usualLength)
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) { settleWith(op, err, func() []byte { return appendSaved(st.Saved(c)) }) })
		return dst, nil
	})
}

// exportInsert saves records of one model that are new as a whole, a JSON array of
// the arrays of their values, and answers nothing.
//
//go:wasmexport granary_insert
func exportInsert(handle, op, model, length int32) int32 {
	return answerModel(handle, model, func(st *store.Store, m *schema.Model, dst []byte) ([]byte, error) {
		c, err := st.BeginSaveFrom(parseRows(m, kept(length), durabilityOf(op)), int(length)/usualLength)
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) { settleWith(op, err, func() []byte { return nil }) })
		return dst, nil
	})
}

func parseRows(m *schema.Model, rows []byte, d store.Durability) store.Puts {
	return func(take func(*store.Put) error) error {
		s := jsontext.New(rows)
		p := store.Put{Model: m.Name, From: s, Durability: d}
		for s.BeginArray(); s.NextElement(); {
			if err := take(&p); err != nil {
				return err
			}
		}
		if !s.End() {
			return &code.Error{Code: code.Invalid, Model: m.Name, Message: "records must be a JSON array", Err: s.Err()}
		}
		return nil
	}
}

// appendSaved writes the version that the commit gave, the epoch, then row and present
// version of each record.
func appendSaved(f store.Found) []byte {
	out := appendUint32(appendUint32(make([]byte, 0, 8+8*len(f.Refs)), f.Version), f.Epoch)
	return appendRefs(out, f.Refs)
}

// parsePuts reads four lines for each record: the position of its model, the row,
// the names of the changed fields or nothing, a condition or nothing. JSON text has
// no line breaks of its own when JSON.stringify wrote it.
func parsePuts(s *schema.Schema, batch []byte, d store.Durability) store.Puts {
	return func(take func(*store.Put) error) error {
		var p store.Put
		var model []byte // the line that p.Model was read from
		for text := batch; len(text) > 0; {
			var lines [4][]byte
			for i := range lines {
				end := bytes.IndexByte(text, '\n')
				if end < 0 {
					return code.Fault(code.Invalid, "", "", "a batch has four lines for each record")
				}
				lines[i], text = text[:end], text[end+1:]
			}
			p = store.Put{Model: p.Model, Row: lines[1], Edited: len(lines[2]) > 0, Durability: d}
			if !bytes.Equal(model, lines[0]) {
				model = lines[0]
				p.Model = store.ModelName(s, model)
			}
			if len(lines[3]) > 0 {
				p.Condition = lines[3]
			}
			if p.Edited {
				changed := jsontext.New(lines[2])
				for changed.BeginArray(); changed.NextElement(); {
					p.Changed = append(p.Changed, string(changed.String()))
				}
			}
			if err := take(&p); err != nil {
				return err
			}
		}
		return nil
	}
}

// usualLength is about how many bytes a record takes in a batch.
const usualLength = 100
