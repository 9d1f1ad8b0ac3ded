//go:build js && wasm

package main

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

// The two buffers through which bytes cross. The page writes into input and reads
// output; Go's memory does not move.
var (
	input  = make([]byte, usualInput)
	output = make([]byte, 0, 64<<10)
)

// places tell the page where the buffers are without a call: the address of input, its
// length, the address of output.
var places [3]uint32

const usualInput = 64 << 10

// keepAtMost is how large a buffer may stay between calls.
const keepAtMost = 8 << 20

//go:wasmexport granary_input
func exportInput(length int32) {
	input = make([]byte, max(int(length), usualInput))
	place()
}

// kept is the input of a verb that reads it after it has returned: a copy, or the
// buffer itself where it is a long one.
func kept(length int32) []byte {
	if length <= usualInput {
		return bytes.Clone(input[:length])
	}
	long := input[:length:length]
	input = make([]byte, usualInput)
	place()
	return long
}

//go:wasmexport granary_places
func exportPlaces() uint32 {
	place()
	return uint32(uintptr(unsafe.Pointer(&places)))
}

func place() { places = [3]uint32{address(input), uint32(len(input)), address(output[:1])} }

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// answer runs an exported verb: it puts the result or the error into output and
// returns the length, negative for an error. A panic ends the engine.
func answer(handle int32, verb func(dst []byte) ([]byte, error)) (length int32) {
	defer func() {
		if cause := recover(); cause != nil {
			crashed(cause)
		}
	}()
	if cap(output) > keepAtMost {
		output = make([]byte, 0, 64<<10)
	}
	out, err := verb(output[:0])
	if e, ok := err.(*code.Error); ok && e.Code == code.NotLoaded {
		err = lacking(handle, e)
	}
	if err != nil {
		out = appendError(output[:0], err)
	}
	output = out
	if cap(output) == 0 {
		output = make([]byte, 0, 64)
	}
	if len(input) > keepAtMost {
		input = make([]byte, usualInput)
	}
	place()
	if err != nil {
		return -1 - int32(len(output))
	}
	return int32(len(output))
}

// answerStore is answer for a verb of a store.
func answerStore(handle int32, verb func(st *store.Store, dst []byte) ([]byte, error)) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, err := storeOf(handle)
		if err != nil {
			return nil, err
		}
		return verb(st, dst)
	})
}

// answerModel is answer for a verb about the model at a position of the schema.
func answerModel(handle, model int32, verb func(st *store.Store, m *schema.Model, dst []byte) ([]byte, error)) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		m, err := modelOf(st, model)
		if err != nil {
			return nil, err
		}
		return verb(st, m, dst)
	})
}

// modelOf is the model at a position of a store's schema.
func modelOf(st *store.Store, position int32) (*schema.Model, error) {
	models := st.Schema().Models
	if position < 0 || int(position) >= len(models) {
		return nil, &code.Error{Code: code.Invalid, Message: "the schema has no such model"}
	}
	return models[position], nil
}

// lacking is the error that tells the page which models to load, and of which store.
func lacking(handle int32, e *code.Error) error {
	named := *e
	if l := store.LackingOf(e); l != nil {
		named.Details = absent{handle, l.Models}
	}
	return &named
}

// absent are models of a store that are not in memory.
type absent struct {
	store  int32
	models []string
}

// appendUint32 appends one of the numbers that cross as 32-bit little-endian.
func appendUint32(dst []byte, n uint32) []byte { return binary.LittleEndian.AppendUint32(dst, n) }

// uint32At reads number i of such numbers.
func uint32At(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
