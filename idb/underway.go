//go:build js && wasm

package idb

import (
	"slices"
	"sync"
	"syscall/js"
	"time"
)

// underway are the transactions that somebody waits for. All ends are heard by the
// same two functions, and there is one timer: to make some for each transaction costs
// as much as a request. The library's Await does not serve: it answers nil to an abort
// without an error, which is what a browser that tears a connection down leaves behind,
// and waits for ever if it is called too late.
var underway transactions

type transactions struct {
	mu    sync.Mutex
	list  []*transaction
	timer *time.Timer // runs while there are some, and to the end of its tick
}

// tick is the time in which timeouts are counted. A page that slept finds one tick over,
// and hears what the browser has to tell before the next.
const tick = time.Second

var endings = [...]struct {
	event js.Value
	heard js.Func
}{
	{js.ValueOf("complete"), underway.ending(true)},
	{js.ValueOf("abort"), underway.ending(false)},
}

// ending returns the function that hears of an end: the transaction was completed, or
// not.
func (u *transactions) ending(done bool) js.Func {
	return js.FuncOf(func(raw js.Value, _ []js.Value) any {
		u.end(func(t *transaction) bool { return t.raw.Equal(raw) }, done, nil)
		return nil
	})
}

// add has the transaction end when the browser says so, or when it has not within the
// timeout.
func (u *transactions) add(t *transaction, timeout time.Duration) {
	u.mu.Lock()
	t.ticks = int(timeout/tick) + 2 // the first may be nearly over, and what is left of the division counts as one
	u.list = append(u.list, t)
	if u.timer == nil {
		u.timer = time.AfterFunc(tick, u.count)
	}
	u.mu.Unlock()
	for _, e := range endings {
		t.raw.Call("addEventListener", e.event, e.heard)
	}
}

// drop ends the wait for the transaction, unless it has ended.
func (u *transactions) drop(t *transaction, cause error) {
	u.end(func(other *transaction) bool { return other == t }, false, cause)
}

// count ends the wait for those whose time is over.
func (u *transactions) count() {
	u.end(func(t *transaction) bool { t.ticks--; return t.ticks == 0 }, false, errAnswer)
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.list) > 0 {
		u.timer.Reset(tick)
	} else {
		u.timer = nil
	}
}

func (u *transactions) end(which func(*transaction) bool, done bool, cause error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.list = slices.DeleteFunc(u.list, func(t *transaction) bool {
		ends := which(t)
		if ends {
			t.done, t.cause = done, cause
			close(t.ended)
		}
		return ends
	})
}
