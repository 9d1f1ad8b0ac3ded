//go:build js && wasm

package idb

import (
	"errors"
	"syscall/js"
)

// detour stands between the library and one method of a JavaScript object, and
// keeps what the method returned: the library hides the objects beneath its own,
// and with them the events and methods that it lacks. blocked, close, complete
// and getAll are all out of reach otherwise.
type detour struct {
	fn    js.Func
	value js.Value // what the last call returned
	err   error    // what the last call threw
}

// newDetour returns a detour through call. arrived, if there is one, sees what
// call returned before the library does, so its listeners are first in line.
func newDetour(call func(args []any) (js.Value, error), arrived func(js.Value)) *detour {
	d := &detour{}
	d.fn = js.FuncOf(func(_ js.Value, args []js.Value) any {
		list := make([]any, len(args))
		for i, arg := range args {
			list[i] = arg
		}
		// Go cannot throw into JavaScript. The library gets null, which it takes
		// for a result or panics at; through looks at err first.
		if d.value, d.err = call(list); d.err != nil {
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
func (d *detour) through(do func() error) (value js.Value, err error) {
	d.value, d.err = js.Undefined(), errors.New("the library did not call the browser")
	err = func() (err error) {
		defer recoverThrown(&err)
		return do()
	}()
	value = d.value
	d.value = js.Undefined()
	if d.err != nil {
		return js.Undefined(), d.err
	}
	return value, err
}

func (d *detour) release() { d.fn.Release() }
