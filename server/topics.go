package server

import "sync"

// topics wakes who waits for changes of a tenant. A word is never kept: who waits
// asks for the topic first and looks at storage then, so no change falls between.
type topics struct {
	mu     sync.Mutex
	topics map[string]chan struct{} // closed at the next change
}

func newTopics() *topics { return &topics{topics: map[string]chan struct{}{}} }

// next returns what is closed at the next change of the tenant.
func (t *topics) next(tenant string) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.topics[tenant] == nil {
		t.topics[tenant] = make(chan struct{})
	}
	return t.topics[tenant]
}

// wake tells of a change of the tenant, or perhaps of all.
func (t *topics) wake(tenant string, all bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, topic := range t.topics {
		if all || name == tenant {
			close(topic)
			delete(t.topics, name)
		}
	}
}
