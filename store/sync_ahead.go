package store

import "github.com/granarydb/granary/store/replication"

// ahead is a pull that is asked while the page before it is taken in, so that neither
// waits for the other. Nothing else is under way to the server then, and its answer
// counts only when that page was all that came in meanwhile: it is the next call's
// answer, come early.
type ahead struct {
	request []byte // that was asked; nil for none
	turn    int    // of the state that it belongs to
}

// lookAhead has the page after p asked for, unless mutations will be pushed first.
func (s *SyncSession) lookAhead(number uint64, x exchange, p *replication.Page) {
	if s.AskAhead == nil || !p.More || s.Pending() > 0 {
		return
	}
	request, next, err := s.st.pullRequest(s.options.Limit, 0, p)
	if err != nil || next.turn != x.turn+1 {
		return
	}
	s.mu.Lock()
	s.ahead = ahead{request, next.turn}
	s.mu.Unlock()
	s.AskAhead(number, request)
}

// wasAsked reports whether that pull is the one that was asked ahead. Whatever the
// call, nothing is ahead any more.
func (s *SyncSession) wasAsked(request []byte, x exchange) bool {
	s.mu.Lock()
	a := s.ahead
	s.ahead = ahead{}
	s.mu.Unlock()
	return a.request != nil && string(a.request) == string(request) && a.turn == x.turn
}
