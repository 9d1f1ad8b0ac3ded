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
	given := s.flight != number
	if !given {
		s.ahead = a
	}
	s.mu.Unlock()
	if given {
		abort()
		return
	}
	go func() {
		defer close(a.done)
		a.body, a.err = s.remote.Pull(ctx, request)
	}()
}

// takeAhead returns what was asked ahead, nil for nothing; it is the caller's now.
func (s *Sync) takeAhead() *early {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.ahead
	s.ahead = nil
	return a
}

// wait returns the answer.
func (a *early) wait(ctx context.Context) ([]byte, error) {
	defer a.abort()
	select {
	case <-a.done:
		return a.body, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// end gives it up.
func (a *early) end() {
	if a != nil {
		a.abort()
	}
}
