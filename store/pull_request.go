package store

import "github.com/granarydb/granary/store/replication"

// exchange is one call to the server, from the state on which its request is made to
// the commit of its answer.
type exchange struct {
	turn       int // of the state
	checkpoint []byte
	again      map[string]bool // mutations of a push that may have been sent before
}

// pullRequest is what to ask the server for next: from now on, or once a page was
// taken in.
func (st *Store) pullRequest(limit, wait int, once *replication.Page) ([]byte, exchange, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.data.syncState()
	if s == nil {
		return nil, exchange{}, stale()
	}
	x := exchange{turn: s.turn, checkpoint: s.checkpoint}
	if once != nil {
		x = exchange{turn: s.turn + 1, checkpoint: once.Checkpoint}
	}
	p := replication.Pull{Schema: st.schema.Fingerprint, Client: s.client, Checkpoint: x.checkpoint, Limit: limit, Scope: s.scope, Wait: wait}
	for _, m := range s.wanted(st.schema) {
		p.Models = append(p.Models, m.Name)
	}
	return p.Append(nil), x, nil
}
