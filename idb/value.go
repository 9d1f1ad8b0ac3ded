//go:build js && wasm

package idb

import (
	"errors"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
)

// largestNumber is the largest number that IndexedDB's keys, which are doubles,
// tell from its neighbours.
const largestNumber = 1<<53 - 1

// errPending is the cause when a request has no answer though its transaction was
// completed. To read the result then would end the program.
var errPending = errors.New("the browser completed a transaction before it had answered")

// key returns the key under which n is stored. n was checked with fits.
func key(n uint64) js.Value {
	return js.ValueOf(float64(n))
}

func fits(n uint64) bool { return n <= largestNumber }

// unfit is the error for a number that no key can be.
func unfit(op, what string) error {
	return failure(code.Limit, op, what+" must be at most 9007199254740991, the largest whole number that a key of IndexedDB holds", nil)
}

// keysUpTo returns the range of all keys up to and including n, keysAbove that of
// all keys greater than n.
func keysUpTo(n uint64) (js.Value, error)  { return keyRange("upperBound", n, false) }
func keysAbove(n uint64) (js.Value, error) { return keyRange("lowerBound", n, true) }

func keyRange(method string, n uint64, open bool) (js.Value, error) {
	return invoke(js.Global().Get("IDBKeyRange"), method, key(min(n, largestNumber)), open)
}

var uint8Array = js.Global().Get("Uint8Array")

// toJS returns a new Uint8Array with a copy of data. It is never a view of
// something larger: IndexedDB would store all that lies beneath a view.
func toJS(data []byte) js.Value {
	array := uint8Array.New(len(data))
	js.CopyBytesToJS(array, data)
	return array
}

// answer returns the result of a request of a transaction that was completed.
func answer(request js.Value) (js.Value, error) {
	if isPending(request) {
		return js.Undefined(), errPending
	}
	return request.Get("result"), nil
}

func isPending(request js.Value) bool { return request.Get("readyState").String() != "done" }

// numberOf returns the whole number that a key is; false for every other key.
func numberOf(key js.Value) (uint64, bool) {
	if key.Type() != js.TypeNumber {
		return 0, false
	}
	f := key.Float()
	return uint64(f), f >= 0 && f <= largestNumber && f == float64(uint64(f))
}

// toGo returns a copy of the bytes of a stored value. A value that is no bytes was
// put there by somebody else; it comes as text, which the store's checksums find
// to be damaged.
func toGo(value js.Value) []byte {
	if !value.InstanceOf(uint8Array) {
		text, err := invoke(js.Global().Get("JSON"), "stringify", value)
		if err != nil || text.Type() != js.TypeString {
			text = js.Global().Get("Object").Get("prototype").Get("toString").Call("call", value)
		}
		return []byte(text.String())
	}
	data := make([]byte, value.Get("byteLength").Int())
	js.CopyBytesToGo(data, value)
	return data
}

// object returns an object with this one member, which js.ValueOf would assign: a
// setter that a page planted on Object.prototype would take it.
func object(name string, value any) js.Value {
	return js.Global().Get("Object").Call("fromEntries", []any{[]any{name, value}})
}

// ending is the name of a function on those objects that the page must let go of when
// the program has crashed and cannot: connections, channels, locks.
const ending = "granaryEnd"

// endWithProgram has the page close an object when the program crashes.
func endWithProgram(object js.Value) {
	object.Set(ending, object.Get("close").Call("bind", object))
}

// invoke calls a method and returns what it throws as an error, a js.Error.
func invoke(target js.Value, method string, args ...any) (result js.Value, err error) {
	defer recoverThrown(&err)
	return target.Call(method, args...), nil
}

// caught runs do and returns what it throws as an error.
func caught(do func() error) (err error) {
	defer recoverThrown(&err)
	return do()
}

// names returns strings as an array.
func names(list ...string) js.Value {
	values := make([]any, len(list))
	for i, name := range list {
		values[i] = name
	}
	return js.ValueOf(values)
}

// recoverThrown turns a JavaScript exception on its way up into an error. The
// library lets some through, and panics with a string where it was handed
// something that is no request.
func recoverThrown(err *error) {
	switch thrown := recover().(type) {
	case nil:
	case js.Error:
		*err = thrown
	case string:
		*err = errors.New(thrown)
	default:
		panic(thrown)
	}
}
