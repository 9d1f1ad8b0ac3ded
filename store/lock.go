package store

import "sync"

// lock guards all that is in memory. An open transaction puts its writes into the
// tables when it reads, and leaves them there for its next verb; whoever else takes
// the lock finds the tables without them, because Lock takes them back first.
type lock struct {
	sync.Mutex
	held *Tx // whose writes are in the tables
}

// Lock locks, and leaves in the tables only what everybody may see.
func (l *lock) Lock() {
	l.Mutex.Lock()
	l.clear()
}

// clear takes back what a transaction has put into the tables.
func (l *lock) clear() {
	if l.held != nil {
		l.held.x.undo(0, 0)
		l.held.x, l.held = nil, nil
	}
}
