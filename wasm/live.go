//go:build js && wasm

package main

import (
	"bytes"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

//go:wasmimport granary news
func news(handle int32)

// lives are the live queries by number, from 1.
var lives = map[uint32]*store.Live{}
var liveNumbers = map[*store.Live]uint32{}
var lastLive uint32

//go:wasmexport granary_live
func exportLive(handle, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		q, err := store.ParseQuery(st.Schema(), bytes.Clone(input[:length])) // the query is kept
		if err != nil {
			return nil, err
		}
		l, err := st.LiveQuery(q)
		if err != nil {
			return nil, err
		}
		a, err := l.Answer()
		if err != nil {
			return nil, err
		}
		lastLive++
		lives[lastLive], liveNumbers[l] = l, lastLive
		return appendFound(appendUint32(appendUint32(dst, lastLive), uint32(a.Total)), a.Found), nil
	})
}

//go:wasmexport granary_unlive
func exportUnlive(number int32) int32 {
	return answer(0, func(dst []byte) ([]byte, error) {
		l := lives[uint32(number)]
		if l == nil {
			return nil, &code.Error{Code: code.Closed, Op: "live", Message: "the live query was closed"}
		}
		delete(lives, uint32(number))
		delete(liveNumbers, l)
		l.Close()
		return dst, nil
	})
}

//go:wasmexport granary_news
func exportNews(handle int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		st.Changed(func(l *store.Live, a store.Answer, err error) {
			if number := liveNumbers[l]; number != 0 && err == nil {
				dst = appendAnswer(appendUint32(dst, number), a)
			}
		})
		return dst, nil
	})
}

// appendAnswer writes the total, how many rows were removed, inserted and updated,
// their positions, the epoch, and row and version of those inserted and updated.
// Of an answer that was read anew everything is removed, all its rows are inserted,
// and no positions are given.
func appendAnswer(dst []byte, a store.Answer) []byte {
	dst = appendUint32(dst, uint32(a.Total))
	if a.Patch == nil {
		dst = appendUint32(appendUint32(appendUint32(dst, everything), uint32(len(a.Refs))), 0)
		return appendFound(dst, a.Found)
	}
	lists := [][]int{a.Patch.Removed, a.Patch.Inserted, a.Patch.Updated}
	for _, list := range lists {
		dst = appendUint32(dst, uint32(len(list)))
	}
	for _, list := range lists {
		for _, at := range list {
			dst = appendUint32(dst, uint32(at))
		}
	}
	dst = appendUint32(dst, a.Epoch)
	for _, list := range lists[1:] {
		for _, at := range list {
			dst = appendRefs(dst, a.Refs[at:at+1])
		}
	}
	return dst
}

// everything stands for the rows of the whole answer before.
const everything = 1<<32 - 1
