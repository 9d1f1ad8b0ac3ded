package storetest

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

const (
	cancelRounds = 200
	closeRounds  = 20
	callsUnder   = 20 // calls under way when the connection is closed
)

// contextTests attack with contexts that end.
var contextTests = []backendTest{
	{"Calls_WithACancelledContextDoNothing", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("a"))
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		for verb, err := range callAll(ctx, b) {
			require.ErrorIs(s.T, err, context.Canceled, verb)
			require.ErrorIs(s.T, err, code.Unavailable, verb)
		}
		s.holds(b, 0, "", entry(1, "a"))
	}},
	{"Calls_AfterTheDeadlineDoNothing", func(s *storage) {
		b := s.handle()
		ctx, cancel := context.WithTimeout(s.ctx, -1)
		defer cancel()
		for verb, err := range callAll(ctx, b) {
			require.ErrorIs(s.T, err, context.DeadlineExceeded, verb)
		}
		s.holds(b, 0, "")
	}},
	{"Append_CancelledOnItsWaySaysWhatBecameOfIt", func(s *storage) {
		b, next := s.handle(), uint64(1)
		for round := range cancelRounds {
			err := cancelled(s.ctx, round, func(ctx context.Context) error {
				return b.Append(ctx, log.Append{Sequence: next, Data: []byte("a")})
			})
			if s.kept(err, s.has(b, next)) {
				next++
			}
		}
	}},
	{"Replace_CancelledOnItsWaySaysWhatBecameOfIt", func(s *storage) {
		b, generation := s.handle(), uint64(0)
		for round := range cancelRounds {
			err := cancelled(s.ctx, round, func(ctx context.Context) error {
				return b.Replace(ctx, log.Replace{Generation: generation, Put: blocks(generation)})
			})
			kept := s.read(b).Generation > generation
			require.Equal(s.T, kept, s.blocks(b, generation)[0] != nil)
			if s.kept(err, kept) {
				generation++
			}
		}
	}},
	{"Read_CancelledOnItsWayGivesAllOrAnError", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("a"))
		s.replace(b, log.Replace{Put: blocks(1)})
		for round := range cancelRounds {
			err := cancelled(s.ctx, round, func(ctx context.Context) error {
				snapshot, err := b.Read(ctx, 0)
				if err == nil {
					s.sameEntries([]log.Entry{entry(1, "a")}, snapshot.Entries)
				}
				data, blocksErr := b.Blocks(ctx, []uint64{1})
				if blocksErr == nil {
					require.Equal(s.T, texts("1"), data)
				}
				return errors.Join(err, blocksErr)
			})
			if err != nil {
				require.ErrorIs(s.T, err, context.Canceled)
			}
		}
	}},
}

// closeTests attack with Close.
var closeTests = []backendTest{
	{"Calls_AfterCloseAreClosed", func(s *storage) {
		b := s.handle()
		s.append(b, 0, 1, []byte("a"))
		require.NoError(s.T, b.Close())
		for verb, err := range callAll(s.ctx, b) {
			require.ErrorIs(s.T, err, code.Closed, verb)
		}
		s.holds(s.handle(), 0, "", entry(1, "a"))
	}},
	{"Close_MayBeCalledAgain", func(s *storage) {
		b := s.handle()
		for range 3 {
			require.NoError(s.T, b.Close())
		}
	}},
	{"Close_LeavesOtherConnectionsOpen", func(s *storage) {
		one, other := s.handle(), s.handle()
		s.append(one, 0, 1, []byte("a"))
		require.NoError(s.T, one.Close())
		s.append(other, 0, 2, []byte("b"))
		s.replace(other, log.Replace{Manifest: []byte("m"), Through: 1})
		s.holds(other, 1, "m", entry(2, "b"))
	}},
	{"Close_WhileCallsAreUnderWayEndsThemAll", func(s *storage) {
		witness, next := s.handle(), uint64(1)
		for round := range closeRounds {
			b := s.handle()
			errs := s.closeDuring(b, next, round)
			for i, err := range errs {
				if err != nil {
					require.True(s.T, errors.Is(err, code.Closed) || errors.Is(err, code.UnknownOutcome), "%v", err)
				}
				s.kept(err, s.has(witness, next+uint64(i)))
			}
			next += callsUnder
		}
	}},
}

// callAll calls each method once and returns the errors by verb.
func callAll(ctx context.Context, b log.Backend) map[string]error {
	_, read := b.Read(ctx, 0)
	_, blocks := b.Blocks(ctx, []uint64{1})
	_, survey := b.Survey(ctx)
	_, aside := b.Aside(ctx)
	_, reserve := b.Reserve(ctx, 1)
	return map[string]error{
		"reserve":   reserve,
		"survey":    survey,
		"set aside": b.SetAside(ctx, []log.Piece{{Name: "a"}}),
		"aside":     aside,
		"read":      read,
		"blocks":    blocks,
		"append":    b.Append(ctx, log.Append{Sequence: 2}),
		"replace":   b.Replace(ctx, log.Replace{Through: 1}),
	}
}

// cancelled runs call with a context that ends a little later in each round.
func cancelled(ctx context.Context, round int, call func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		for range round % 20 {
			runtime.Gosched()
		}
		cancel()
	}()
	return call(ctx)
}

// kept holds the error of a write against what storage shows, and returns that:
// no error means kept, an error means not kept, save for an unknown outcome.
func (s *storage) kept(err error, there bool) bool {
	s.Helper()
	if !errors.Is(err, code.UnknownOutcome) {
		require.Equal(s.T, err == nil, there, "the call said %v", err)
	}
	return there
}

// has reports whether storage holds the entry.
func (s *storage) has(b log.Backend, sequence uint64) bool {
	s.Helper()
	snapshot, err := b.Read(s.ctx, sequence-1)
	require.NoError(s.T, err)
	return len(snapshot.Entries) > 0 && snapshot.Entries[0].Sequence == sequence
}

// closeDuring closes b while it appends callsUnder entries from first on, a
// little later in each round, and returns their errors.
func (s *storage) closeDuring(b log.Backend, first uint64, round int) []error {
	errs := make([]error, callsUnder)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = b.Append(s.ctx, log.Append{Sequence: first + uint64(i), Data: []byte("a")}) })
	}
	for range round {
		runtime.Gosched()
	}
	require.NoError(s.T, b.Close())
	group.Wait()
	return errs
}
