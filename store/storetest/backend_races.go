package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/log"
)

const (
	raceRounds     = 200
	snapshotRounds = 60
)

// raceTests attack with several writers at the same time.
var raceTests = []backendTest{
	{"Append_RacedByTwoConnectionsIsWonByOne", func(s *storage) {
		writers := [2]log.Backend{s.handle(), s.handle()}
		var want []log.Entry
		for round := range uint64(raceRounds) {
			winner := s.race(func(i int) error {
				data := fmt.Appendf(nil, "writer %d", i)
				return writers[i].Append(s.ctx, log.Append{Sequence: round + 1, Data: data})
			}, round)
			want = append(want, entry(round+1, fmt.Sprintf("writer %d", winner)))
		}
		s.sameEntries(want, s.read(writers[0]).Entries)
	}},
	{"Replace_RacedByTwoConnectionsIsWonByOne", func(s *storage) {
		writers := [2]log.Backend{s.handle(), s.handle()}
		for round := range uint64(raceRounds) {
			winner := s.race(func(i int) error {
				mine := 2*round + uint64(i)
				return writers[i].Replace(s.ctx, log.Replace{
					Generation: round, Manifest: fmt.Append(nil, mine), Put: blocks(mine)})
			}, round)
			won, lost := 2*round+uint64(winner), 2*round+uint64(1-winner)
			s.holds(writers[0], round+1, fmt.Sprint(won))
			require.Equal(s.T, texts(fmt.Sprint(won), ""), s.blocks(writers[1], won, lost))
		}
	}},
	{"Append_RacedByAReplaceIsKeptOrTaken", func(s *storage) {
		appender, replacer := s.handle(), s.handle()
		for round := range uint64(raceRounds) {
			var appended, replaced error
			run := func(i int) {
				if i == int(round%2) {
					appended = appender.Append(s.ctx, log.Append{Generation: round, Sequence: round + 1, Data: []byte("a")})
				} else {
					replaced = replacer.Replace(s.ctx, log.Replace{Generation: round, Through: round})
				}
			}
			together(run)
			require.NoError(s.T, replaced)
			if appended != nil {
				require.ErrorIs(s.T, appended, log.ErrTaken)
				s.holds(replacer, round+1, "")
				s.append(appender, round+1, round+1, []byte("a"))
			}
			s.holds(replacer, round+1, "", entry(round+1, "a"))
		}
	}},
	{"Read_IsOneSnapshotWhileOthersWrite", func(s *storage) {
		writer, reader := s.handle(), s.handle()
		done := make(chan struct{})
		var reads atomic.Int32
		var failed error
		go func() {
			defer close(done)
			failed = s.fold(writer, func() bool { return reads.Load() > 1 })
		}()
		for running := true; running; reads.Add(1) {
			select {
			case <-done:
				running = false
			default:
			}
			s.isWhole(s.read(reader))
		}
		require.NoError(s.T, failed)
	}},
}

// race runs attempt(0) and attempt(1) at the same time, requires that exactly one
// of them won, and returns which. Who starts first changes with the round.
func (s *storage) race(attempt func(i int) error, round uint64) int {
	s.Helper()
	var errs [2]error
	together(func(i int) {
		i = (i + int(round)) % 2
		errs[i] = attempt(i)
	})
	winner := 0
	if errs[0] != nil {
		winner = 1
	}
	require.NoError(s.T, errs[winner], "round %d: nobody won", round)
	require.ErrorIs(s.T, errs[1-winner], log.ErrTaken, "round %d", round)
	return winner
}

func together(run func(i int)) {
	var group sync.WaitGroup
	group.Go(func() { run(0) })
	group.Go(func() { run(1) })
	group.Wait()
}

// fold appends entries and folds every third time all of them but the last into
// the manifest, which holds as text how many were folded. It does so again and again
// until enough reads have fallen between.
func (s *storage) fold(b log.Backend, enough func() bool) error {
	var generation uint64
	for n := uint64(1); n <= snapshotRounds || !enough(); n++ {
		runtime.Gosched() // in a browser nobody else runs without it
		if err := b.Append(s.ctx, log.Append{Generation: generation, Sequence: n, Data: []byte("e")}); err != nil {
			return err
		}
		if n%3 != 0 {
			continue
		}
		r := log.Replace{Generation: generation, Manifest: fmt.Append(nil, n-1), Through: n - 1}
		if err := b.Replace(s.ctx, r); err != nil {
			return errors.Join(fmt.Errorf("fold at %d", n), err)
		}
		generation++
	}
	return nil
}

// isWhole requires that the entries of a snapshot go on where its manifest ends.
func (s *storage) isWhole(snapshot log.Snapshot) {
	s.Helper()
	var next uint64
	if snapshot.Generation > 0 {
		_, err := fmt.Sscan(string(snapshot.Manifest), &next)
		require.NoError(s.T, err)
		require.Equal(s.T, snapshot.Generation*3-1, next)
	}
	for _, e := range snapshot.Entries {
		next++
		require.Equal(s.T, next, e.Sequence)
	}
}
