package store

import (
	"context"
	"iter"
	"math"
	"slices"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/live"
	"github.com/granarydb/granary/store/table"
)

// Live is a query whose answer follows the store: what is saved, deleted, undone or
// written by others. Many changes that nobody asked about in between are one.
type Live struct {
	st      *Store
	query   Query
	view    *live.View
	groups  *grouper // of live groups
	text    []byte   // of live groups: the last answer
	prints  []uint64 // with relations: what the tree of each record of the window is
	depends []bool   // by model
	touches live.Touches
	stale   bool          // the tables are others: the whole answer is a new one
	waiting bool          // it is in the list of those to look at
	ended   error         // why there are no more answers
	changed chan struct{} // capacity 1
}

// Answer is what a live query answers: the records of its window, and how they
// came out of the answer before.
type Answer struct {
	Found
	Total int // how many records match, in the window or not

	// Groups are those of live groups as AppendGroups gives them. Such an answer has
	// no Refs and no Patch.
	Groups []byte

	// Tree is, with Include, the records of the window with their relations; when
	// there is a patch, only those that it inserted, then those that it updated. A
	// record is updated when anything in its tree is another one.
	Tree *Tree

	// Patch leads from the answer before to this one, nil for the first answer and
	// when everything was read anew.
	Patch *live.Patch
}

// lives are the live queries of a store.
type lives struct {
	list    []*Live
	waiting []*Live // whose answer may have changed since Changed was last called
	news    func()  // Options.News
	moved   func()  // Options.Changed
}

// Live answers a query, with the relations that it includes, now and whenever the answer changes, until it is closed.
func (st *Store) Live(model string, options ...QueryOption) (*Live, error) {
	q := Query{Model: model, Limit: -1}
	for _, option := range options {
		if err := option(&q); err != nil {
			return nil, wrap("live", err)
		}
	}
	return st.LiveQuery(q)
}

// LiveQuery is Live for a Query.
func (st *Store) LiveQuery(q Query) (l *Live, err error) {
	err = st.ask(context.Background(), "live", func() (err error) {
		l, err = st.liveQuery(q)
		return err
	})
	return l, err
}

func (st *Store) liveQuery(q Query) (*Live, error) {
	if m := st.schema.Model(q.Model); m != nil {
		q.Where = st.entire(m, q.Where, q.Include)
	}
	m, filter, err := st.prepare(q)
	if err != nil {
		return nil, err
	}
	if q.Key != nil {
		return nil, wrap("live", code.Fault(code.Invalid, m.Name, "", "takes a predicate and no key"))
	}
	l := &Live{st: st, query: q}
	order, err := st.order(m, q.Sort)
	if err != nil {
		return nil, wrap("live", err)
	}
	v := live.Query{Filter: filter, Order: order.Keys, End: math.MaxInt}
	if q.Limit >= 0 {
		v.Start, v.End = window(q.Page, q.Limit)
	}
	if v.Along, err = st.along(m, q.Include); err != nil {
		return nil, wrap("live", err)
	}
	l.follow(v)
	return l, nil
}

// follow keeps the answer to a query up to date from now on. All that it depends on
// must be in memory.
func (l *Live) follow(q live.Query) {
	l.changed = make(chan struct{}, 1)
	l.view = live.NewView(l.st.tables(), q)
	for _, m := range l.st.schema.Models {
		depends := l.view.Depends(m)
		l.depends = append(l.depends, depends)
		if depends {
			l.st.table(m).Ask()
		}
	}
	if !l.st.data.asked() {
		l.st.lives.list = append(l.st.lives.list, l)
	}
}

// Close ends the live query. It is idempotent.
func (l *Live) Close() {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	l.end(code.Fault(code.Closed, l.query.Model, "", "the live query was closed"))
	l.st.lives.list = slices.DeleteFunc(l.st.lives.list, func(o *Live) bool { return o == l })
}

func (l *Live) end(err error) {
	if l.ended == nil {
		l.ended = err
		l.signal()
	}
}

func (l *Live) signal() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Changed tells of every live query whose answer is another one than that which was
// last returned, or which has ended. The store's lock is held meanwhile.
func (st *Store) Changed(tell func(*Live, Answer, error)) {
	st.mu.Lock()
	defer st.mu.Unlock()
	list := st.lives.waiting
	st.lives.waiting = nil
	for _, l := range list {
		l.waiting = false
		if a, changed, err := l.look(); changed || err != nil {
			tell(l, a, err)
		}
	}
}

