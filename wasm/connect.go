//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_connect
func exportConnect(handle, op, model, relation, length int32) int32 {
	return answerModel(handle, model, func(st *store.Store, m *schema.Model, dst []byte) ([]byte, error) {
		rel, err := relationOf(m, relation)
		if err != nil {
			return nil, err
		}
		connection, err := parseConnection(rel, kept(length))
		if err != nil {
			return nil, err
		}
		connection.Durability = durabilityOf(op)
		c, err := st.BeginConnect(connection)
		if err != nil {
			return nil, err
		}
		st.Then(c, func(err error) { settleWith(op, err, func() []byte { return nil }) })
		return dst, nil
	})
}

// relationOf returns the relation at a position of the schema.
func relationOf(m *schema.Model, relation int32) (*schema.Relation, error) {
	if relation < 0 || int(relation) >= len(m.Relations) {
		return nil, &code.Error{Code: code.Invalid, Op: "query", Model: m.Name, Message: "has no such relation"}
	}
	return m.Relations[relation], nil
}

// parseConnection reads {"remove", "values", "keys"}.
func parseConnection(rel *schema.Relation, text []byte) (store.Connection, error) {
	members, err := parseObject(text)
	c := store.Connection{Relation: rel, Values: members["values"], Remove: string(members["remove"]) == "true"}
	if err == nil {
		c.Keys, err = elements(members["keys"])
	}
	if err != nil || c.Values == nil || c.Keys == nil {
		return c, &code.Error{Code: code.Invalid, Model: rel.Owner.Name, Field: rel.Name, Message: "needs values and keys", Err: err}
	}
	return c, nil
}
