//go:build js && wasm

package main

import (
	"context"
	"encoding/binary"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

// transfer is an export or an import under way, with the handle of its store.
type transfer struct {
	out   *store.Export
	in    *store.Import
	store int32
}

// transfers are those under way by number, from 1.
var transfers = map[int32]transfer{}
var lastTransfer int32

func begun(t transfer) int32 {
	lastTransfer++
	transfers[lastTransfer] = t
	return lastTransfer
}

// transferOf returns the one of that number, which the page has not ended.
func transferOf(handle, number int32) (transfer, error) {
	if t := transfers[number]; t.store == handle {
		return t, nil
	}
	return transfer{}, &code.Error{Code: code.Invalid, Message: "the export or import has ended"}
}

//go:wasmexport granary_export
func exportExport(handle, op, length int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		members, err := readObject(length)
		if err != nil {
			return nil, err
		}
		o := store.ExportOptions{Name: textOf(members["name"])}
		models, err := elements(members["models"])
		if models != nil {
			o.Models = []string{}
		}
		for _, m := range models {
			o.Models = append(o.Models, textOf(m))
		}
		later(op, func(ctx context.Context) ([]byte, error) {
			e, err := st.BeginExport(ctx, o)
			if err != nil {
				return nil, err
			}
			return appendUint32(appendUint32(nil, uint32(begun(transfer{out: e, store: handle}))), uint32(e.Records)), nil
		})
		return dst, err
	})
}

//go:wasmexport granary_export_next
func exportExportNext(handle, number int32) int32 {
	return answerStore(handle, func(_ *store.Store, dst []byte) ([]byte, error) {
		t, err := transferOf(handle, number)
		if err == nil && t.out == nil {
			err = &code.Error{Code: code.Invalid, Message: "is no export"}
		}
		if err != nil {
			return nil, err
		}
		dst = t.out.Next(appendUint32(dst, 0))
		binary.LittleEndian.PutUint32(dst, uint32(t.out.Done))
		return dst, nil
	})
}

//go:wasmexport granary_transfer_end
func exportTransferEnd(handle, number int32) int32 {
	return answer(handle, func(dst []byte) ([]byte, error) {
		if transfers[number].store == handle {
			delete(transfers, number)
		}
		return dst, nil
	})
}
