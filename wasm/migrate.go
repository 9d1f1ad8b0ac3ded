//go:build js && wasm

package main

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
)

// migrations are those under way, by the handle of the store that they belong to,
// with the number of their transaction.
var migrations = map[int32]migration{}

type migration struct {
	*store.Migration
	number int32
	giveUp func()
}

// migrating has the page run the functions of a migration, if there is one, and
// appends what it must know for that.
func migrating(dst []byte, handle int32, m *store.Migration, giveUp func()) []byte {
	delete(transactions, migrations[handle].number)
	delete(migrations, handle)
	if m == nil {
		return dst
	}
	lastTransaction++
	transactions[lastTransaction] = transaction{m.Tx, handle}
	migrations[handle] = migration{m, lastTransaction, giveUp}
	dst = append(appendName(dst, "migration"), '{')
	dst = appendNumberMember(dst, "transaction", int(lastTransaction))
	dst = append(appendName(dst, "steps"), '[')
	for _, version := range m.Steps() {
		dst = strconv.AppendInt(separate(dst), int64(version), 10)
	}
	return append(dst, "]}"...)
}

//go:wasmexport granary_migrated
func exportMigrated(handle, op, failed int32) int32 {
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		m := migrations[handle]
		if m.Migration == nil {
			return nil, &code.Error{Code: code.Invalid, Message: "no migration is under way"}
		}
		later(op, func(ctx context.Context) (out []byte, err error) {
			var again *store.Migration
			if failed == 0 {
				again, err = m.Finish(ctx)
			}
			out = append(migrating([]byte{'{'}, handle, again, m.giveUp), '}')
			if failed != 0 || err != nil {
				forget(handle)
				m.giveUp()
			}
			return out, err
		})
		return dst, nil
	})
}

// old answers with the records that a migration has found in storage.
func (t transaction) old(dst []byte, model string) ([]byte, error) {
	m := migrations[t.store]
	if m.Migration == nil || m.Tx != t.Tx {
		return nil, &code.Error{Code: code.Invalid, Op: "old", Message: "only a migration has records of an older version"}
	}
	return m.AppendOld(dst, model), nil
}
