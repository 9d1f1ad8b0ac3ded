//go:build js && wasm

package idb

import "syscall/js"

// listener hears events of one target until it is told to stop. It holds a
// js.Func, which is never collected by itself: who listens must stop.
type listener struct {
	target js.Value
	types  []string
	fn     js.Func
}

// listen calls heard with each event of these types. heard runs inside the
// browser's call and must not wait for anything.
func listen(target js.Value, heard func(event js.Value, kind string), types ...string) *listener {
	l := &listener{target: target, types: types}
	l.fn = js.FuncOf(func(_ js.Value, args []js.Value) any {
		heard(args[0], args[0].Get("type").String())
		return nil
	})
	for _, kind := range types {
		target.Call("addEventListener", kind, l.fn)
	}
	return l
}

// stop ends listening. It may be called from within heard, and again.
func (l *listener) stop() {
	for _, kind := range l.types {
		l.target.Call("removeEventListener", kind, l.fn)
	}
	l.types = nil
	l.fn.Release()
}
