package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// pull answers with the changes after a checkpoint. While there are none it holds the
// answer, when it was asked to.
func (s *Server) pull(w http.ResponseWriter, r *http.Request, u User) *Problem {
	leave, p := s.gates.enter()
	if p != nil {
		return p
	}
	defer func() { leave() }()
	var q pullRequest
	v, from, p := s.readPull(w, r, u, &q)
	if p != nil {
		return p
	}
	limit := s.options.Limits.Page
	if q.Limit > 0 {
		limit = min(limit, q.Limit)
	} else {
		limit = min(limit, scanAtOnce)
	}
	news := s.topics.next(u.Tenant)
	page, err := s.page(r.Context(), v, from, limit)
	if wait := s.waitOf(q.Wait); err == nil && wait > 0 && page.empty() {
		leave()
		var back func()
		if back, p = s.gates.hold(u, &s.gates.waiting, s.options.Limits.Waiting); p != nil {
			return p
		}
		defer back()
		page, err = s.await(r.Context(), v, page, limit, wait, news)
	}
	if err != nil {
		return s.broken(err)
	}
	s.metrics.sent.Add(int64(len(page.Changes)))
	s.answer(w, http.StatusOK, page.pullAnswer)
	return nil
}

// readPull reads what is asked for. from is nil for all.
func (s *Server) readPull(w http.ResponseWriter, r *http.Request, u User, q *pullRequest) (v *view, from *checkpoint, p *Problem) {
	if p = s.read(w, r, q); p != nil {
		return nil, nil, p
	}
	if p = s.checkHead(q.Protocol, q.Schema, q.Client); p != nil {
		return nil, nil, p
	}
	if q.Limit < 0 {
		return nil, nil, invalid("limit", "must be a number of changes, or 0 for as many as the server likes")
	}
	if !(q.Wait >= 0) {
		return nil, nil, invalid("wait", "must be a number of seconds")
	}
	if q.Checkpoint != nil {
		c, p := parseCheckpoint(*q.Checkpoint)
		if p != nil {
			return nil, nil, p
		}
		from = &c
	}
	v, p = s.newView(r, u, q)
	return v, from, p
}

func (s *Server) waitOf(seconds float64) time.Duration {
	if seconds >= s.options.Limits.Wait.Seconds() {
		return s.options.Limits.Wait
	}
	return time.Duration(seconds * float64(time.Second))
}

// page is an answer, and where the next one begins.
type page struct {
	pullAnswer
	next checkpoint
}

func (p *page) empty() bool { return len(p.Changes) == 0 && !p.More && !p.Reset }

// page reads the page after a checkpoint; nil, and one that cannot be gone on from,
// begin anew.
func (s *Server) page(ctx context.Context, v *view, from *checkpoint, limit int) (*page, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Limits.Storage)
	defer cancel()
	var p *page
	err := s.options.Storage.Read(ctx, v.user.Tenant, func(state View) error {
		at, err := state.State()
		if err != nil {
			return err
		}
		p = &page{next: checkpoint{epoch: at.Epoch, view: v.print}}
		p.Changes = []entry{}
		if from == nil || from.epoch != at.Epoch || from.view != v.print || max(from.version, from.floor) > at.Version || from.floor < at.Horizon {
			p.Reset, p.next.floor = true, at.Version
		} else {
			p.next = *from
		}
		return p.fill(state, v, at, limit, s.options.Limits)
	})
	if err == nil {
		p.Checkpoint = p.next.String()
	}
	return p, err
}

// fill reads changes into the page until it is full, or enough was looked at.
func (p *page) fill(state View, v *view, at State, limit int, limits Limits) error {
	looked, bytes := 0, 0
	for {
		ask := min(scanAtOnce, limit-len(p.Changes), limits.Scan-looked)
		rows, err := state.Changes(p.next.version, ask, limits.PageBytes)
		if err != nil {
			return err
		}
		for i := range rows {
			e, err := v.entry(state, &rows[i], p.next.floor)
			if err != nil {
				return err
			}
			if e != nil {
				p.Changes = append(p.Changes, *e)
				bytes += len(e.Data)
			}
			p.next.version = rows[i].Version
		}
		if len(rows) == 0 {
			p.end(at)
			return nil
		}
		looked += len(rows)
		if len(p.Changes) >= limit || bytes >= limits.PageBytes || looked >= limits.Scan {
			left, err := state.Changes(p.next.version, 1, 0)
			if p.More = len(left) > 0; !p.More {
				p.end(at)
			}
			return err
		}
	}
}

// end notes that the client has all that there is.
func (p *page) end(at State) {
	p.next.version, p.next.floor, p.More = at.Version, at.Version, false
}

// entry is what a client is told of a row; nil when the row does not concern it. floor is
// the client's checkpoint's.
func (v *view) entry(state View, row *Row, floor int64) (*entry, error) {
	m := v.server.options.Schema.Model(row.Model)
	if m == nil || v.models != nil && !v.models[row.Model] {
		return nil, nil
	}
	e := &entry{Model: row.Model, ID: json.RawMessage(row.ID), Version: versionText(row.Version)}
	if !row.Deleted && v.has(row.Model, row.ID, row.Data) {
		e.Data = fit(m, row.Data)
		return e, nil
	}
	if row.Version <= floor {
		return nil, nil // it went before the client began anew
	}
	if row.Deleted && v.whole() {
		e.Deleted = true
		return e, nil
	}
	had, err := v.had(state, row, floor)
	if err != nil || !had {
		return nil, err
	}
	if e.Deleted = row.Deleted; !row.Deleted {
		e.Version, e.Gone = "", true
	}
	return e, nil
}

// whole reports whether every record of its models is in the view.
func (v *view) whole() bool { return len(v.scope) == 0 && v.server.options.Hooks.Read == nil }

// had reports whether the client may hold the record. What it holds was there when it
// last had everything, or came in a page since, or is its own and younger: so it was in
// the view after the floor. The checkpoint's version would not do. A record moves to the
// end with each change, so between two pages it can leave the place where the client
// would have been told that it went.
func (v *view) had(state View, row *Row, floor int64) (bool, error) {
	past, err := state.Past(row.Model, row.ID, floor, maxPast)
	if err != nil {
		return false, err
	}
	for _, data := range past {
		if v.has(row.Model, row.ID, data) {
			return true, nil
		}
	}
	return len(past) == maxPast, nil // to say so once too often does no harm
}

// await looks again whenever there may be news, until there are some, the time is
// over, the client is gone or the server stops.
func (s *Server) await(ctx context.Context, v *view, p *page, limit int, wait time.Duration, news <-chan struct{}) (*page, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		select {
		case <-news:
		case <-again.C:
		case <-over.C:
			return p, nil
		case <-s.running.Done():
			return p, nil
		case <-ctx.Done():
			return p, nil
		}
		news = s.topics.next(v.user.Tenant)
		next, err := s.page(ctx, v, &p.next, limit)
		if err != nil {
			return nil, err
		}
		if p = next; !p.empty() {
			return p, nil
		}
	}
}
