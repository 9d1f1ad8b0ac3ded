package replication

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
)

// player plays a machine and keeps what it wants.
type player struct {
	*Machine
	now   int64
	flown []Effect // calls that were neither answered nor cancelled
	other []EffectKind
	timer int64
}

func play(c Config) *player {
	n := uint64(0)
	c.Random = func() uint64 { n += 0x9e3779b97f4a7c15; return n }
	return &player{Machine: NewMachine(c), now: 1, timer: -1}
}

func (p *player) hear(e Event) {
	for _, f := range p.Step(p.now, e) {
		switch f.Kind {
		case DoPull, DoPush:
			p.flown = append(p.flown, f)
		case Cancel:
			p.flown = nil
		case SetTimer:
			p.timer = f.At
		default:
			p.other = append(p.other, f.Kind)
		}
	}
}

// answer ends the call under way.
func (p *player) answer(e Event) {
	f := p.flown[0]
	p.flown = p.flown[1:]
	e.Kind, e.Number = Pulled, f.Number
	if f.Kind == DoPush {
		e.Kind = Pushed
	}
	p.hear(e)
}

// wait goes to the time of the timer, and returns how long that was.
func (p *player) wait() int64 {
	before := p.now
	p.now = p.timer
	p.hear(Event{Kind: Tick})
	return p.now - before
}

func (p *player) flying() EffectKind {
	if len(p.flown) != 1 {
		return TellPhase
	}
	return p.flown[0].Kind
}

func TestMachine_HasOneCallUnderWayAndAlternates(t *testing.T) {
	p := play(Config{})
	p.hear(Event{Kind: Begin, Left: 5})
	require.Equal(t, DoPush, p.flying())
	p.answer(Event{Left: 4, Moved: true})
	require.Equal(t, DoPull, p.flying())
	p.answer(Event{More: true})
	require.Equal(t, DoPush, p.flying())
	p.answer(Event{Left: 3, Moved: true})
	require.Equal(t, DoPull, p.flying())
	p.answer(Event{})
	require.Equal(t, DoPush, p.flying())
	p.answer(Event{Left: 0, Moved: true})
	require.Equal(t, DoPull, p.flying(), "to see what came of it")
	p.answer(Event{})
	require.Equal(t, Idle, p.Phase())
	require.EqualValues(t, defaultInterval, p.wait())
	require.Equal(t, DoPull, p.flying())
}

func TestMachine_BacksOffWithJitterAndComesBack(t *testing.T) {
	p := play(Config{})
	p.hear(Event{Kind: Begin})
	for n := range 12 {
		p.answer(Event{Err: errors.New("no network")})
		require.Equal(t, Backoff, p.Phase())
		longest := min(int64(defaultBackoff)<<n, maxBackoff)
		delay := p.wait()
		require.LessOrEqual(t, delay, longest)
		require.GreaterOrEqual(t, delay, longest/2)
		require.Equal(t, DoPull, p.flying())
	}
	p.answer(Event{})
	require.Equal(t, Idle, p.Phase())

	p.hear(Event{Kind: Wrote, Left: 1})
	p.answer(Event{Err: &Refusal{Status: 503, RetryAfter: 20_000}, Left: 1})
	require.GreaterOrEqual(t, p.wait(), int64(20_000))
	require.Equal(t, DoPush, p.flying())
}

func TestMachine_ThatCannotPullGoesOnPushing(t *testing.T) {
	p := play(Config{})
	p.hear(Event{Kind: Begin})
	p.answer(Event{Err: code.Fault(code.Protocol, "", "", "")})
	p.hear(Event{Kind: Wrote, Left: 1})
	require.Equal(t, DoPush, p.flying())
}

func TestMachine_AsksForATokenAndWaits(t *testing.T) {
	p := play(Config{})
	p.hear(Event{Kind: Begin, Left: 1})
	p.answer(Event{Err: &Refusal{Status: 401}})
	require.Equal(t, Auth, p.Phase())
	require.Contains(t, p.other, AskToken)
	require.Empty(t, p.flown)
	p.hear(Event{Kind: Authorized})
	require.Equal(t, DoPush, p.flying())
	p.answer(Event{Err: &Refusal{Status: 401}})
	p.hear(Event{Kind: Authorized})
	require.NotEqual(t, DoPush, p.flying(), "the token did not help: not at once")
	p.hear(Event{Kind: Resume})
	require.Equal(t, 1, len(p.flown))
}

func TestMachine_ForgetsTheCheckpointOnceAndThenWaits(t *testing.T) {
	p := play(Config{})
	p.hear(Event{Kind: Begin})
	reset := &Refusal{Status: 409, Body: []byte(`{"reset": true}`)}
	p.answer(Event{Err: reset})
	require.Contains(t, p.other, Forget)
	require.Empty(t, p.flown)
	p.hear(Event{Kind: Anew})
	require.Equal(t, DoPull, p.flying())
	p.answer(Event{Err: reset})
	require.Empty(t, p.flown)
	require.Equal(t, Backoff, p.Phase())
}

func TestMachine_StopsForAnotherVersionAndOnPause(t *testing.T) {
	p := play(Config{Live: true})
	p.hear(Event{Kind: Begin})
	require.NotContains(t, p.other, OpenLive, "before everything was pulled")
	p.answer(Event{})
	require.Contains(t, p.other, OpenLive)
	p.hear(Event{Kind: Wrote, Left: 1})
	p.hear(Event{Kind: Pause})
	require.Empty(t, p.flown)
	require.Equal(t, Paused, p.Phase())
	require.Contains(t, p.other, CloseLive)
	p.hear(Event{Kind: Resume})
	require.Len(t, p.flown, 1)
	p.answer(Event{Err: &Refusal{Status: 426}})
	require.Equal(t, Upgrade, p.Phase())
	p.hear(Event{Kind: SyncNow})
	require.Empty(t, p.flown)
}

