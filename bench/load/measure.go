package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"
)

// report is what was measured with one server.
type report struct {
	Server       string  `json:"server"`
	Clients      int     `json:"clients"`
	Engine       bool    `json:"engine"` // they are stores
	Seconds      float64 `json:"seconds"`
	Mutations    int     `json:"mutations"`
	PerSecond    float64 `json:"mutationsPerSecond"`
	Push         latency `json:"push"`
	Pulled       int     `json:"changesPulled"`
	PulledSecond float64 `json:"changesPulledPerSecond"`
	Pull         latency `json:"pull"`
	Lost         int     `json:"lost"` // acknowledged records that were not pulled by everybody; the run fails if there are any
}

// latency is how long calls of one kind took, in milliseconds.
type latency struct {
	Calls int     `json:"calls"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// record is what one client did.
type record struct {
	pushes, pulls     []time.Duration
	mutations, pulled int
	err               error
}

// measure lets clients push and pull for the time, then pull what is left, and sees
// that everybody holds all that was acknowledged to anybody.
func measure(ctx context.Context, name, url string, p plan) (report, error) {
	run := strconv.FormatInt(time.Now().UnixNano(), 36)
	peers, records := make([]peer, p.clients), make([]record, p.clients)
	began := time.Now()
	over := began.Add(p.length)
	var wg sync.WaitGroup
	for i := range peers {
		var err error
		if peers[i], err = newPeer(ctx, p, url, fmt.Sprintf("%s-%d", run, i)); err != nil {
			return report{}, err
		}
		defer func() { _ = peers[i].End() }()
		wg.Go(func() { records[i].work(ctx, peers[i], over, p.batch) })
	}
	wg.Wait()
	seconds := time.Since(began).Seconds()
	r := report{Server: name, Clients: p.clients, Engine: p.engine, Seconds: seconds}
	var failures []error
	var pushes, pulls []time.Duration
	for i := range records {
		failures = append(failures, records[i].err)
		pushes, pulls = append(pushes, records[i].pushes...), append(pulls, records[i].pulls...)
		r.Mutations += records[i].mutations
		r.Pulled += records[i].pulled
	}
	if err := errors.Join(failures...); err != nil {
		return r, err
	}
	r.PerSecond, r.PulledSecond = float64(r.Mutations)/seconds, float64(r.Pulled)/seconds
	r.Push, r.Pull = latencyOf(pushes), latencyOf(pulls)
	return r, r.judge(ctx, peers)
}

func newPeer(ctx context.Context, p plan, url, name string) (peer, error) {
	if p.engine {
		return newEngine(ctx, url, name)
	}
	return newPlain(url, name), nil
}

// work pushes and pulls in turn until the time is over.
func (r *record) work(ctx context.Context, p peer, over time.Time, batch int) {
	for time.Now().Before(over) {
		began := time.Now()
		n, err := p.Push(ctx, batch)
		r.pushes = append(r.pushes, time.Since(began))
		if r.mutations += n; err != nil {
			r.err = err
			return
		}
		began = time.Now()
		n, _, err = p.Pull(ctx)
		r.pulls = append(r.pulls, time.Since(began))
		if r.pulled += n; err != nil {
			r.err = err
			return
		}
	}
}

// judge lets everybody pull what is left, and compares.
func (r *report) judge(ctx context.Context, peers []peer) error {
	wrote := map[string]string{}
	for _, p := range peers {
		for more := true; more; {
			var err error
			if _, more, err = p.Pull(ctx); err != nil {
				return err
			}
		}
		maps.Copy(wrote, p.Wrote())
	}
	for i, p := range peers {
		holds := p.Holds()
		for id, version := range wrote {
			if holds[id] != version {
				r.Lost++
			}
		}
		if r.Lost > 0 {
			return fmt.Errorf("client %d does not hold %d of %d records that were acknowledged", i, r.Lost, len(wrote))
		}
	}
	return nil
}

func latencyOf(took []time.Duration) latency {
	if len(took) == 0 {
		return latency{}
	}
	slices.Sort(took)
	at := func(part float64) float64 {
		return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000
	}
	return latency{len(took), at(0.5), at(0.95), at(0.99), at(1)}
}

func printTable(out io.Writer, reports []report) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "server\tclients\tmutations/s\tpush p50\tp95\tp99\tmax ms\tchanges/s\tpull p50\tp95\tp99\tmax ms\tlost\t")
	for _, r := range reports {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t\n", r.Server, r.Clients, r.PerSecond,
			r.Push.P50, r.Push.P95, r.Push.P99, r.Push.Max, r.PulledSecond, r.Pull.P50, r.Pull.P95, r.Pull.P99, r.Pull.Max, r.Lost)
	}
	_ = w.Flush()
}
