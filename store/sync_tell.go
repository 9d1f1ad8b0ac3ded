package store

import (
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/replication"
)

// took counts a page, and tells of it.
func (s *SyncSession) took(p *replication.Page, out taken) {
	s.mu.Lock()
	s.status.Pages++
	s.status.Rows += out.rows
	for i := range p.Changes {
		if m := s.st.schema.Model(p.Changes[i].Model); m != nil {
			s.models[m.Index].Rows++
		}
	}
	for _, m := range out.models {
		s.models[m.Index].Synced = true
	}
	s.mu.Unlock()
	s.tellBad(out.bad)
	if out.reset {
		s.tell(SyncEvent{Type: SyncReset})
	}
	for _, m := range out.models {
		s.tell(SyncEvent{Type: SyncModelSynced, Model: m.Name})
	}
	if out.ready {
		s.tell(SyncEvent{Type: SyncReady})
	}
}

func (s *SyncSession) failed(err error) {
	if code.Of(err) == code.Stale {
		return
	}
	refusal := replication.RefusalOf(err)
	reached := refusal != nil && refusal.Status < 500 || code.Of(err) == code.Protocol
	s.mu.Lock()
	s.status.Err = err
	s.mu.Unlock()
	s.tell(SyncEvent{Type: SyncFailed, Err: err})
	s.reached(reached)
}

func (s *SyncSession) succeeded() {
	s.mu.Lock()
	s.status.Err = nil
	s.status.SyncedAt = s.st.options.Clock()
	s.mu.Unlock()
	s.reached(true)
}

func (s *SyncSession) reached(yes bool) {
	now := -1
	if yes {
		now = 1
	}
	s.mu.Lock()
	before := s.network
	s.network = now
	s.mu.Unlock()
	if before != now {
		s.tell(SyncEvent{Type: SyncNetwork, Online: yes})
	}
}

func (s *SyncSession) tellPhase() {
	s.mu.Lock()
	s.status.Phase, s.status.Retries = s.machine.Phase(), s.machine.Retries()
	s.status.Leader = s.status.Phase != replication.Waiting
	phase := s.status.Phase
	s.mu.Unlock()
	s.tell(SyncEvent{Type: SyncPhase, Phase: phase})
}

func (s *SyncSession) tellFiled(filed []RejectedMutation) {
	for i := range filed {
		s.tell(SyncEvent{Type: SyncRejected, Rejected: &filed[i]})
	}
}

func (s *SyncSession) tellBad(bad []replication.Bad) {
	for i := range bad {
		s.tell(SyncEvent{Type: SyncAside, Model: bad[i].Model, ID: bad[i].ID, Err: bad[i].Err})
	}
}

func (s *SyncSession) tell(e SyncEvent) {
	if s.options.Event == nil {
		return
	}
	s.telling.Lock()
	defer s.telling.Unlock()
	s.options.Event(e)
}

// pulls returns how many pulls have come to the end.
func (s *SyncSession) pulls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.caught
}

// follows notes whether another store syncs, and followed reports it.
func (s *SyncSession) follows(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.follower = yes
}

func (s *SyncSession) followed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.follower
}

// ended notes that this store syncs no more.
func (s *SyncSession) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Phase, s.status.Leader = replication.Waiting, false
}

// source says whose the changes of the entry are that was last taken in: the server's,
// when something of it was taken in with them and none of them is to be sent. A store
// that was cleared is another client.
func (d *dataset) source() Source {
	const client, turn = 1, 3 // positions in syncLayout
	differ := func(a, b record.Row, i int) bool {
		return string(syncLayout.Value(a, i)) != string(syncLayout.Value(b, i))
	}
	source := OtherTab
	for i := range d.changes {
		c := &d.changes[i]
		switch before, after := c.Before(), c.After(); {
		case c.Table == d.kept[outboxModel] && before == nil:
			return OtherTab
		case c.Table == d.kept[rejectedModel] && before == nil:
			source = Synced
		case c.Table == d.kept[syncModel] && before != nil && after != nil:
			if differ(before, after, turn) && !differ(before, after, client) {
				source = Synced
			}
		}
	}
	return source
}
