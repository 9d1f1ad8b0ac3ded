//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

// verbs are the calls that granary_group serves, by number. They differ in what
// their errors say.
var verbs = [...]string{"groupBy", "sum", "avg", "min", "max"}

//go:wasmexport granary_group
func exportGroup(handle, verb, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		if verb < 0 || int(verb) >= len(verbs) {
			return nil, noVerb()
		}
		q, by, err := store.ParseGroups(st.Schema(), verbs[verb], input[:length])
		if err != nil {
			return nil, err
		}
		return st.AppendGroups(dst, verbs[verb], q, by)
	})
}

func noVerb() error {
	return &code.Error{Code: code.Invalid, Message: "there is no such verb"}
}
