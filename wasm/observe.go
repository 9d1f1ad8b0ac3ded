//go:build js && wasm

package main

import (
	"slices"
	"strconv"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

// observer is one that tells the page, with the handle of its store.
type observer struct {
	*store.Observer
	store int32
}

// observers are the observers by number, from 1.
var observers = map[uint32]observer{}
var lastObserver uint32

// told are the events of each store that the page has not asked for yet: the
// elements of a JSON array.
var told = map[int32][]byte{}

//go:wasmexport granary_observe
func exportObserve(handle, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		q, err := store.ParseQuery(st.Schema(), kept(length)) // the predicate is kept
		if err != nil {
			return nil, err
		}
		lastObserver++
		number := lastObserver
		o, err := st.ObserveQuery(q, func(events []store.Event) {
			if observers[number].Observer == nil {
				return // the store was closed, and this is what was under way
			}
			text := told[handle]
			for i, e := range events {
				before := len(text)
				text = appendEvent(separateEvent(text), number, e)
				if i == 0 { // the others will be about as long
					text = slices.Grow(text, (len(text)-before)*len(events)*9/8)
				}
			}
			told[handle] = text
			news(handle)
		})
		if err != nil {
			return nil, err
		}
		observers[number] = observer{o, handle}
		return appendUint32(dst, number), nil
	})
}

//go:wasmexport granary_unobserve
func exportUnobserve(number int32) int32 {
	o := observers[uint32(number)]
	return answer(o.store, func(dst []byte) ([]byte, error) {
		if o.Observer == nil {
			return nil, &code.Error{Code: code.Closed, Op: "observe", Message: "the observer was stopped"}
		}
		delete(observers, uint32(number))
		o.Stop()
		return dst, nil
	})
}

//go:wasmexport granary_events
func exportEvents(handle int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		if err := st.Ended(); err != nil {
			return nil, err // which ends the observers
		}
		dst = append(append(append(dst, '['), told[handle]...), ']')
		delete(told, handle)
		return dst, nil
	})
}

func separateEvent(dst []byte) []byte {
	if len(dst) > 0 {
		return append(dst, ',')
	}
	return dst
}

// appendEvent writes an event as a JSON object: to whom it goes, and the records as
// objects of their fields. No name in it needs an escape.
func appendEvent(dst []byte, observer uint32, e store.Event) []byte {
	dst = strconv.AppendInt(append(dst, `{"observer":`...), int64(observer), 10)
	for _, part := range [...]string{`,"opType":"`, string(e.Op), `","model":"`, e.Record.Model(), `","source":"`, string(e.Source), `","commit":`} {
		dst = append(dst, part...)
	}
	dst = append(strconv.AppendInt(dst, int64(e.Commit), 10), `,"ref":[`...)
	for _, n := range [...]uint32{e.Epoch, e.Ref.Row, e.Ref.Version} {
		dst = strconv.AppendInt(separate(dst), int64(n), 10)
	}
	dst = e.Record.AppendJSON(append(dst, `],"element":`...))
	if e.Op == store.Updated {
		dst = e.Before.AppendJSON(append(dst, `,"before":`...))
	}
	dst = append(dst, `,"changed":[`...)
	for _, name := range e.Changed {
		dst = appendText(separate(dst), name)
	}
	return append(dst, ']', '}')
}
