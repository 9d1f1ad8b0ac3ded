//go:build js && wasm

package main

import (
	"unsafe"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_query
func exportQuery(handle, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		q, err := store.ParseQuery(st.Schema(), input[:length])
		if err != nil {
			return nil, err
		}
		if q.Include != nil || q.Key != nil {
			tree, err := st.FindTree(q)
			if err != nil {
				return nil, err
			}
			return appendTree(dst, tree), nil
		}
		found, err := st.Find(q)
		return appendFound(dst, found), err
	})
}

//go:wasmexport granary_count
func exportCount(handle, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		q, err := store.ParseQuery(st.Schema(), input[:length])
		if err != nil {
			return nil, err
		}
		n, err := st.Count(q)
		return append(appendNumberMember(append(dst, '{'), "count", n), '}'), err
	})
}

//go:wasmexport granary_get
func exportGet(handle, model, peeks, length int32) int32 {
	return answerModel(handle, model, func(st *store.Store, m *schema.Model, dst []byte) ([]byte, error) {
		if peeks != 0 && st.Absent(m) {
			return dst, nil
		}
		found, err := st.FindKey(m.Name, input[:length])
		if dst = appendFound(dst, found); len(found.Refs) == 0 {
			return dst, err
		}
		return st.AppendValues(dst, m, found.Refs[0].Row), nil
	})
}

//go:wasmexport granary_related
func exportRelated(handle, model, relation, length int32) int32 {
	return answerModel(handle, model, func(st *store.Store, m *schema.Model, dst []byte) ([]byte, error) {
		rel, err := relationOf(m, relation)
		if err != nil {
			return nil, err
		}
		found, err := st.FindRelated(rel, input[:length])
		return appendFound(dst, found), err
	})
}

//go:wasmexport granary_rows
func exportRows(handle, model, length int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		st, err := lately(handle)
		if err != nil {
			return nil, err
		}
		m, err := modelOf(st, model)
		if err != nil {
			return nil, err
		}
		numbers := unsafe.Slice((*uint32)(unsafe.Pointer(&input[0])), length/4)
		return st.AppendPacked(dst, m, numbers), nil
	})
}

// appendFound writes epoch, then row and version of each record.
func appendFound(dst []byte, f store.Found) []byte {
	return appendRefs(appendUint32(dst, f.Epoch), f.Refs)
}

// appendRefs writes row and version of each, which is how they lie in memory.
func appendRefs(dst []byte, refs []store.Ref) []byte {
	const size = unsafe.Sizeof(store.Ref{})
	return append(dst, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(refs))), len(refs)*int(size))...)
}
