package store

import "github.com/granarydb/granary/store/replication"

// SyncStatus says how sync goes.
type SyncStatus struct {
	Phase    replication.Phase
	Leader   bool  // this store syncs, and not another one on the same storage
	Ready    bool  // everything that the server has was pulled once
	Pending  int   // mutations that the server has not answered
	Rejected int   // mutations in the rejected box
	Pages    int   // that this store has pulled
	Rows     int   // changes in them
	Retries  int   // failures in a row
	Err      error // of the last call, nil when that went well
	SyncedAt int64 // when the server was last heard, in milliseconds since 1970; 0 for never
	Models   []SyncModelStatus
}

// SyncModelStatus says how the sync of a model goes.
type SyncModelStatus struct {
	Model   string
	Mode    Mode
	Rows    int  // changes of it that this store has pulled
	Synced  bool // it was pulled to its end once
	Pending int  // mutations that change records of it
}

// SyncEventType says what has happened in sync.
type SyncEventType string

// What happens in sync, with the names that this has in JavaScript.
const (
	SyncNetwork     SyncEventType = "networkStatus" // the server can be reached, or can no longer
	SyncOutbox      SyncEventType = "outboxStatus"  // there are more or fewer mutations under way
	SyncModelSynced SyncEventType = "modelSynced"   // all records of a model were pulled
	SyncReady       SyncEventType = "ready"         // all records of all models were
	SyncPhase       SyncEventType = "phase"         // the phase is another one
	SyncConflict    SyncEventType = "conflict"      // others had changed the same
	SyncRejected    SyncEventType = "rejected"      // a change was taken back and filed
	SyncReset       SyncEventType = "reset"         // the server sends everything again
	SyncAside       SyncEventType = "setAside"      // the server sent a record that cannot be
	SyncFailed      SyncEventType = "failed"        // a call failed, and will be made again
)

// SyncEvent is something that has happened in sync.
type SyncEvent struct {
	Type     SyncEventType
	Online   bool              // of SyncNetwork
	Pending  int               // of SyncOutbox
	Model    string            // of SyncModelSynced and SyncAside
	ID       []byte            // of SyncAside: JSON text, nil when it cannot be told
	Phase    replication.Phase // of SyncPhase
	Conflict *ConflictEvent
	Rejected *RejectedMutation
	Err      error // of SyncAside and SyncFailed
}

// pendingByModel counts the mutations that change records of each model.
func (st *Store) pendingByModel() []int {
	counts := make([]int, len(st.schema.Models))
	last := make([]int, len(counts))
	n := 0
	st.data.mutations(func(m *mutation) bool {
		n++
		for i := range m.ops {
			if model := m.ops[i].model; model != nil && last[model.Index] != n {
				last[model.Index] = n
				counts[model.Index]++
			}
		}
		return true
	})
	return counts
}
