package store

import "context"

// early is a pull that was asked ahead of its turn.
type early struct {
	abort func()
	done  chan struct{} // closed when there is an answer, or an error
	body  []byte
	err   error
}

// askAhead asks for the page after that of the call of that number, unless the call
// was given up.
func (s *Sync) askAhead(ctx context.Context, number uint64, request []byte) {
	ctx, abort := context.WithCancel(ctx)
	a := &early{abort: abort, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight != number {
		abort()
		return
	}
	s.ahead = a
	go func() {
		a.body, a.err = s.remote.Pull(ctx, request)
		close(a.done)
	}()
}

// end gives it up.
func (a *early) end() {
	if a != nil {
		a.abort()
	}
}
