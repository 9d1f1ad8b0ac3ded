//go:build js && wasm

package main

import (
	"unsafe"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// The two buffers through which bytes cross. The page writes into input and reads
// output; Go's memory does not move.
var (
	input  = make([]byte, 64<<10)
	output = make([]byte, 0, 64<<10)
)

// keepAtMost is how large a buffer may stay between calls.
const keepAtMost = 8 << 20

//go:wasmexport granary_input
func exportInput(length int32) uint32 {
	if int(length) > len(input) || len(input) > keepAtMost && int(length) < keepAtMost {
		input = make([]byte, max(int(length), 64<<10))
	}
	return address(input)
}

//go:wasmexport granary_output
func exportOutput() uint32 { return address(output[:1]) }

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// answer runs an exported verb: it puts the result or the error into output and
// returns the length, negative for an error. A panic becomes an error with the
// code INTERNAL, and the store that it happened in takes no more calls.
func answer(handle int32, verb func(dst []byte) ([]byte, error)) (length int32) {
	defer func() {
		if cause := recover(); cause != nil {
			length = refuse(crashed(handle, cause))
		}
	}()
	if cap(output) > keepAtMost {
		output = make([]byte, 0, 64<<10)
	}
	out, err := verb(output[:0])
	if err != nil {
		return refuse(err)
	}
	output = out
	if cap(output) == 0 {
		output = make([]byte, 0, 64)
	}
	return int32(len(output))
}

func refuse(err error) int32 {
	output = appendError(output[:0], err)
	return -1 - int32(len(output))
}

// appendError writes an error as JSON.
func appendError(dst []byte, err error) []byte {
	e, ok := err.(*code.Error)
	if !ok {
		e = &code.Error{Code: code.Of(err), Message: err.Error()}
	}
	dst = append(dst, `{"code":`...)
	dst = appendText(dst, string(e.Code))
	dst = append(dst, `,"message":`...)
	dst = appendText(dst, e.Error())
	for _, part := range []struct{ name, value string }{{"op", e.Op}, {"model", e.Model}, {"field", e.Field}} {
		if part.value != "" {
			dst = append(dst, `,"`+part.name+`":`...)
			dst = appendText(dst, part.value)
		}
	}
	if faults, ok := e.Details.([]schema.Fault); ok {
		dst = append(dst, `,"details":[`...)
		for i, f := range faults {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, `{"line":`...)
			dst = appendNumber(dst, f.Line)
			dst = append(dst, `,"column":`...)
			dst = appendNumber(dst, f.Column)
			dst = append(dst, `,"message":`...)
			dst = append(appendText(dst, f.Message), '}')
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func appendText(dst []byte, s string) []byte { return jsontext.AppendString(dst, []byte(s)) }

func appendNumber(dst []byte, n int) []byte { return jsontext.AppendFloat(dst, float64(n)) }

// appendUint32 appends one of the numbers that cross as 32-bit little-endian.
func appendUint32(dst []byte, n uint32) []byte {
	return append(dst, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}

// uint32At reads number i of such numbers.
func uint32At(b []byte, i int) uint32 {
	b = b[4*i:]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}
