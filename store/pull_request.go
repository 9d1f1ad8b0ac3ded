package store

import "github.com/granarydb/granary/store/replication"

// exchange is one call to the server, from the state on which its request is made to
// the commit of its answer.
type exchange struct {
	turn       int // of the state
	checkpoint []byte
	again      map[string]bool // mutations of a push that may have been sent before
}

// pullRequest is what to ask the server for next.
func (st *Store) pullRequest(limit, wait int) ([]byte, exchange, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.data.syncState()
	if s == nil {
		return nil, exchange{}, stale()
	}
	return st.pullAfter(s, s.checkpoint, limit, wait), exchange{turn: s.turn, checkpoint: s.checkpoint}, nil
}

// pullAfter is what to ask the server for behind a checkpoint. The caller holds mu.
func (st *Store) pullAfter(s *syncState, checkpoint []byte, limit, wait int) []byte {
	p := replication.Pull{Schema: st.schema.Fingerprint, Client: s.client, Checkpoint: checkpoint, Limit: limit, Scope: s.scope, Wait: wait}
	for _, m := range s.wanted(st.schema) {
		p.Models = append(p.Models, m.Name)
	}
	return p.Append(nil)
}
