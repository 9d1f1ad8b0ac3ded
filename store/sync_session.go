package store

import (
	"context"
	"hash/maphash"
	"strconv"
	"sync"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/schema"
)

// SyncSession is the part of sync that has no goroutine, no timer and no network:
// the Machine, and the store's side of each call. Sync drives one; so can a program
// that wants to decide itself when what happens, as a simulation does. Its methods
// are not for concurrent use, but for Status.
type SyncSession struct {
	// AskAhead, when it is set, is called with the request of the pull that will come
	// next, as soon as that can be told: amid Answer of the pull of that number. It must
	// not block. The next Call says with Asked whether it is that pull; if not, the
	// answer is of no use.
	AskAhead func(number uint64, request []byte)

	st      *Store
	options SyncOptions
	plan    syncPlan
	machine *replication.Machine
	seen    map[uint64]bool // checkpoints of the pages in a row
	pending int             // that was told
	others  int             // number of the last mutation that another session may have sent

	telling sync.Mutex // one event at a time

	mu      sync.Mutex
	status  SyncStatus
	models  []SyncModelStatus
	network int // 0 when nothing is known, 1 reachable, -1 not
	caught  int // pulls to the end
	ahead   ahead

	follower bool // another store syncs
}

// NewSyncSession returns the session of a store that is to sync.
func (st *Store) NewSyncSession(o SyncOptions) (*SyncSession, error) {
	if err := o.check(); err != nil {
		return nil, wrap("sync", err)
	}
	plan, err := planOf(st.schema, o.Models)
	if err != nil {
		return nil, wrap("sync", err)
	}
	for _, names := range [...][]string{keysOf(o.Policies), keysOf(o.Conflicts)} {
		for _, name := range names {
			if _, err := st.model("sync", name); err != nil {
				return nil, err
			}
		}
	}
	s := &SyncSession{st: st, options: o, plan: plan, seen: map[uint64]bool{}, pending: -1}
	s.machine = replication.NewMachine(replication.Config{Random: st.options.Random.number, Live: !o.Deaf,
		Wait: int64(o.Wait), Interval: int64(o.Interval), Timeout: int64(o.Timeout), Batch: o.Batch})
	s.status.Phase = replication.Waiting
	for i, m := range st.schema.Models {
		s.models = append(s.models, SyncModelStatus{Model: m.Name, Mode: plan[i].Mode})
	}
	return s, nil
}

func keysOf[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	return names
}

// Prepare writes what the store has to know of sync. It must be called when it is
// this store's turn to sync, before the Machine hears of that.
func (s *SyncSession) Prepare(ctx context.Context) error {
	err := s.st.prepareSync(ctx, s.plan, s.options.Scope)
	if err != nil {
		return err
	}
	s.st.mu.Lock()
	if last, _ := s.st.data.lastMutation(); last != nil {
		s.others = last.seq
	}
	s.st.mu.Unlock()
	s.mu.Lock()
	s.status.Leader = true
	s.mu.Unlock()
	return nil
}

// Forget forgets the checkpoint, so that everything is pulled anew.
func (s *SyncSession) Forget(ctx context.Context) error {
	s.seen = map[uint64]bool{}
	return s.st.commit(ctx, "sync", func(x *tx) error {
		x.syncing = true
		if state := s.st.data.syncState(); state != nil {
			x.pullAnew(state)
		}
		return nil
	})
}

// SetAside files the oldest mutation, which is too large for the server.
func (s *SyncSession) SetAside(ctx context.Context) error {
	filed, err := s.st.setOldestAside(ctx)
	s.tellFiled(filed)
	return err
}

// Step has the Machine take in an event, and returns what it wants done.
func (s *SyncSession) Step(e replication.Event) []replication.Effect {
	if e.Err != nil && (e.Kind == replication.Pulled || e.Kind == replication.Pushed) {
		s.failed(e.Err)
	} else if e.Kind == replication.Pulled || e.Kind == replication.Pushed {
		s.succeeded()
	}
	effects := s.machine.Step(s.st.options.Clock(), e)
	for _, f := range effects {
		switch f.Kind {
		case replication.TellPhase:
			s.tellPhase()
		case replication.TellCaught:
			s.mu.Lock()
			s.caught++
			s.mu.Unlock()
		}
	}
	return effects
}

