package store

import (
	"bytes"
	"context"
	"math"

	"github.com/granarydb/granary/store/live"
)

// LiveGroups is GroupBy whose answer follows the store: Live.Groups reads it. When
// a record that matches has changed, or which records match, all that match are put
// into groups again; there is an answer only when that gives other groups.
func (st *Store) LiveGroups(model string, by Grouping, options ...QueryOption) (*Live, error) {
	q, err := asked("liveGroupBy", model, options)
	if err != nil {
		return nil, err
	}
	return st.LiveGrouping(q, by)
}

// LiveGrouping is LiveGroups for a Query.
func (st *Store) LiveGrouping(q Query, by Grouping) (l *Live, err error) {
	err = st.ask(context.Background(), "liveGroupBy", func() (err error) {
		l, err = st.liveGrouping(q, by)
		return err
	})
	return l, err
}

func (st *Store) liveGrouping(q Query, by Grouping) (*Live, error) {
	g, err := st.grouper("liveGroupBy", q, by)
	if err != nil {
		return nil, wrap("liveGroupBy", err)
	}
	q.Limit = -1 // of groups, which the view knows nothing of
	l := &Live{st: st, query: q, groups: g}
	l.follow(live.Query{Filter: g.filter, End: math.MaxInt})
	return l, nil
}

// Groups returns the groups of an answer; nil when it is none of live groups.
func (l *Live) Groups(a Answer) []Group {
	if a.Groups == nil {
		return nil
	}
	return groupsOf(a.Groups)
}

// grouped returns the present answer, worked out again when it is old.
func (l *Live) grouped(old bool) (a Answer, err error) {
	if old {
		a, _, err = l.regrouped()
		return a, err
	}
	a = Answer{Total: l.view.Len(), Groups: l.text}
	a.Model = l.view.Model()
	return a, nil
}

// regrouped works the groups out again, and tells whether they are others than
// before. A sum that has left the range of numbers ends the live query.
func (l *Live) regrouped() (a Answer, changed bool, err error) {
	a = Answer{Total: l.view.Len()}
	a.Model = l.view.Model()
	l.groups.table = l.st.table(a.Model)
	if a.Groups, err = l.groups.answer(nil, l.view.Window()); err != nil {
		l.end(wrap("liveGroupBy", err))
		return Answer{}, false, l.ended
	}
	changed = !bytes.Equal(a.Groups, l.text)
	l.text = a.Groups
	return a, changed, nil
}
