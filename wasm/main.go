//go:build js && wasm

package main

import (
	"os"
	"syscall/js"
)

// main hands the page the kick function, and waits for ever: all the rest happens
// in exports and in the goroutines that they leave behind.
func main() {
	kick := js.FuncOf(func(js.Value, []js.Value) any { return nil })
	js.Global().Call(os.Args[1], kick)
	select {}
}
