package store

import "github.com/granarydb/granary/store/replication"

// ahead is a pull that is asked while the page before it is taken in, so that neither
// waits for the other. Nothing else is under way to the server then, and its answer
// counts only when that page was all that came in meanwhile: it is the next call's
// answer, come early.
type ahead struct {
	ask     func(number uint64, request []byte)
	request []byte // that was asked; nil for none
	turn    int    // of the state that it belongs to
}

// AskAhead has ask called with the request of the pull that will come next, as soon as
// that can be told: amid Answer of the pull of that number. ask must not block. The
// next Call says with Asked whether it is that pull; if not, the answer is of no use.
func (s *SyncSession) AskAhead(ask func(number uint64, request []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead.ask = ask
}

// lookAhead has the page after p asked for, unless mutations will be pushed first.
func (s *SyncSession) lookAhead(number uint64, x exchange, p *replication.Page) {
	s.mu.Lock()
	ask := s.ahead.ask
	s.mu.Unlock()
	if ask == nil || !p.More {
		return
	}
	st := s.st
	st.mu.Lock()
	state := st.data.syncState()
	if state == nil || state.turn != x.turn || st.data.unsent() > 0 {
		st.mu.Unlock()
		return
	}
	request := st.pullAfter(state, p.Checkpoint, s.options.Limit, 0)
	st.mu.Unlock()
	s.mu.Lock()
	s.ahead.request, s.ahead.turn = request, x.turn+1
	s.mu.Unlock()
	ask(number, request)
}

// wasAsked reports whether that pull is the one that was asked ahead. Whatever the
// call, nothing is ahead any more.
func (s *SyncSession) wasAsked(request []byte, x exchange) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.ahead.request != nil && string(s.ahead.request) == string(request) && s.ahead.turn == x.turn
	s.ahead.request = nil
	return asked
}
