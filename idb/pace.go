//go:build js && wasm

package idb

import (
	"sync"
	"time"
)

// pace does something at once, and then at most once in a while, however often it is
// wanted: what was wanted last is done when the while is over.
type pace struct {
	while time.Duration

	mu    sync.Mutex
	last  time.Time   // when something was done
	due   func()      // nil when nothing waits
	timer *time.Timer // runs while something waits
}

func (p *pace) want(do func()) {
	p.mu.Lock()
	p.due = do
	waits := p.timer != nil
	if !waits {
		left := p.while - time.Since(p.last)
		if waits = left > 0; waits {
			p.timer = time.AfterFunc(left, p.flush)
		}
	}
	p.mu.Unlock()
	if !waits {
		p.flush()
	}
}

// flush does what waits.
func (p *pace) flush() {
	if do := p.take(); do != nil {
		do()
	}
}

// take makes what waits the caller's. It is not done any more.
func (p *pace) take() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	do := p.due
	p.due, p.last = nil, time.Now()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	return do
}
