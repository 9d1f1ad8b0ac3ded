package store

import (
	"context"
	"time"

	"github.com/granarydb/granary/store/replication"
)

// begin has the Machine begin, and does what it wants until the end.
func (s *Sync) begin(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	defer s.endAll()
	s.session.AskAhead = func(number uint64, request []byte) { s.askAhead(ctx, number, request) }
	step := func(e replication.Event) {
		for _, f := range s.session.Step(e) {
			s.do(ctx, f, timer)
		}
		s.mu.Lock()
		if s.flight == 0 && e.Kind != replication.Wrote {
			s.ahead.end() // it is not what comes next
			s.ahead = nil
		}
		s.mu.Unlock()
	}
	step(replication.Event{Kind: replication.Begin, Left: s.session.Pending()})
	for {
		s.st.mu.Lock()
		news, failed := s.st.untilSyncNews(), s.st.journal.failed
		s.st.mu.Unlock()
		if failed != nil {
			return
		}
		step(s.session.News())
		select {
		case <-ctx.Done():
			return
		case <-news:
		case <-s.wake:
			s.mu.Lock()
			events := s.inbox
			s.inbox = nil
			s.mu.Unlock()
			for _, e := range events {
				step(e)
			}
		case <-timer.C:
			step(replication.Event{Kind: replication.Tick})
		}
	}
}

// do does what the Machine wants. What takes time runs in a goroutine of its own and
// tells the inbox of its end.
func (s *Sync) do(ctx context.Context, f replication.Effect, timer *time.Timer) {
	switch f.Kind {
	case replication.DoPull, replication.DoPush:
		s.call(ctx, f)
	case replication.Cancel:
		s.mu.Lock()
		if s.flight == f.Number {
			s.abort()
			s.flight, s.pulling = 0, false
		}
		s.mu.Unlock()
	case replication.SetTimer:
		timer.Stop()
		if f.At >= 0 {
			timer.Reset(time.Duration(max(0, f.At-s.st.options.Clock())) * time.Millisecond)
		}
	case replication.OpenLive:
		s.listen(ctx)
	case replication.CloseLive:
		s.mute()
	case replication.AskToken:
		if s.session.options.Token != nil {
			go func() {
				if s.session.options.Token(ctx) == nil {
					s.hear(replication.Event{Kind: replication.Authorized})
				}
			}()
		}
	case replication.Forget:
		go func() {
			if err := s.session.Forget(ctx); err != nil {
				s.session.failed(err)
			}
			s.hear(replication.Event{Kind: replication.Anew})
		}()
	case replication.SetAside:
		go func() {
			if err := s.session.SetAside(ctx); err != nil {
				s.session.failed(err)
			}
			s.signal()
		}()
	case replication.TellCaught, replication.TellPhase:
		s.tellWaiting()
	}
}

// call makes a call to the server.
func (s *Sync) call(ctx context.Context, f replication.Effect) {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	a := s.ahead
	abort := func() {
		cancel()
		a.end()
	}
	s.flight, s.abort, s.pulling, s.ahead = f.Number, abort, f.Kind == replication.DoPull, nil
	s.mu.Unlock()
	go func() {
		defer abort()
		var call *Call
		ask := s.remote.Pull
		if f.Kind == replication.DoPush {
			call, ask = s.session.Push(ctx, f), s.remote.Push
		} else {
			call = s.session.Pull(f)
		}
		var body []byte
		var err error
		if a != nil && call.Asked {
			<-a.done
			body, err = a.body, a.err
		} else if a.end(); call.Request != nil {
			body, err = ask(ctx, call.Request)
		}
		if ctx.Err() != nil {
			return // it was given up
		}
		e := call.Answer(ctx, body, err)
		s.mu.Lock()
		if s.flight == f.Number {
			s.flight, s.pulling = 0, false
		}
		s.mu.Unlock()
		s.hear(e)
	}()
}

// listen opens the live channel. What it tells while the store knows all before it is
// taken in as it comes; else it is a poke.
func (s *Sync) listen(ctx context.Context) {
	ctx, mute := context.WithCancel(ctx)
	s.mu.Lock()
	s.mute = mute
	s.mu.Unlock()
	go func() {
		defer mute()
		at := s.session.Checkpoint()
		err := s.remote.Live(ctx, at, func(n replication.News) {
			if ctx.Err() != nil {
				return
			}
			if n.Open {
				s.hear(replication.Event{Kind: replication.LiveOpened})
				return
			}
			taken := false
			if n.Page != nil {
				at, taken = s.session.TakeNews(ctx, at, n.Page, s.busy())
			}
			if !taken {
				s.hear(replication.Event{Kind: replication.Poke})
			}
		})
		if ctx.Err() == nil {
			s.hear(replication.Event{Kind: replication.LiveClosed, Err: err})
		}
	}()
}

// busy reports whether a call is under way.
func (s *Sync) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flight != 0
}

// endAll gives up what is under way.
func (s *Sync) endAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.abort != nil {
		s.abort()
	}
	if s.mute != nil {
		s.mute()
	}
	s.session.ended()
}
