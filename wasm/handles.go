//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

// stores are the open stores by handle, from 1.
var stores = map[int32]*store.Store{}
var lastHandle int32

// parted are stores that were closed a moment ago. A save that was acknowledged
// meanwhile has the page fetch its rows as they are stored.
var parted = map[int32]*store.Store{}

func keep(st *store.Store) int32 {
	lastHandle++
	stores[lastHandle] = st
	return lastHandle
}

func storeOf(handle int32) (*store.Store, error) {
	if st := stores[handle]; st != nil {
		return st, nil
	}
	return nil, &code.Error{Code: code.Closed, Message: "the store was closed"}
}

// lately is storeOf with those that were closed a moment ago.
func lately(handle int32) (*store.Store, error) {
	if st := parted[handle]; st != nil {
		return st, nil
	}
	return storeOf(handle)
}

// forget lets go of a store and of all that the page followed of it.
func forget(handle int32) {
	delete(stores, handle)
	delete(told, handle)
	delete(transactions, migrations[handle].number)
	delete(migrations, handle)
	for number, l := range lives {
		if l.store == handle {
			delete(lives, number)
			delete(liveNumbers, l.Live)
		}
	}
	for number, o := range observers {
		if o.store == handle {
			delete(observers, number)
		}
	}
	for number, t := range transfers {
		if t.store == handle {
			delete(transfers, number)
		}
	}
}

// crashed ends the engine: what is in memory cannot be trusted after a panic, and
// a lock may still be held, so nothing may be called any more. The page puts another
// engine in its place.
func crashed(cause any) {
	reject(0, &code.Error{Code: code.Internal, Message: "a bug in Granary: " + causeText(cause)})
}

// causeText says what a panic was about.
func causeText(cause any) string {
	switch cause := cause.(type) {
	case error:
		return cause.Error()
	case string:
		return cause
	}
	return "a panic whose value is no error"
}
