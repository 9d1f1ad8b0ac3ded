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

// listen calls heard with each event of these types until it answers that it does
// not want more. heard runs inside the browser's call and must not wait for
// anything.
func listen(target js.Value, heard func(event js.Value, kind string) (more bool), types ...string) *listener {
	l := &listener{target: target, types: types}
	l.fn = js.FuncOf(func(_ js.Value, args []js.Value) any {
		if !heard(args[0], args[0].Get("type").String()) {
			l.stop()
		}
		return nil
	})
	l.each("addEventListener")
	return l
}

// stop ends listening. It may be called from within heard, and again.
func (l *listener) stop() {
	l.each("removeEventListener")
	l.types = nil
	l.fn.Release()
}

func (l *listener) each(method string) {
	for _, kind := range l.types {
		l.target.Call(method, kind, l.fn)
	}
}