func TestMachine_HasTheServerHoldAPullAndGivesItUpForAPush(t *testing.T) {
	p := play(Config{Wait: 25_000})
	p.hear(Event{Kind: Begin})
	p.answer(Event{})
	require.EqualValues(t, 25_000, p.flown[0].Wait)
	p.hear(Event{Kind: Wrote, Left: 1})
	require.Equal(t, DoPush, p.flying())
	p.answer(Event{Moved: true})
	require.EqualValues(t, 25_000, p.flown[0].Wait)
	p.answer(Event{})
	require.Empty(t, p.flown, "a server that does not hold is not asked without end")
	require.Positive(t, p.wait())
}

func TestMachine_GivesUpACallThatTakesTooLong(t *testing.T) {
	p := play(Config{Timeout: 5_000})
	p.hear(Event{Kind: Begin})
	require.EqualValues(t, 5_000, p.wait())
	require.Equal(t, Backoff, p.Phase())
	p.hear(Event{Kind: Pulled, Number: 1, More: true})
	require.Equal(t, Backoff, p.Phase(), "an answer that comes later is nobody's")
}

func TestMachine_SendsLessWhenItWasTooMuch(t *testing.T) {
	p := play(Config{Batch: 4})
	p.hear(Event{Kind: Begin, Left: 10})
	for _, limit := range []int{4, 2, 1} {
		for p.flying() == DoPull {
			p.answer(Event{})
		}
		require.Equal(t, limit, p.flown[0].Limit)
		p.answer(Event{Err: &Refusal{Status: 413}})
	}
	require.Contains(t, p.other, SetAside)
}

func TestMachine_PullsWhenTheLiveChannelIsThere(t *testing.T) {
	p := play(Config{Live: true})
	p.hear(Event{Kind: Begin})
	p.answer(Event{})
	p.hear(Event{Kind: LiveOpened})
	require.Equal(t, DoPull, p.flying())
	p.answer(Event{})
	p.hear(Event{Kind: Poke})
	require.Equal(t, DoPull, p.flying())
	p.answer(Event{})
	p.other = nil
	p.hear(Event{Kind: LiveClosed, Err: errors.New("gone")})
	p.wait()
	require.Contains(t, p.other, OpenLive)
	p.hear(Event{Kind: LiveClosed, Err: ErrNoLive})
	p.other = nil
	for range 5 {
		p.wait()
		p.answer(Event{})
	}
	require.NotContains(t, p.other, OpenLive)
}

// A thousand clients that lose the server at once do not come back at once.
func TestMachine_ThousandsComeBackSpreadOut(t *testing.T) {
	seconds := map[int64]int{}
	const clients = 1000
	n := uint64(1)
	random := func() uint64 { n = n*6364136223846793005 + 1442695040888963407; return n >> 11 }
	for range clients {
		m := NewMachine(Config{Random: random})
		m.Step(0, Event{Kind: Begin})
		now := int64(0)
		for number := uint64(1); number < 7; number++ {
			effects := m.Step(now, Event{Kind: Pulled, Number: number, Err: errors.New("no server")})
			for _, f := range effects {
				if f.Kind == SetTimer {
					now = f.At
				}
			}
			m.Step(now, Event{Kind: Tick})
		}
		seconds[now/1000]++
	}
	peak, first, last := 0, int64(1<<62), int64(0)
	for at, n := range seconds {
		peak, first, last = max(peak, n), min(first, at), max(last, at)
	}
	require.LessOrEqual(t, peak, 3*clients/int(last-first+1))
}

func TestMachine_SetsItsTimerAgainWhenItCameTooEarly(t *testing.T) {
	p := play(Config{Timeout: 5_000})
	p.hear(Event{Kind: Begin})
	p.now = p.timer - 1 // clocks round
	p.timer = -1
	p.hear(Event{Kind: Tick})
	require.EqualValues(t, p.now+1, p.timer)
	p.wait()
	require.Equal(t, Backoff, p.Phase())
}

func TestMachine_PullsOnceMoreWhenItIsAskedToAmidThePages(t *testing.T) {
	p := play(Config{})
	p.hear(Event{Kind: Begin})
	p.hear(Event{Kind: SyncNow})
	p.answer(Event{More: true})
	p.answer(Event{})
	require.Equal(t, DoPull, p.flying(), "the pages before may be from before that")
	p.answer(Event{})
	require.Equal(t, Idle, p.Phase())
}

func TestMachine_BacksOffFromAChannelThatEndsAtOnce(t *testing.T) {
	p := play(Config{Live: true, Interval: 1_000_000})
	p.hear(Event{Kind: Begin})
	p.answer(Event{})
	opened := 1
	for until := p.now + 600_000; p.now < until; {
		p.hear(Event{Kind: LiveOpened})
		for p.flying() == DoPull {
			p.answer(Event{})
		}
		p.hear(Event{Kind: LiveClosed, Err: errors.New("gone")})
		for p.other = nil; len(p.other) == 0 || p.other[len(p.other)-1] != OpenLive; {
			p.wait()
			for p.flying() == DoPull {
				p.answer(Event{})
			}
		}
		opened++
	}
	require.Less(t, opened, 60, "ten minutes")
	require.Greater(t, opened, 5)
}
