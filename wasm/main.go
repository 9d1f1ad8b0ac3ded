//go:build js && wasm

package main

import (
	"syscall/js"
	_ "unsafe" // for go:linkname
)

// arguments is os.Args, without what package os brings along.
//
//go:linkname arguments os.runtime_args
func arguments() []string

// setGCPercent is that of runtime/debug, without what it brings along.
//
//go:linkname setGCPercent runtime/debug.setGCPercent
func setGCPercent(percent int32) int32

// garbage is how much of it there may be, in percent of what is in use, before it is
// collected. What is in use are the bytes of rows for the most part, in which the
// collector has nothing to look for, so it costs little to collect often; and a page
// never gives memory back.
const garbage = 50

// main hands the page the kick function, and waits for ever: all the rest happens
// in exports and in the goroutines that they leave behind.
func main() {
	setGCPercent(garbage)
	kick := js.FuncOf(func(js.Value, []js.Value) any { return nil })
	js.Global().Call(arguments()[1], kick)
	select {}
}
