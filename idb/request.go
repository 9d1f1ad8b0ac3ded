//go:build js && wasm

package idb

import "syscall/js"

// request is one call of a method of an object store. It is made on the
// IDBObjectStore itself: the library has no getAll, and its wrappers around every
// request cost more than they help here, where all answers come at once.
type request struct {
	store, method string
	value         any      // what is stored, []byte or js.Value; nil for nothing
	key           js.Value // the key or range of keys; undefined for none
}

// requests are the requests of a transaction, in order.
type requests []request

func (r *requests) add(store, method string, value any, key js.Value) {
	*r = append(*r, request{store, method, value, key})
}

// remain lets the transaction go on only if this is the present generation.
func (r *requests) remain(generation uint64) {
	r.add(storeGeneration, "put", present, key(generation))
}

// passFrom lets the transaction go on only if from is the present generation, and
// makes it to. The package comment says how.
func (r *requests) passFrom(from, to uint64) {
	r.add(storeGeneration, "delete", nil, key(from))
	r.add(storeGeneration, "add", present, key(to))
}

// arguments returns what the method is called with. Bytes are copied only now, so
// that those of a large transaction are not all there twice.
func (r *request) arguments() []any {
	list := make([]any, 0, 2)
	if data, is := r.value.([]byte); is {
		list = append(list, toJS(data))
	} else if r.value != nil {
		list = append(list, r.value)
	}
	if !r.key.IsUndefined() {
		list = append(list, r.key)
	}
	return list
}

// nothing is stored where only the key counts.
var nothing = js.ValueOf("")

// present returns the record that marks the present generation. It is made once:
// every write stores it.
var present = object(fieldPresent, 1)
