//go:build js && wasm

package main

import (
	"github.com/granarydb/granary/store"
)

// appendRawMember adds a member of JSON text, unless there is none.
func appendRawMember(dst []byte, name string, text []byte) []byte {
	if text == nil {
		return dst
	}
	return append(appendName(dst, name), text...)
}

// appendStatus writes a status as a JSON object.
func appendStatus(dst []byte, s store.SyncStatus) []byte {
	dst = appendTextMember(append(dst, '{'), "phase", string(s.Phase))
	dst = appendBoolMember(dst, "leader", s.Leader)
	dst = appendBoolMember(dst, "ready", s.Ready)
	dst = appendNumberMember(dst, "pending", s.Pending)
	dst = appendNumberMember(dst, "rejected", s.Rejected)
	dst = appendNumberMember(dst, "pages", s.Pages)
	dst = appendNumberMember(dst, "rows", s.Rows)
	dst = appendNumberMember(dst, "retries", s.Retries)
	if s.SyncedAt > 0 {
		dst = appendNumberMember(dst, "syncedAt", int(s.SyncedAt))
	}
	if s.Err != nil {
		dst = appendError(appendName(dst, "error"), s.Err)
	}
	dst = append(appendName(dst, "models"), '[')
	for _, m := range s.Models {
		dst = appendTextMember(append(separate(dst), '{'), "model", m.Model)
		dst = appendTextMember(dst, "mode", string(m.Mode))
		dst = appendNumberMember(dst, "rows", m.Rows)
		dst = appendNumberMember(dst, "pending", m.Pending)
		dst = append(appendBoolMember(dst, "synced", m.Synced), '}')
	}
	return append(dst, ']', '}')
}

// tell tells the page what happens in the sync.
func (r *remote) tell(e store.SyncEvent) {
	dst := append(appendSeparated(r.list, '{'), `"event":{`...)
	dst = appendTextMember(dst, "type", string(e.Type))
	switch e.Type {
	case store.SyncNetwork:
		dst = appendBoolMember(dst, "online", e.Online)
	case store.SyncOutbox:
		dst = appendNumberMember(dst, "pending", e.Pending)
	}
	dst = appendTextMember(dst, "model", e.Model)
	dst = appendTextMember(dst, "phase", string(e.Phase))
	dst = appendRawMember(dst, "id", e.ID)
	if e.Conflict != nil {
		dst = appendConflict(appendName(dst, "conflict"), e.Conflict)
	}
	if e.Rejected != nil {
		dst = e.Rejected.AppendJSON(appendName(dst, "rejected"))
	}
	if e.Err != nil {
		dst = appendError(appendName(dst, "error"), e.Err)
	}
	r.list = append(dst, '}', '}')
	r.announce()
}

// appendConflict writes a conflict as a JSON object.
func appendConflict(dst []byte, c *store.ConflictEvent) []byte {
	dst = appendTextMember(append(dst, '{'), "model", c.Model)
	dst = appendRawMember(dst, "id", c.ID)
	dst = appendTextMember(dst, "op", string(c.Op))
	dst = appendTextMember(dst, "mutation", c.Mutation)
	dst = appendTextMember(dst, "policy", string(c.Policy))
	dst = appendRawMember(dst, "base", c.Base)
	dst = appendRawMember(dst, "local", c.Local)
	return append(appendRawMember(dst, "remote", c.Remote), '}')
}
