package server

import (
	"net/http"
	"sync"
	"time"
)

// gates counts what is under way, so that no more of it is than the limits say.
type gates struct {
	limits Limits
	now    func() time.Time

	mu      sync.Mutex
	calls   int
	waiting int
	live    int
	held    map[string]int // pulls held and live streams, by user
	buckets map[string]bucket
}

// bucket is how many calls a user may make at once, at a time.
type bucket struct {
	tokens float64
	at     time.Time
}

const (
	burst      = 10      // seconds of calls that a user may make at once
	maxBuckets = 100_000 // users remembered; beyond, all are forgotten
)

// enter counts a push or a pull. leave is called when it ends, and twice does no harm.
func (g *gates) enter() (leave func(), p *Problem) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.calls >= g.limits.Calls {
		return nil, busy(http.StatusServiceUnavailable, "too many calls are under way", time.Second)
	}
	g.calls++
	return sync.OnceFunc(func() { g.add(&g.calls, -1) }), nil
}

// hold counts a pull that is held, or a live stream.
func (g *gates) hold(u User, count *int, most int) (leave func(), p *Problem) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if *count >= most {
		return nil, busy(http.StatusServiceUnavailable, "too many clients wait for news", 5*time.Second)
	}
	who := u.Tenant + "\x00" + u.ID
	if u.ID != "" && g.held[who] >= g.limits.PerUser {
		return nil, busy(http.StatusTooManyRequests, "the user waits for news in too many places", 5*time.Second)
	}
	if g.held == nil {
		g.held = map[string]int{}
	}
	*count++
	g.held[who]++
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		*count--
		if g.held[who]--; g.held[who] == 0 {
			delete(g.held, who)
		}
	}), nil
}

// rate counts a call against what its user may make in a second.
func (g *gates) rate(u User) *Problem {
	if g.limits.Rate == 0 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.buckets == nil || len(g.buckets) > maxBuckets {
		g.buckets = map[string]bucket{}
	}
	now, full, who := g.now(), float64(g.limits.Rate*burst), u.Tenant+"\x00"+u.ID
	b, known := g.buckets[who]
	if !known {
		b = bucket{full, now}
	}
	b.tokens = min(full, b.tokens+now.Sub(b.at).Seconds()*float64(g.limits.Rate))
	b.at = now
	if b.tokens < 1 {
		g.buckets[who] = b
		return busy(http.StatusTooManyRequests, "the user calls too often", time.Second)
	}
	b.tokens--
	g.buckets[who] = b
	return nil
}

func (g *gates) add(count *int, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	*count += n
}

// counts returns what is under way.
func (g *gates) counts() (calls, waiting, live int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls, g.waiting, g.live
}
