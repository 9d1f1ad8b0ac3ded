//go:build js && wasm

package main

import "github.com/granarydb/granary/store"

//go:wasmimport granary notice
func noticeAt(address uint32, length int32)

// notice tells the page what has become of the store of that name, apart from its
// records: an object of "type", "store", and "error" when there is one. more, which
// may be nil, appends other members to it.
func notice(name, kind string, err error, more func(dst []byte) []byte) {
	text := appendTextMember([]byte{'{'}, "type", kind)
	text = appendTextMember(text, "store", name)
	if err != nil {
		text = appendError(appendName(text, "error"), err)
	}
	if more != nil {
		text = more(text)
	}
	text = append(text, '}')
	noticeAt(address(text), int32(len(text)))
}

// tell tells the page a notice of the store of that name and handle; 0 while it is
// being opened. Of one that has ended the page gives the handle up.
func tell(name string, handle int32, n store.Notice) {
	notice(name, string(n.Type), n.Err, func(dst []byte) []byte {
		if n.Type == store.NoticeRemoved || n.Type == store.NoticeReload {
			afterwards(func() { forget(handle) })
			return appendNumberMember(dst, "handle", int(handle))
		}
		if n.Type != store.NoticeReset {
			return dst
		}
		dst = appendNumberMember(appendNumberMember(dst, "before", int(n.Before)), "now", int(n.Now))
		dst = appendName(dst, "emptied")
		if n.Emptied {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	})
}
