//go:build js && wasm

package main

import (
	"context"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

//go:wasmexport granary_import
func exportImport(handle, mode int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		im, err := st.BeginImport(store.ImportMode(mode))
		if err != nil {
			return nil, err
		}
		return appendUint32(dst, uint32(begun(transfer{in: im, store: handle}))), nil
	})
}

//go:wasmexport granary_import_feed
func exportImportFeed(handle, number, length int32) int32 {
	return answerStore(handle, func(_ *store.Store, dst []byte) ([]byte, error) {
		im, err := importOf(handle, number)
		if err == nil {
			err = im.Feed(input[:length])
		}
		if err != nil {
			return nil, err
		}
		return appendUint32(appendUint32(dst, uint32(im.Done)), uint32(im.Total)), nil
	})
}

//go:wasmexport granary_import_commit
func exportImportCommit(handle, op, number int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		im, err := importOf(handle, number)
		if err != nil {
			return nil, err
		}
		later(op, func(ctx context.Context) ([]byte, error) {
			c, err := im.Commit()
			for err != nil {
				lacking := store.LackingOf(err)
				if lacking == nil {
					return nil, err
				}
				if err = st.Load(ctx, lacking.Models...); err == nil {
					c, err = im.Commit()
				}
			}
			err = c.Wait(ctx)
			return appendReport(im.Report()), err
		})
		return dst, nil
	})
}

func importOf(handle, number int32) (*store.Import, error) {
	t, err := transferOf(handle, number)
	if err == nil && t.in == nil {
		err = &code.Error{Code: code.Invalid, Message: "is no import"}
	}
	return t.in, err
}

func appendReport(r store.ImportReport) []byte {
	out := appendNumberMember([]byte{'{'}, "records", r.Records)
	out = appendNumberMember(out, "inserted", r.Inserted)
	out = appendNumberMember(out, "replaced", r.Replaced)
	return append(appendNumberMember(out, "kept", r.Kept), '}')
}
