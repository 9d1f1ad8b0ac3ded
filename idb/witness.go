//go:build js && wasm

package idb

import (
	"strconv"
	"strings"
	"syscall/js"
)

// Witness remembers in localStorage what the database of a store was known to hold.
// Browsers that lose one of the two keep the other, as a rule.
type Witness struct{ name string }

// NewWitness returns the witness of the store with this name. Where there is no
// localStorage, as in workers and where the browser denies it, it knows nothing.
func NewWitness(name string) Witness { return Witness{namePrefix + name} }

// Seen returns what was last seen.
func (w Witness) Seen() (identity string, sequence uint64) {
	value, err := w.call("getItem", w.name)
	if err != nil || value.Type() != js.TypeString {
		return "", 0
	}
	identity, number, _ := strings.Cut(value.String(), " ")
	sequence, err = strconv.ParseUint(number, 10, 53)
	if err != nil {
		return "", 0
	}
	return identity, sequence
}

// Saw notes what there is, unless another tab has noted more.
func (w Witness) Saw(identity string, sequence uint64) {
	if before, most := w.Seen(); before == identity && most >= sequence {
		return
	}
	w.Lost(identity, sequence)
}

// Lost notes what there is, though it was more before.
func (w Witness) Lost(identity string, sequence uint64) {
	_, _ = w.call("setItem", w.name, identity+" "+strconv.FormatUint(sequence, 10))
}

// forget is for when the database is removed on purpose.
func (w Witness) forget() { _, _ = w.call("removeItem", w.name) }

func (w Witness) call(method string, args ...any) (js.Value, error) {
	// The getter throws where localStorage is denied, which only calls catch.
	storage, err := invoke(js.Global().Get("Reflect"), "get", js.Global(), "localStorage")
	if err != nil || !storage.Truthy() {
		return js.Undefined(), errAbsent
	}
	return invoke(storage, method, args...)
}
