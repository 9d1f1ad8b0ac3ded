//go:build js && wasm

package idb

import (
	"context"
	"strconv"
	"strings"
	"syscall/js"
	"time"
)

// showsWithin is the time after which a tab sees what another has put into
// localStorage, on a machine that has much to do. Browsers promise none.
const showsWithin = time.Second

// looks are how often it is looked meanwhile whether it has come.
const looks = 30

// Witness remembers in localStorage what the database of a store was known to hold.
// Browsers that lose one of the two keep the other, as a rule.
type Witness struct {
	name string
	of   *Backend // whose database it is about; nil for anybody's
}

// NewWitness returns the witness of the store with this name. Where there is no
// localStorage, as in workers and where the browser denies it, it knows nothing.
func NewWitness(name string) Witness { return Witness{name: namePrefix + name} }

// Witness returns the witness of the Backend's store. It takes no note any more once
// the database was removed.
func (b *Backend) Witness() Witness { return Witness{namePrefix + b.name, b} }

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

// Confirm is Seen once tabs that are removing the database have done so, and what
// they have noted can be seen here.
func (w Witness) Confirm(ctx context.Context) (identity string, sequence uint64) {
	if w.of != nil {
		w.of.removal(ctx)()
		before, _ := w.Seen()
		for range looks {
			_ = await(ctx, nil, showsWithin/looks)
			if identity, sequence = w.Seen(); identity != before {
				break // it is another database's, or nobody's
			}
		}
		return identity, sequence
	}
	return w.Seen()
}

// notesWithin is the time in which what a Backend saw is noted once. To note each entry
// costs a tab that writes record by record a fifth of the writing.
const notesWithin = 100 * time.Millisecond

// Saw notes what there is, unless another tab has noted more, or what is there now. A
// Backend's witness notes the first entry at once and the next ones within
// notesWithin, unless it is closed before; and not when the note is gone meanwhile, for
// then somebody is removing the database.
func (w Witness) Saw(identity string, sequence uint64) {
	if w.of != nil && !w.of.begins(identity) {
		w.of.noting.want(func() {
			if before, most := w.Seen(); before == identity && most < sequence {
				w.note(identity, sequence)
			}
		})
		return
	}
	if before, most := w.Seen(); before == "" || before == identity && most < sequence {
		w.note(identity, sequence)
	}
}

// begins reports whether nothing of that identity was noted yet, and notes that it is.
func (b *Backend) begins(identity string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.noted
	b.noted = identity
	return before != identity
}

// Lost notes what there is, though it was more before.
func (w Witness) Lost(identity string, sequence uint64) {
	if w.of != nil {
		w.of.noting.take()
	}
	w.note(identity, sequence)
}

func (w Witness) note(identity string, sequence uint64) {
	if w.of != nil && w.of.removed() {
		return
	}
	_, _ = w.call("setItem", w.name, identity+" "+strconv.FormatUint(sequence, 10))
}

// forget is for when the database of that identity, or of any, is removed on purpose.
func (w Witness) forget(identity string) {
	if seen, _ := w.Seen(); identity == "" || identity == seen {
		// A browser removes nothing elsewhere that it does not know of yet.
		_, _ = w.call("setItem", w.name, "")
		_, _ = w.call("removeItem", w.name)
	}
}

func (w Witness) call(method string, args ...any) (js.Value, error) {
	// The getter throws where localStorage is denied, which only calls catch.
	storage, err := invoke(js.Global().Get("Reflect"), "get", js.Global(), "localStorage")
	if err != nil || !storage.Truthy() {
		return js.Undefined(), errAbsent
	}
	return invoke(storage, method, args...)
}
