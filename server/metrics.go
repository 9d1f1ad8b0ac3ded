package server

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// bounds are the upper bounds of the histogram of calls, in seconds.
var bounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// metrics counts what a server does.
type metrics struct {
	received atomic.Int64 // bytes of requests
	sent     atomic.Int64 // changes sent in pages
	pokes    atomic.Int64
	faults   atomic.Int64 // of storage
	pruned   atomic.Int64

	mu        sync.Mutex
	calls     map[call]int64
	mutations map[string]int64
	took      map[string]*histogram
}

// call is an endpoint and how it answered.
type call struct {
	endpoint string
	status   int
}

type histogram struct {
	buckets []int64
	count   int64
	sum     float64
}

func newMetrics() *metrics {
	return &metrics{calls: map[call]int64{}, mutations: map[string]int64{}, took: map[string]*histogram{}}
}

func (m *metrics) called(endpoint string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[call{endpoint, status}]++
	h := m.took[endpoint]
	if h == nil {
		h = &histogram{buckets: make([]int64, len(bounds))}
		m.took[endpoint] = h
	}
	h.count++
	h.sum += took.Seconds()
	for i, bound := range bounds {
		if took.Seconds() <= bound {
			h.buckets[i]++
		}
	}
}

func (m *metrics) decided(results []result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range results {
		m.mutations[r.Status]++
	}
}

// write writes what was counted as Prometheus reads it.
func (m *metrics) write(w io.Writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	head(w, "granary_calls_total", "counter", "calls by endpoint and status")
	for _, c := range slices.SortedFunc(maps.Keys(m.calls), func(a, b call) int {
		return slices.Compare([]string{a.endpoint, fmt.Sprint(a.status)}, []string{b.endpoint, fmt.Sprint(b.status)})
	}) {
		fmt.Fprintf(w, "granary_calls_total{endpoint=%q,status=\"%d\"} %d\n", c.endpoint, c.status, m.calls[c])
	}
	head(w, "granary_mutations_total", "counter", "mutations by what became of them")
	for _, status := range slices.Sorted(maps.Keys(m.mutations)) {
		fmt.Fprintf(w, "granary_mutations_total{status=%q} %d\n", status, m.mutations[status])
	}
	head(w, "granary_call_seconds", "histogram", "duration of calls by endpoint")
	for _, endpoint := range slices.Sorted(maps.Keys(m.took)) {
		h := m.took[endpoint]
		for i, bound := range bounds {
			fmt.Fprintf(w, "granary_call_seconds_bucket{endpoint=%q,le=\"%g\"} %d\n", endpoint, bound, h.buckets[i])
		}
		fmt.Fprintf(w, "granary_call_seconds_bucket{endpoint=%q,le=\"+Inf\"} %d\n", endpoint, h.count)
		fmt.Fprintf(w, "granary_call_seconds_sum{endpoint=%q} %g\n", endpoint, h.sum)
		fmt.Fprintf(w, "granary_call_seconds_count{endpoint=%q} %d\n", endpoint, h.count)
	}
}

func head(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// tell serves the metrics.
func (s *Server) tell(w http.ResponseWriter, _ *http.Request, _ User) *Problem {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	hurry(w)
	s.metrics.write(w)
	calls, waiting, live := s.gates.counts()
	one := func(name, kind, help string, value int64) {
		head(w, name, kind, help)
		fmt.Fprintf(w, "%s %d\n", name, value)
	}
	one("granary_received_bytes_total", "counter", "bytes of requests", s.metrics.received.Load())
	one("granary_changes_sent_total", "counter", "changes sent in pages", s.metrics.sent.Load())
	one("granary_pokes_total", "counter", "pokes sent on live streams", s.metrics.pokes.Load())
	one("granary_storage_faults_total", "counter", "calls that storage failed", s.metrics.faults.Load())
	one("granary_pruned_total", "counter", "rows forgotten behind the horizon", s.metrics.pruned.Load())
	one("granary_calls", "gauge", "pushes and pulls under way", int64(calls))
	one("granary_waiting", "gauge", "pulls held until there is news", int64(waiting))
	one("granary_live", "gauge", "live streams open", int64(live))
	return nil
}

// healthAnswer says how the server is.
type healthAnswer struct {
	Status   string `json:"status"` // "ok", "stopping" or "storage"
	Protocol int    `json:"protocol"`
	Schema   string `json:"schema"`
}

// health says whether calls can be served: 200 or 503.
func (s *Server) health(w http.ResponseWriter, r *http.Request, _ User) *Problem {
	answer := healthAnswer{"ok", Version, s.options.Schema.Fingerprint}
	status := http.StatusOK
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.options.Storage.Ping(ctx); err != nil {
		answer.Status, status = "storage", http.StatusServiceUnavailable
	}
	select {
	case <-s.running.Done():
		answer.Status, status = "stopping", http.StatusServiceUnavailable
	default:
	}
	s.answer(w, status, answer)
	return nil
}
