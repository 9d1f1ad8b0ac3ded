//go:build js && wasm

package main

import (
	"slices"

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
		return append(dst, st.JSON(m, row)...), nil
	})
}

//go:wasmexport granary_save
func exportSave(handle, op, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		puts, err := parsePuts(st.Schema(), slices.Clone(input[:length]))
		if err != nil {
			return nil, err
		}
		c, err := st.BeginSave(puts)
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) { settleWith(op, err, func() []byte { return appendFound(nil, st.Saved(c)) }) })
		return dst, nil
	})
}

// parsePuts reads [[model, {row}, changed, condition], …].
func parsePuts(s *schema.Schema, text []byte) ([]store.Put, error) {
	var puts []store.Put
	in := jsontext.New(text)
	for in.BeginArray(); in.NextElement(); {
		var parts [4][]byte
		n := 0
		for in.BeginArray(); in.NextElement(); n++ {
			parts[min(n, 3)] = in.Raw()
		}
		if in.Err() != nil || n != 4 {
			break
		}
		p := store.Put{Model: store.ModelName(s, parts[0]), Row: parts[1]}
		if parts[2][0] == '[' {
			p.Edited = true
			changed := jsontext.New(parts[2])
			for changed.BeginArray(); changed.NextElement(); {
				p.Changed = append(p.Changed, string(changed.String()))
			}
		}
		if parts[3][0] == '{' {
			p.Condition = parts[3]
		}
		puts = append(puts, p)
	}
	if !in.End() {
		return nil, &code.Error{Code: code.Invalid, Op: "save", Message: "a batch is a list of [model, row, changed, condition]", Err: in.Err()}
	}
	return puts, nil
}
