package memory

import (
	"context"
)

// lock is one that somebody has, with those that wait for it.
type lock struct {
	holder  *turn
	waiting []*turn
}

// turn is one call of Lock.
type turn struct {
	b     *Backend
	over  bool          // it waits no more, or has given the lock back
	ended chan struct{} // closed when the lock is its own, or never will be
}

// Lock takes the lock of that name.
func (b *Backend) Lock(ctx context.Context, name string, wait bool) (unlock func(), err error) {
	s := b.storage
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := b.usable(ctx, "lock"); err != nil {
		return nil, err
	}
	t := &turn{b: b, ended: make(chan struct{})}
	l := s.locks[name]
	switch {
	case l == nil:
		s.locks[name] = &lock{holder: t}
		return func() { s.unlock(name, t) }, nil
	case !wait:
		return nil, nil
	}
	l.waiting = append(l.waiting, t)
	s.mu.Unlock()
	select {
	case <-t.ended:
	case <-ctx.Done():
	}
	s.mu.Lock()
	if err := b.usable(ctx, "lock"); err != nil {
		s.end(name, t)
		return nil, err
	}
	return func() { s.unlock(name, t) }, nil
}

func (s *storage) unlock(name string, t *turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(name, t)
}

// end gives back the lock of a turn, or its place among those that wait.
func (s *storage) end(name string, t *turn) {
	t.over = true
	l := s.locks[name]
	if l == nil || l.holder != t {
		return
	}
	for len(l.waiting) > 0 {
		next := l.waiting[0]
		l.waiting = l.waiting[1:]
		if !next.over {
			l.holder = next
			close(next.ended)
			return
		}
	}
	delete(s.locks, name)
}

// release ends all turns of a connection.
func (s *storage) release(b *Backend) {
	for name, l := range s.locks {
		for _, t := range l.waiting {
			if t.b == b && !t.over {
				t.over = true
				close(t.ended)
			}
		}
		if l.holder.b == b {
			s.end(name, l.holder)
		}
	}
}
