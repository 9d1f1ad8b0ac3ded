//go:build js && wasm

package idb

import (
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/granarydb/granary/store/log"
)

// channel is a BroadcastChannel to the other tabs that have the database open. A
// message is the sender's position as text. Messages may be lost: Position tells
// the truth.
type channel struct {
	raw    js.Value
	events *listener
}

// Watch has the watcher told of what other tabs write, unless the browser has no
// BroadcastChannel.
func (b *Backend) Watch(w log.Watcher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended != nil && b.ended != errClosed {
		go w.Ended(closed("", b.ended))
	}
	if b.ended != nil {
		return
	}
	b.watcher = w
	class := js.Global().Get("BroadcastChannel")
	if class.Type() != js.TypeFunction {
		return
	}
	raw, err := invoke(js.Global().Get("Reflect"), "construct", class, []any{namePrefix + b.name})
	if err != nil {
		return
	}
	endWithProgram(raw)
	b.channel = &channel{raw: raw}
	b.channel.events = listen(raw, func(event js.Value, _ string) bool {
		if p, ok := readPosition(event.Get("data")); ok {
			w.Written(p)
		}
		return true
	}, "message")
}

// announcesWithin is the time in which what one tab writes is told to others in one
// message. Each costs a tab that writes record by record a tenth of the writing.
const announcesWithin = 25 * time.Millisecond

// announce tells the other tabs that this one has written.
func (b *Backend) announce(generation, sequence uint64) {
	b.mu.Lock()
	c, identity := b.channel, b.identity
	b.mu.Unlock()
	if c == nil || identity == "" {
		return
	}
	b.announcing.want(func() {
		text := identity + " " + strconv.FormatUint(generation, 10) + " " + strconv.FormatUint(sequence, 10)
		_, _ = invoke(c.raw, "postMessage", text)
	})
}

func (c *channel) close() {
	c.events.stop()
	c.raw.Call("close")
}

// readPosition reads a message; others than Granary may send some too.
func readPosition(message js.Value) (p log.Position, ok bool) {
	if message.Type() != js.TypeString {
		return p, false
	}
	parts := strings.Split(message.String(), " ")
	if len(parts) != 3 || parts[0] == "" {
		return p, false
	}
	generation, bad := strconv.ParseUint(parts[1], 10, 53)
	sequence, worse := strconv.ParseUint(parts[2], 10, 53)
	return log.Position{Identity: parts[0], Generation: generation, Sequence: sequence}, bad == nil && worse == nil
}
