//go:build js && wasm

package main

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/replication"
)

// syncing is the sync of one store, with the backend that the page is.
type syncing struct {
	*store.Sync
	remote *remote
}

// syncs are the stores that sync, by handle.
var syncs = map[int32]*syncing{}

// What granary_sync can be asked to do, by number; the page has the same list.
const (
	syncBegin  = iota
	syncStatus // answers with the status
	syncBox    // answers with the rejected mutations
	syncCalls  // answers with what the page is to do
	syncPause  // the rest answer with nothing
	syncResume
	syncNow
	syncPoke
	syncOnline
	syncOffline
	syncUnwait // ends a wait of granary_synced, by its number
)

// What granary_synced can be asked to wait for, by number.
const (
	syncedAll   = iota // until everything is synced
	syncedStop         // until the sync has ended
	syncedRetry        // until a rejected mutation was made again
	syncedDrop         // until it was forgotten
	syncedTaken        // until the server has taken what is under way
)

//go:wasmexport granary_sync
func exportSync(handle, verb, length int32) int32 {
	if verb == syncCalls {
		return answer(handle, func(dst []byte) ([]byte, error) {
			if s := syncs[handle]; s != nil {
				return s.remote.take(dst), nil
			}
			return append(dst, "[]"...), nil
		})
	}
	return answerStore(handle, func(st *store.Store, dst []byte) ([]byte, error) {
		if verb == syncBegin {
			return dst, beginSync(handle, st, kept(length))
		}
		if verb == syncUnwait {
			if end := waits[string(input[:length])]; end != nil {
				end()
			}
			return dst, nil
		}
		if verb == syncBox {
			dst = append(dst, '[')
			for _, m := range st.Rejected() {
				dst = m.AppendJSON(separate(dst))
			}
			return append(dst, ']'), nil
		}
		s, err := syncOf(handle)
		if err != nil {
			return nil, err
		}
		switch verb {
		case syncStatus:
			return appendStatus(dst, s.Status()), nil
		case syncPause:
			s.Pause()
		case syncResume:
			s.Resume()
		case syncNow:
			s.Now()
		case syncPoke:
			s.Poke()
		case syncOnline, syncOffline:
			s.Network(verb == syncOnline)
		}
		return dst, nil
	})
}

//go:wasmexport granary_synced
func exportSynced(handle, op, verb, length int32) int32 {
	text := kept(length)
	return begin(handle, op, func(ctx context.Context, st *store.Store) ([]byte, error) {
		done := []byte("{}")
		switch verb {
		case syncedStop:
			stopSync(handle)
			return done, nil
		case syncedDrop:
			return done, st.DropRejected(ctx, textOf(text))
		case syncedRetry:
			c, err := retryRejected(st, text)
			if err != nil {
				return nil, err
			}
			return done, c.Wait(ctx)
		case syncedTaken:
			return done, acknowledged(ctx, st, text)
		}
		s, err := syncOf(handle)
		if err != nil {
			return nil, err
		}
		return done, s.WhenSynced(ctx)
	})
}

// waits ends what waits for the server, by the number that the page gave it.
var waits = map[string]context.CancelFunc{}

// acknowledged reads [number, model, id, model, id, …], and waits until the server has
// taken what is under way of those records; without records, of all.
func acknowledged(ctx context.Context, st *store.Store, text []byte) error {
	list, err := elements(text)
	if err != nil || len(list) == 0 {
		return err
	}
	var records []store.RecordID
	for i := 1; i+1 < len(list); i += 2 {
		records = append(records, store.RecordID{Model: textOf(list[i]), ID: list[i+1]})
	}
	number := string(list[0])
	ctx, waits[number] = context.WithCancel(ctx)
	defer delete(waits, number)
	return st.AcknowledgedOf(ctx, records...)
}

func syncOf(handle int32) (*syncing, error) {
	if s := syncs[handle]; s != nil {
		return s, nil
	}
	return nil, &code.Error{Code: code.Invalid, Op: "sync", Message: "the store does not sync; open it with { sync }, or call sync with options"}
}

func beginSync(handle int32, st *store.Store, text []byte) error {
	if syncs[handle] != nil {
		return &code.Error{Code: code.Invalid, Op: "sync", Message: "the store syncs already; stop that first"}
	}
	r := &remote{handle: handle, calls: map[int32]*call{}}
	options, err := readSyncOptions(text, r)
	if err != nil {
		return err
	}
	s, err := st.Sync(r, options)
	if err == nil {
		syncs[handle] = &syncing{s, r}
	}
	return err
}

// stopSync ends the sync of a store, if there is one, and waits for that.
func stopSync(handle int32) {
	if s := syncs[handle]; s != nil {
		s.Stop()
		if syncs[handle] == s {
			delete(syncs, handle)
		}
	}
}

// readSyncOptions reads what the page says of the sync; what it has functions for is
// asked of r.
func readSyncOptions(text []byte, r *remote) (o store.SyncOptions, err error) {
	members, err := parseObject(text)
	if err != nil {
		return o, &code.Error{Code: code.Invalid, Op: "sync", Message: "the options are no JSON", Err: err}
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(string(members[name]))
		return n
	}
	o = store.SyncOptions{Scope: members["scope"], Policy: store.Policy(textOf(members["policy"])), Event: r.tell,
		Limit: number("limit"), Batch: number("batch"), Wait: number("wait"), Interval: number("interval"), Timeout: number("timeout"),
		Deaf: string(members["live"]) != "true", Models: map[string]store.SyncModel{}, Policies: map[string]store.Policy{},
		Conflicts: map[string]store.ConflictHandler{}}
	if string(members["token"]) == "true" {
		o.Token = r.token
	}
	models, err := parseObject(orEmpty(members["models"]))
	for name, raw := range models {
		m, fault := parseObject(raw)
		if fault != nil {
			err = fault
			continue
		}
		priority, _ := strconv.Atoi(string(m["priority"]))
		o.Models[name] = store.SyncModel{Mode: store.Mode(textOf(m["mode"])), Priority: priority}
		if policy := textOf(m["conflict"]); policy != "" {
			o.Policies[name] = store.Policy(policy)
		}
		if string(m["decides"]) == "true" {
			o.Conflicts[name] = r.decide
		}
	}
	return o, err
}

func orEmpty(text []byte) []byte {
	if text == nil {
		return []byte("{}")
	}
	return text
}

// retryRejected reads {"id": …, "ops": […]}; without ops they are as they were.
func retryRejected(st *store.Store, text []byte) (*store.Commit, error) {
	members, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	list, err := elements(members["ops"])
	if err != nil {
		return nil, err
	}
	var ops []store.RejectedOp
	for _, raw := range list {
		op, err := parseObject(raw)
		if err != nil {
			return nil, err
		}
		ops = append(ops, store.RejectedOp{Op: replication.Verb(textOf(op["op"])), Model: textOf(op["model"]), ID: op["id"], Data: op["data"]})
	}
	return st.RetryRejected(textOf(members["id"]), ops...)
}
