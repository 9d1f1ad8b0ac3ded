//go:build js && wasm

package main

import (
	"strconv"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// readObject reads the object in the first length bytes of input: the JSON text of
// each member by name. It is a copy, valid beyond the call.
func readObject(length int32) (map[string][]byte, error) {
	return parseObject(kept(length))
}

// parseObject reads an object: the JSON text of each member by name.
func parseObject(text []byte) (map[string][]byte, error) {
	s := jsontext.New(text)
	members := map[string][]byte{}
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		members[string(name)] = s.Raw()
	}
	s.End()
	return members, s.Err()
}

// elements reads the elements of an array, or none of nothing.
func elements(text []byte) (list [][]byte, err error) {
	if text == nil {
		return nil, nil
	}
	s := jsontext.New(text)
	list = [][]byte{}
	for s.BeginArray(); s.NextElement(); {
		list = append(list, s.Raw())
	}
	s.End()
	return list, s.Err()
}

// textOf returns the value of the JSON text of a string, "" for anything else.
func textOf(raw []byte) string {
	if len(raw) == 0 || raw[0] != '"' {
		return ""
	}
	return string(jsontext.Unescape(raw[1 : len(raw)-1]))
}

// appendError writes an error as JSON.
func appendError(dst []byte, err error) []byte {
	e, ok := err.(*code.Error)
	if !ok {
		e = &code.Error{Code: code.Of(err), Message: err.Error()}
	}
	dst = appendTextMember(append(dst, '{'), "code", string(e.Code))
	dst = appendTextMember(dst, "message", e.Error())
	dst = appendTextMember(dst, "op", e.Op)
	dst = appendTextMember(dst, "model", e.Model)
	dst = appendTextMember(dst, "field", e.Field)
	if fault, ok := e.Details.(store.ImportFault); ok {
		dst = append(appendNumberMember(append(appendName(dst, "details"), '{'), "line", fault.Line), '}')
	}
	if m, ok := e.Details.(store.RejectedMutation); ok {
		dst = m.AppendJSON(appendName(dst, "details"))
	}
	if a, ok := e.Details.(absent); ok {
		dst = append(appendNumberMember(append(appendName(dst, "details"), '{'), "store", int(a.store)), `,"models":[`...)
		for _, name := range a.models {
			dst = appendText(separate(dst), name)
		}
		dst = append(dst, "]}"...)
	}
	if faults, ok := e.Details.([]schema.Fault); ok {
		dst = append(appendName(dst, "details"), '[')
		for _, f := range faults {
			dst = append(separate(dst), '{')
			dst = appendNumberMember(dst, "line", f.Line)
			dst = appendNumberMember(dst, "column", f.Column)
			dst = append(appendTextMember(dst, "message", f.Message), '}')
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// appendTextMember adds a member to an open object, unless its value is empty.
func appendTextMember(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return appendText(appendName(dst, name), value)
}

func appendNumberMember(dst []byte, name string, n int) []byte {
	return strconv.AppendInt(appendName(dst, name), int64(n), 10)
}

// appendName starts a member of an open object.
func appendName(dst []byte, name string) []byte {
	return append(appendText(separate(dst), name), ':')
}

func appendText(dst []byte, s string) []byte { return jsontext.AppendString(dst, []byte(s)) }

// separate puts a comma where another element or member came before.
func separate(dst []byte) []byte {
	if last := dst[len(dst)-1]; last == '[' || last == '{' {
		return dst
	}
	return append(dst, ',')
}