// Answer returns the present answer, the whole of it.
func (l *Live) Answer() (Answer, error) {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	stale := l.stale
	patch, err := l.next()
	if err != nil {
		return Answer{}, err
	}
	if l.groups != nil {
		return l.grouped(patch != nil || stale || l.text == nil)
	}
	return l.answer(nil)
}

// Next returns the present answer and whether it is another one than that which
// was last returned. It does not wait.
func (l *Live) Next() (a Answer, changed bool, err error) {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	return l.look()
}

func (l *Live) look() (a Answer, changed bool, err error) {
	stale, total := l.stale, l.view.Len()
	patch, err := l.next()
	if err != nil || patch == nil && (!stale || l.query.Limit == 0 && l.view.Len() == total) {
		return a, false, err
	}
	if l.groups != nil {
		return l.regrouped()
	}
	if a, err = l.answer(patch); err != nil {
		return a, false, err
	}
	return a, true, nil
}

// Answers gives the first answer at once, and then each that is another one, until
// the context or the live query ends; the reason comes last. Answers that nobody
// waited for are left out.
func (l *Live) Answers(ctx context.Context) iter.Seq2[Answer, error] {
	return func(yield func(Answer, error) bool) {
		a, err := l.Answer()
		for changed := true; ; a, changed, err = l.Next() {
			if (changed || err != nil) && !yield(a, err) || err != nil {
				return
			}
			select {
			case <-l.changed:
			case <-ctx.Done():
				yield(Answer{}, &code.Error{Code: code.Closed, Op: "live", Model: l.query.Model, Message: "stopped waiting", Err: ctx.Err()})
				return
			}
		}
	}
}

// Records returns the records of the window of an answer, with the relations that
// the query includes as they are now.
func (l *Live) Records(a Answer) []*Record {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	if l.query.Include == nil {
		return l.st.records(a.Found)
	}
	return l.loaded(a)
}

// next brings the view up to date.
func (l *Live) next() (*live.Patch, error) {
	if l.ended != nil {
		return nil, wrap("live", l.ended)
	}
	if l.stale {
		l.stale = false
		l.touches.Clear()
		l.view.Rebuild(l.st.tables())
		return nil, nil
	}
	list := l.touches.Take()
	if len(list) == 0 {
		return nil, nil
	}
	patch := l.view.Apply(list)
	if l.query.Include != nil {
		patch = l.regrown(patch, list)
	}
	return patch, l.ended
}

// answer puts the present answer together, to follow the one before by a patch.
func (l *Live) answer(patch *live.Patch) (Answer, error) {
	a := Answer{Found: l.st.found(l.view.Model(), l.view.Window()), Total: l.view.Len(), Patch: patch}
	if l.query.Include != nil {
		a.Tree = l.grown(patch)
	}
	return a, l.ended
}

// touch tells the live queries that a row was put or deleted. Of a table that the
// schema does not have a view makes nothing.
func (s *lives) touch(t *table.Table, row uint32, before []byte) {
	for _, l := range s.list {
		if l.depends[t.Model.Index] {
			l.touches.Add(live.Touch{Table: t, Row: row, Before: before})
			s.await(l)
		}
	}
}

// await puts a live query on the list of those to look at.
func (s *lives) await(l *Live) {
	if !l.waiting {
		l.waiting = true
		s.waiting = append(s.waiting, l)
	}
}

// changed tells them of changes, in their order.
func (s *lives) changed(changes []table.Change) {
	s.move()
	if len(s.list) == 0 {
		return
	}
	for _, c := range changes {
		s.touch(c.Table, c.Row, c.Before())
	}
	s.wake()
}

// undone tells them that changes were taken back, the last one first.
func (s *lives) undone(changes []table.Change) {
	s.move()
	if len(s.list) == 0 {
		return
	}
	for _, c := range slices.Backward(changes) {
		s.touch(c.Table, c.Row, c.After())
	}
	s.wake()
}

// replaced tells them that the tables are others.
func (s *lives) replaced() {
	s.move()
	for _, l := range s.list {
		l.stale = true
		s.await(l)
	}
	s.wake()
}

// finish ends them all, and tells of it whoever has none: there may be observers.
func (s *lives) finish(err error) {
	s.move()
	for _, l := range s.list {
		l.end(err)
		s.await(l)
	}
	s.wake()
	if s.news != nil && len(s.waiting) == 0 {
		s.news()
	}
}

// move tells whoever keeps answers that they may be others now.
func (s *lives) move() {
	if s.moved != nil {
		s.moved()
	}
}

// wake signals those that have something to look at.
func (s *lives) wake() {
	for _, l := range s.waiting {
		l.signal()
	}
	if s.news != nil && len(s.waiting) > 0 {
		s.news()
	}
}
