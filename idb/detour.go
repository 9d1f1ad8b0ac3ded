//go:build js && wasm

package idb

import (
	"errors"
	"syscall/js"
)

// detour stands between the library and one method of a JavaScript object, and
// keeps what the method returned: the library hides the objects beneath its own,
// and with them the events and methods that it lacks. close, complete and getAll
// are all out of reach otherwise.
type detour struct {
	fn    js.Func
	value js.Value // what the last call returned
	err   error    // what the last call threw
}

// errDetour is the cause when the library did not come along.
var errDetour = errors.New("the library did not call the browser")

// newDetour returns a detour to a method of object's class. arrived, if there is
// one, sees what the method returned before the library does, so its listeners are
// first in line.
func newDetour(object js.Value, method string, arrived func(js.Value)) *detour {
	prototype := js.Global().Get("Object").Call("getPrototypeOf", object)
	d := &detour{}
	d.fn = js.FuncOf(func(_ js.Value, args []js.Value) any {
		list := []any{object}
		for _, arg := range args {
			list = append(list, arg)
		}
		// Go cannot throw into JavaScript. The library gets null, which it takes
		// for a result or panics at; through looks at err first.
		if d.value, d.err = invoke(prototype.Get(method), "call", list...); d.err != nil {
			return js.Null()
		}
		if arrived != nil {
			arrived(d.value)
		}
		return d.value
	})
	return d
}

// through runs do, which calls the library, which calls the method, and returns
// what the method returned.
func (d *detour) through(do func() error) (js.Value, error) {
	d.err = errDetour
	err := caught(do)
	value := d.value
	d.value = js.Undefined()
	if d.err != nil {
		err = d.err
	}
	return value, err
}

// caught runs do and returns what it throws as an error.
func caught(do func() error) (err error) {
	defer recoverThrown(&err)
	return do()
}
