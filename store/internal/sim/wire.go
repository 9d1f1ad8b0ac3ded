//go:build !js || sdl

package sim

import (
	"errors"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/replication"
)

var errLine = errors.New("the line is down")

// step has the Machine hear something, and does what it wants.
func (t *tab) step(e replication.Event) {
	if t.dead || t.session == nil || t.p.w.stop != nil {
		return
	}
	for _, f := range append([]replication.Effect(nil), t.session.Step(e)...) {
		t.do(f)
	}
}

func (t *tab) do(f replication.Effect) {
	w := t.p.w
	switch f.Kind {
	case replication.DoPull:
		t.send(f, t.session.Pull(f), w.server.Pull)
	case replication.DoPush:
		t.send(f, t.session.Push(ctx, f), w.server.Push)
	case replication.Cancel:
		if f := t.flights[f.Number]; f != nil {
			f.cancelled = true
		}
	case replication.SetTimer:
		t.timer++
		if timer := t.timer; f.At >= 0 {
			w.after(f.At-w.now-t.p.offset, func() {
				if timer == t.timer && !t.frozen {
					t.step(replication.Event{Kind: replication.Tick})
				}
			})
		}
	case replication.OpenLive:
		w.after(10, func() { t.step(replication.Event{Kind: replication.LiveClosed, Err: replication.ErrNoLive}) })
	case replication.AskToken:
		w.after(1_000, func() { t.step(replication.Event{Kind: replication.Authorized}) })
	case replication.Forget:
		w.after(1, func() {
			if !t.dead {
				_ = t.session.Forget(ctx)
				t.step(replication.Event{Kind: replication.Anew})
			}
		})
	case replication.SetAside:
		w.fail("tab %s sets a mutation aside", t.name)
	}
}

// send sends a call over the line, unless it was asked ahead of its turn.
func (t *tab) send(f replication.Effect, call *store.Call, serve func([]byte) []byte) {
	w := t.p.w
	state := &flight{}
	t.flights[f.Number] = state
	arrive := func(body []byte, err error) { t.arrive(f, state, call, body, err) }
	a := t.early
	t.early = nil
	switch {
	case call.Asked && a != nil:
		w.Ahead++
		if a.arrive = arrive; a.heard {
			w.after(1, func() { arrive(a.body, a.err) })
		}
	case call.Request == nil:
		w.after(1, func() { arrive(nil, nil) })
	default:
		t.line(f, call.Request, serve, arrive)
	}
}

// early is a pull that was asked ahead of its turn.
type early struct {
	heard  bool
	body   []byte
	err    error
	arrive func(body []byte, err error) // once its turn has come
}

// askAhead asks for the next page ahead of its turn, mostly.
func (t *tab) askAhead(_ uint64, request []byte) {
	w := t.p.w
	if w.random.Intn(4) == 0 {
		return
	}
	a := &early{}
	t.early = a
	t.line(replication.Effect{Kind: replication.DoPull}, request, w.server.Pull, func(body []byte, err error) {
		if a.heard, a.body, a.err = true, body, err; a.arrive != nil {
			a.arrive(body, err)
		}
	})
}

// line carries a call over the line, with whatever that meets.
func (t *tab) line(f replication.Effect, request []byte, serve func([]byte) []byte, arrive func(body []byte, err error)) {
	w := t.p.w
	reply := func(delay int64, body []byte, err error) {
		w.after(delay, func() { arrive(body, err) })
	}
	w.Requests++
	delay := int64(5 + w.random.Intn(200))
	if w.chance(Late, 15) {
		delay += 30_000
	}
	back := int64(5 + w.random.Intn(200))
	lost, doubled := w.chance(LostReply, 6), w.chance(Twice, 6)
	switch {
	case t.p.away || w.chance(LostRequest, 6):
		reply(delay, nil, errLine)
		return
	case w.chance(Refused, 8):
		refusals := []error{&replication.Refusal{Status: 503, RetryAfter: -1}, &replication.Refusal{Status: 429, RetryAfter: 3_000},
			&replication.Refusal{Status: 401, RetryAfter: -1}, &replication.Refusal{Status: 502, RetryAfter: -1, Body: []byte("<html>")}}
		reply(delay, []byte("<html>"), append(refusals, nil)[w.random.Intn(5)])
		return
	case f.Kind == replication.DoPull && w.chance(TellsReset, 25):
		reply(delay, nil, &replication.Refusal{Status: 409, RetryAfter: -1, Body: []byte(`{"reset":true}`)})
		return
	}
	held := f.Wait * int64(w.random.Intn(3)) / 2
	w.after(delay+held, func() {
		body := serve(request)
		if doubled {
			w.after(int64(w.random.Intn(5_000)), func() { serve(request) })
		}
		if lost {
			reply(back, nil, errLine)
		} else {
			reply(back, body, nil)
		}
	})
}

// arrive takes in an answer. A tab that sleeps takes it in when it wakes.
func (t *tab) arrive(f replication.Effect, state *flight, call *store.Call, body []byte, err error) {
	w := t.p.w
	if t.dead || w.stop != nil {
		return
	}
	if t.frozen {
		w.after(1_000, func() { t.arrive(f, state, call, body, err) })
		return
	}
	delete(t.flights, f.Number)
	if state.cancelled {
		return
	}
	e := call.Answer(ctx, body, err)
	if f.Kind == replication.DoPush {
		w.trace("tab %s pushed %s and got %s: %d left, %v", t.name, call.Request, body, e.Left, e.Err)
	} else {
		w.trace("tab %s pulled %s, %v", t.name, body, e.Err)
	}
	t.step(e)
	t.p.stir()
}

// stir has the tab that syncs look whether there is anything new.
func (p *profile) stir() {
	p.w.after(1, func() {
		for _, t := range append([]*tab(nil), p.tabs...) {
			if t.session != nil && !t.frozen && !t.dead && t.follow() {
				t.step(t.session.News())
			}
		}
	})
}
