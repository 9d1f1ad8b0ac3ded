//go:build js && wasm

package main

import (
	"context"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
)

//go:wasmexport granary_repair
func exportRepair(op, length int32) int32 {
	return answer(0, func(dst []byte) ([]byte, error) {
		members, err := readObject(length)
		name, text := textOf(members["name"]), members["schema"]
		if err != nil || name == "" || text == nil {
			return nil, &code.Error{Code: code.Invalid, Op: "repair", Message: "needs the name of a store and its schema", Err: err}
		}
		later(op, func(ctx context.Context) ([]byte, error) {
			s, _, err := readSchema(text)
			if err != nil {
				return nil, err
			}
			report, err := repair(ctx, name, s, versionOf(members))
			return append(appendRepair([]byte{'{'}, report), '}'), err
		})
		return dst, nil
	})
}

// repair repairs the store of that name in IndexedDB.
func repair(ctx context.Context, name string, s *schema.Schema, version int) (store.RepairReport, error) {
	b, err := idb.Open(ctx, name, idb.Options{})
	if err != nil {
		return store.RepairReport{}, err
	}
	return store.Repair(ctx, store.Options{Schema: s, Backend: b, Clock: clock, Random: random, Version: version})
}

// repairDamage is what the page says when a damaged store is to be repaired.
const repairDamage = "repair"

// beginOpen is store.BeginOpen that, if that is wanted, reads all records too, so that
// damage is found now.
func beginOpen(ctx context.Context, options store.Options, readAll bool) (*store.Store, *store.Migration, error) {
	st, m, err := store.BeginOpen(ctx, options)
	for i := 0; readAll && err == nil && m == nil && i < len(options.Schema.Models); i++ {
		if err = st.Load(ctx, options.Schema.Models[i].Name); err != nil {
			_ = st.Close()
		}
	}
	return st, m, err
}

// repaired repairs the store of that name, tells the page, and opens the storage
// again.
func repaired(ctx context.Context, name string, s *schema.Schema, version int) (store.Backend, error) {
	report, err := repair(ctx, name, s, version)
	if err != nil {
		return nil, err
	}
	notice(name, "REPAIRED", nil, func(dst []byte) []byte { return appendRepair(dst, report) })
	return idb.Open(ctx, name, idb.Options{})
}

// appendRepair appends what a repair did to an open object.
func appendRepair(dst []byte, r store.RepairReport) []byte {
	dst = appendBoolMember(appendBoolMember(dst, "repaired", r.Repaired), "uncertain", r.Uncertain)
	dst = appendBoolMember(dst, "settled", r.Settled)
	dst = append(appendName(dst, "models"), '[')
	for _, m := range r.Models {
		dst = appendTextMember(append(separate(dst), '{'), "model", m.Model)
		dst = appendNumberMember(appendNumberMember(dst, "kept", m.Kept), "lost", m.Lost)
		dst = append(appendNumberMember(appendNumberMember(dst, "removed", m.Removed), "dangling", m.Dangling), '}')
	}
	dst = append(appendName(append(dst, ']'), "aside"), '[')
	for _, p := range r.Aside {
		dst = appendTextMember(append(separate(dst), '{'), "name", p.Name)
		dst = appendTextMember(dst, "model", p.Model)
		dst = append(appendTextMember(appendNumberMember(dst, "bytes", p.Bytes), "reason", p.Reason), '}')
	}
	return append(dst, ']')
}

func appendBoolMember(dst []byte, name string, value bool) []byte {
	if value {
		return append(appendName(dst, name), "true"...)
	}
	return append(appendName(dst, name), "false"...)
}
