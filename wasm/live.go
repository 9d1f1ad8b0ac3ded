//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

//go:wasmimport granary changed
func changed()

//go:wasmimport granary news
func news(handle int32)

// liveQuery is one that the page follows, with the handle of its store.
type liveQuery struct {
	*store.Live
	store int32
}

// lives are the live queries by number, from 1.
var lives = map[uint32]liveQuery{}
var liveNumbers = map[*store.Live]uint32{}
var lastLive uint32

//go:wasmexport granary_live
func exportLive(handle, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		q, err := store.ParseQuery(st.Schema(), kept(length)) // the query is kept
		if err != nil {
			return nil, err
		}
		l, err := st.LiveQuery(q)
		if err != nil {
			return nil, err
		}
		a, err := l.Answer()
		if err != nil {
			l.Close()
			return nil, err
		}
		dst = appendUint32(appendUint32(dst, numberLive(handle, l)), uint32(a.Total))
		if a.Tree != nil {
			return appendTree(dst, a.Tree), nil
		}
		return appendFound(dst, a.Found), nil
	})
}

//go:wasmexport granary_live_groups
func exportLiveGroups(handle, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		q, by, err := store.ParseGroups(st.Schema(), "liveGroupBy", kept(length))
		if err != nil {
			return nil, err
		}
		l, err := st.LiveGrouping(q, by)
		if err != nil {
			return nil, err
		}
		if _, err := l.Answer(); err != nil {
			l.Close()
			return nil, err
		}
		return appendUint32(dst, numberLive(handle, l)), nil
	})
}

func numberLive(handle int32, l *store.Live) uint32 {
	lastLive++
	lives[lastLive], liveNumbers[l] = liveQuery{l, handle}, lastLive
	return lastLive
}

//go:wasmexport granary_groups
func exportGroups(number int32) int32 {
	l := lives[uint32(number)]
	return answer(l.store, func(dst []byte) ([]byte, error) {
		if l.Live == nil {
			return nil, unknownLive()
		}
		a, err := l.Answer()
		return append(dst, a.Groups...), err
	})
}

func unknownLive() error {
	return &code.Error{Code: code.Closed, Op: "live", Message: "the live query was closed"}
}

//go:wasmexport granary_unlive
func exportUnlive(number int32) int32 {
	l := lives[uint32(number)]
	return answer(l.store, func(dst []byte) ([]byte, error) {
		if l.Live == nil {
			return nil, unknownLive()
		}
		delete(lives, uint32(number))
		delete(liveNumbers, l.Live)
		l.Close()
		return dst, nil
	})
}

//go:wasmexport granary_news
func exportNews(handle int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		st.Changed(func(l *store.Live, a store.Answer, err error) {
			number := liveNumbers[l]
			switch {
			case number == 0:
			case err != nil || a.Groups != nil:
				dst = appendUint32(appendUint32(appendUint32(dst, number), uint32(a.Total)), elsewhere)
			default:
				dst = appendAnswer(appendUint32(dst, number), a)
			}
		})
		return dst, nil
	})
}

// appendAnswer writes the total, how many rows were removed, inserted and updated,
// and how many numbers tell which have moved; all those positions; and the epoch,
// and row and version of those inserted and updated, or their tree. Of an answer
// that was read anew everything is removed, all its rows are inserted, and no
// positions are given.
func appendAnswer(dst []byte, a store.Answer) []byte {
	dst = appendUint32(dst, uint32(a.Total))
	if a.Patch == nil {
		dst = appendNumbers(dst, []uint32{everything, uint32(len(a.Refs)), 0, 0})
		if a.Tree != nil {
			return appendTree(dst, a.Tree)
		}
		return appendFound(dst, a.Found)
	}
	lists := [][]int{a.Patch.Removed, a.Patch.Inserted, a.Patch.Updated, a.Patch.Moved}
	for _, list := range lists {
		dst = appendUint32(dst, uint32(len(list)))
	}
	for _, list := range lists {
		for _, at := range list {
			dst = appendUint32(dst, uint32(at))
		}
	}
	if a.Tree != nil {
		return appendTree(dst, a.Tree)
	}
	dst = appendUint32(dst, a.Epoch)
	for _, list := range lists[1:3] {
		for _, at := range list {
			dst = appendRefs(dst, a.Refs[at:at+1])
		}
	}
	return dst
}

// everything stands for the rows of the whole answer before.
const everything = 1<<32 - 1

// elsewhere says that granary_groups has the answer, or the reason why there is none.
const elsewhere = 1<<32 - 2