// Call is one call to the server: its request, and what is to be done with the
// answer.
type Call struct {
	Request []byte // JSON text; nil when there is nothing to ask
	Asked   bool   // AskAhead had it asked already, and that answer, or error, is to be taken
	answer  func(ctx context.Context, body []byte, err error) replication.Event
}

// Answer takes in the answer, or the error of the call, and returns what the Machine
// is to hear.
func (c *Call) Answer(ctx context.Context, body []byte, err error) replication.Event {
	if err == nil && len(body) > replication.MaxBody {
		err = code.Fault(code.Limit, "", "", "an answer may have at most "+strconv.Itoa(replication.MaxBody>>20)+" MiB")
	}
	return c.answer(ctx, body, err)
}

// Pull prepares the pull that an effect asks for.
func (s *SyncSession) Pull(f replication.Effect) *Call {
	request, x, err := s.st.pullRequest(s.options.Limit, int(f.Wait/1000), nil)
	event := replication.Event{Kind: replication.Pulled, Number: f.Number}
	return &Call{Request: request, Asked: err == nil && s.wasAsked(request, x), answer: func(ctx context.Context, body []byte, failed error) replication.Event {
		if err == nil {
			err = failed
		}
		var page *replication.Page
		if err == nil {
			page, err = replication.ReadPage(body)
		}
		if err == nil {
			err = s.around(x, page)
		}
		if err == nil {
			var out taken
			s.lookAhead(f.Number, x, page)
			out, err = s.st.takePage(ctx, x, page)
			event.More, event.News = out.more, out.news
			if err == nil {
				s.took(page, out)
			}
		}
		event.Err = err
		return event
	}}
}

// TakeNews takes in a page that came through the live channel behind a checkpoint,
// unless a call is under way. It returns the checkpoint of the page, and false when
// that was not taken in, or does not go on from what is known here: then one has to
// pull.
func (s *SyncSession) TakeNews(ctx context.Context, after, body []byte, busy bool) (checkpoint []byte, taken bool) {
	page, err := replication.ReadPage(body)
	if err != nil {
		s.failed(err)
		return after, false
	}
	if busy {
		return page.Checkpoint, false // what it brings may be older than the answer to that
	}
	_, x, err := s.st.pullRequest(1, 0, nil)
	if err != nil || string(x.checkpoint) != string(after) || page.Reset || page.More {
		return page.Checkpoint, false
	}
	out, err := s.st.takePage(ctx, x, page)
	if err != nil {
		return page.Checkpoint, false
	}
	s.took(page, out)
	return page.Checkpoint, true
}

// Checkpoint returns up to where the server's changes are known; nil for not at all.
func (s *SyncSession) Checkpoint() []byte {
	s.st.mu.Lock()
	defer s.st.mu.Unlock()
	if state := s.st.data.syncState(); state != nil {
		return state.checkpoint
	}
	return nil
}

// around notices a server whose pages go round in a circle.
func (s *SyncSession) around(x exchange, p *replication.Page) error {
	if !p.More || len(s.seen) > maxPagesSeen {
		s.seen = map[uint64]bool{}
	}
	if !p.More {
		return nil
	}
	s.seen[maphash.Bytes(seed, x.checkpoint)] = true
	if s.seen[maphash.Bytes(seed, p.Checkpoint)] {
		s.seen = map[uint64]bool{}
		return code.Fault(code.Protocol, "", "", "the server's pages lead back to a checkpoint that was there before")
	}
	return nil
}

