package memory

import (
	"sync"

	"github.com/granarydb/granary/store/log"
)

// storage is what all connections share. Bytes are copied on the way in and on
// the way out, so that nobody holds a slice of it.
type storage struct {
	mu         sync.Mutex
	identity   string
	generation uint64
	manifest   []byte
	entries    []log.Entry // in the order of their numbers
	blocks     map[uint64][]byte
	aside      map[string][]byte
	watching   map[*Backend]bool
	locks      map[string]*lock
}

func (s *storage) position() log.Position {
	p := log.Position{Identity: s.identity, Generation: s.generation}
	if n := len(s.entries); n > 0 {
		p.Sequence = s.entries[n-1].Sequence
	}
	return p
}

// watchers are those of all connections but one.
func (s *storage) watchers(but *Backend) []log.Watcher {
	var list []log.Watcher
	for b := range s.watching {
		if b != but {
			list = append(list, b.watcher)
		}
	}
	return list
}

func (s *storage) read(after uint64) log.Snapshot {
	snapshot := log.Snapshot{Identity: s.identity, Generation: s.generation}
	if s.generation > 0 {
		snapshot.Manifest = copied(s.manifest)
	}
	for _, e := range s.entries[s.above(after):] {
		snapshot.Entries = append(snapshot.Entries, log.Entry{Sequence: e.Sequence, Data: copied(e.Data)})
	}
	return snapshot
}

func (s *storage) readBlocks(ids []uint64) [][]byte {
	blocks := make([][]byte, len(ids))
	for i, id := range ids {
		if data, ok := s.blocks[id]; ok {
			blocks[i] = copied(data)
		}
	}
	return blocks
}

func (s *storage) append(a log.Append) error {
	at := s.above(a.Sequence)
	if !s.is(a.Identity, a.Generation) || at > 0 && s.entries[at-1].Sequence == a.Sequence {
		return log.ErrTaken
	}
	s.add(log.Entry{Sequence: a.Sequence, Data: a.Data})
	return nil
}

// add puts a copy of an entry in its place.
func (s *storage) add(e log.Entry) {
	at := s.above(e.Sequence)
	s.entries = append(s.entries, log.Entry{})
	copy(s.entries[at+1:], s.entries[at:]) // nothing, as a rule: numbers grow
	s.entries[at] = log.Entry{Sequence: e.Sequence, Data: copied(e.Data)}
}

func (s *storage) replace(r log.Replace) error {
	at := s.above(r.Through)
	if !s.is(r.Identity, r.Generation) || r.Alone && at < len(s.entries) && s.entries[at].Sequence == r.Through+1 {
		return log.ErrTaken
	}
	for _, e := range r.Add {
		if at := s.above(e.Sequence); e.Sequence > r.Through && at > 0 && s.entries[at-1].Sequence == e.Sequence {
			return log.ErrTaken
		}
	}
	s.generation++
	s.manifest = copied(r.Manifest)
	for _, id := range r.Drop {
		delete(s.blocks, id)
	}
	for _, block := range r.Put {
		s.blocks[block.ID] = copied(block.Data)
	}
	s.entries = append([]log.Entry(nil), s.entries[at:]...)
	for _, e := range r.Add {
		s.add(e)
	}
	return nil
}

// is reports whether the storage is that of the identity, if there is one, in that
// generation.
func (s *storage) is(identity string, generation uint64) bool {
	return (identity == "" || identity == s.identity) && generation == s.generation
}

// above returns the position of the first entry numbered above sequence.
func (s *storage) above(sequence uint64) int {
	at := len(s.entries)
	for at > 0 && s.entries[at-1].Sequence > sequence {
		at--
	}
	return at
}

// copied returns a copy that is never nil: a block without bytes is a block.
func copied(data []byte) []byte {
	return append(make([]byte, 0, len(data)), data...)
}
