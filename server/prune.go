package server

import (
	"context"
	"math"
	"time"
)

// pruneEvery is how often a server looks for what is behind the horizon.
const pruneEvery = time.Hour

// pruneNowAndThen prunes at intervals until the server is closed.
func (s *Server) pruneNowAndThen() {
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.running.Done():
			return
		case <-ticker.C:
		}
		if err := s.Prune(s.running); err != nil && s.running.Err() == nil {
			s.options.Log.Warn("prune", "error", err.Error())
		}
	}
}

// Prune forgets deletions and former states that are older than Options.Horizon, and
// outcomes older than Options.Remember. A server does so by itself once an hour.
func (s *Server) Prune(ctx context.Context) error {
	tenants, err := s.options.Storage.Tenants(ctx)
	if err != nil {
		return err
	}
	before, outcomes := s.cutoff(s.options.Horizon), s.cutoff(s.options.Remember)
	for _, tenant := range tenants {
		for n := pruneAtOnce; n >= pruneAtOnce; {
			err = s.options.Storage.Write(ctx, tenant, func(tx Tx) (err error) {
				n, err = tx.Prune(before, outcomes, pruneAtOnce)
				return err
			})
			if err != nil {
				return err
			}
			s.metrics.pruned.Add(int64(n))
		}
	}
	return nil
}

// cutoff is the time so long ago, or before all times.
func (s *Server) cutoff(age time.Duration) int64 {
	if age <= 0 {
		return math.MinInt64
	}
	return s.options.Now().Add(-age).UnixMilli()
}