// Push prepares the push that an effect asks for.
func (s *SyncSession) Push(ctx context.Context, f replication.Effect) *Call {
	s.wasAsked(nil, exchange{})
	request, x, filed, err := s.st.takeBatch(ctx, f.Limit, s.others)
	s.tellFiled(filed)
	event := replication.Event{Kind: replication.Pushed, Number: f.Number}
	return &Call{Request: request, answer: func(ctx context.Context, body []byte, failed error) replication.Event {
		if err == nil {
			err = failed
		}
		if err == nil && request != nil {
			var a *replication.Answer
			if a, err = replication.ReadAnswer(body); err == nil {
				event.Moved, err = s.answered(ctx, x, a)
			}
		}
		event.Left, event.Err = s.Pending(), err
		return event
	}}
}

// answered takes in the answer to a push.
func (s *SyncSession) answered(ctx context.Context, x exchange, a *replication.Answer) (moved bool, err error) {
	resolved := resolutions{}
	var told []ConflictEvent
	for _, c := range s.st.conflicts(a) {
		want := Resolution{Policy: s.options.policy(c.model.Name)}
		if handler := s.options.Conflicts[c.model.Name]; handler != nil {
			decided, err := handler(ctx, c.event)
			if err == nil {
				err = s.fits(c.model, decided)
			}
			if err != nil { // nothing may hold up what is behind it
				s.failed(&code.Error{Code: code.Conflict, Model: c.model.Name, Message: "the handler of conflicts failed, and the policy decided", Err: err})
			} else {
				want = decided
			}
		}
		if c.event.Policy = want.Policy; want.Record != nil || want.Delete {
			c.event.Policy = ""
		}
		resolved[c.key] = want
		told = append(told, c.event)
	}
	out, err := s.st.takeAnswer(ctx, x, a, resolved)
	if err != nil {
		return false, err
	}
	for i := range told {
		s.tell(SyncEvent{Type: SyncConflict, Model: told[i].Model, Conflict: &told[i]})
	}
	s.tellFiled(out.filed)
	s.tellBad(out.bad)
	return out.moved, nil
}

// fits refuses what a handler cannot decide.
func (s *SyncSession) fits(m *schema.Model, r Resolution) error {
	switch {
	case r.Record == nil && (r.Delete || r.Policy == MergeFields || r.Policy == ServerWins || r.Policy == ClientWins):
		return nil
	case r.Record == nil:
		return code.Fault(code.Invalid, m.Name, "", "the handler of conflicts must give a record, Delete, or a policy")
	}
	if t := jsontext.New(r.Record); t.Raw() == nil || !t.End() || r.Record[0] != '{' {
		return code.Fault(code.Invalid, m.Name, "", "the handler of conflicts must give a JSON object")
	}
	if !readData(m, r.Record, make([][]byte, len(m.Fields))) {
		return code.Fault(code.Invalid, m.Name, "", "the handler of conflicts gave no fields of the record")
	}
	return nil
}

// Pending returns how many mutations are in the outbox.
func (s *SyncSession) Pending() int {
	s.st.mu.Lock()
	defer s.st.mu.Unlock()
	return s.st.data.unsent()
}

// Status says how sync goes.
func (s *SyncSession) Status() SyncStatus {
	st := s.st
	st.mu.Lock()
	pending, rejected, byModel := st.data.unsent(), st.data.rejectedCount(), st.pendingByModel()
	state := st.data.syncState()
	st.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.status
	out.Pending, out.Rejected = pending, rejected
	if state != nil {
		out.Ready, out.SyncedAt = state.ready, max(out.SyncedAt, state.at)
	}
	out.Models = append(out.Models, s.models...)
	for i := range out.Models {
		out.Models[i].Pending = byModel[i]
		out.Models[i].Synced = out.Models[i].Synced || out.Ready
	}
	return out
}

// News tells of what another tab, or this one, has changed about the outbox.
func (s *SyncSession) News() replication.Event {
	pending := s.Pending()
	if pending != s.pending {
		s.pending = pending
		s.tell(SyncEvent{Type: SyncOutbox, Pending: pending})
	}
	return replication.Event{Kind: replication.Wrote, Left: pending}
}
