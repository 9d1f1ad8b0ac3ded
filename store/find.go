package store

import (
	"context"
	"math"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
)

// Count returns how many records a Query without page and limit would find.
func (st *Store) Count(q Query) (n int, err error) {
	err = st.ask(context.Background(), "query", func() (err error) {
		n, err = st.count(q)
		return err
	})
	return n, err
}

func (st *Store) count(q Query) (int, error) {
	m, filter, err := st.prepare(q)
	if err != nil {
		return 0, err
	}
	if filter.Everything() {
		return st.table(m).Len(), nil
	}
	return len(filter.Rows(st.tables(), math.MaxInt)), nil
}

func (st *Store) prepare(q Query) (*schema.Model, *predicate.Filter, error) {
	if err := st.journal.failed; err != nil {
		return nil, nil, wrap("query", err)
	}
	m, err := st.model("query", q.Model)
	if err != nil {
		return nil, nil, err
	}
	filter, err := predicate.Parse(m, q.Where)
	if err != nil {
		return nil, nil, wrap("query", err)
	}
	st.want(m, filter)
	return m, filter, nil
}

func (st *Store) find(q Query) (Found, error) {
	m, filter, err := st.prepare(q)
	if err != nil {
		return Found{}, err
	}
	if q.Page < 0 || q.Limit < -1 || q.Page > 0 && q.Limit < 0 {
		return Found{}, &code.Error{Code: code.Invalid, Op: "query", Model: m.Name,
			Message: "page and limit may not be negative, and page needs a limit"}
	}
	order, err := st.order(m, q.Sort)
	if err != nil {
		return Found{}, wrap("query", err)
	}
	start, end := 0, math.MaxInt
	if q.Limit >= 0 {
		start, end = window(q.Page, q.Limit)
	}
	rows := filter.First(st.tables(), order, end)
	rows = rows[min(start, len(rows)):]
	return st.found(m, rows), nil
}

func (st *Store) findKey(model string, text []byte) (Found, error) {
	if err := st.journal.failed; err != nil {
		return Found{}, wrap("query", err)
	}
	m, err := st.model("query", model)
	if err != nil {
		return Found{}, err
	}
	key, err := parseKey(m, text)
	if err != nil {
		return Found{}, wrap("query", err)
	}
	return st.found(m, st.table(m).Match(nil, m.Key, key)), nil
}

// plain refuses a Query that includes relations, where that cannot be.
func plain(op string, q Query) error {
	if len(q.Include) == 0 && q.Key == nil {
		return nil
	}
	return &code.Error{Code: code.Invalid, Op: op, Model: q.Model, Message: "loads no relations here: include them in a query of the store"}
}

func (st *Store) found(m *schema.Model, rows []uint32) Found {
	t := st.table(m)
	f := Found{Model: m, Epoch: st.epoch, Refs: make([]Ref, len(rows))}
	for i, n := range rows {
		f.Refs[i] = Ref{n, t.Version(n)}
	}
	return f
}

// window returns where a page starts and ends.
func window(page, limit int) (start, end int) {
	if limit == 0 || page > math.MaxInt32/limit {
		return 0, 0
	}
	return page * limit, (page + 1) * limit
}
