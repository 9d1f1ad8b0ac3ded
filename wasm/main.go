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

// main hands the page the kick function, and waits for ever: all the rest happens
// in exports and in the goroutines that they leave behind.
func main() {
	kick := js.FuncOf(func(js.Value, []js.Value) any { return nil })
	js.Global().Call(arguments()[1], kick)
	select {}
}
