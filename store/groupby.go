package store

import (
	"context"
	"math"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Grouping says by which fields records are put into groups, and what is worked out
// of each group. Without By all records are one group, also when there are none.
type Grouping struct {
	By  []string // fields of one value; null is a value too
	Sum []string // fields of type Int, Float or AWSTimestamp
	Avg []string // the same
	Min []string // fields of one number or text
	Max []string // the same
}

// AppendGroups appends the groups of the records that q finds as a JSON array:
//
//	[{"key": {field: value, …}, "count": records, "sum": {field: number, …}, "avg": …, "min": …, "max": …}, …]
//
// with only what was asked for. They are in order of their first record's insertion
// unless q sorts them: by key fields, "count()", or "sum(field)" and the like, which
// must be among what was asked for. Page and Limit are of groups. op is the verb
// that an error names.
//
// A null counts for the group, not for what is worked out: a sum of nothing is 0,
// anything else of nothing is null. Sums of integers are exact up to 2^53, others
// are compensated; one that leaves the range of finite numbers on its way is an
// ErrLimit.
func (st *Store) AppendGroups(dst []byte, op string, q Query, by Grouping) ([]byte, error) {
	var out []byte
	err := st.ask(context.Background(), op, func() (err error) {
		if out, err = st.appendGroups(dst, op, q, by); err != nil {
			err = wrap(op, err)
		}
		return err
	})
	return out, err
}

func (st *Store) appendGroups(dst []byte, op string, q Query, by Grouping) ([]byte, error) {
	g, err := st.grouper(op, q, by)
	if err != nil {
		return nil, err
	}
	return g.answer(dst, g.filter.Rows(st.tables(), int(g.table.End())))
}

// grouper checks a question for groups.
func (st *Store) grouper(op string, q Query, by Grouping) (*grouper, error) {
	if err := st.journal.failed; err != nil {
		return nil, err
	}
	m, err := st.model(op, q.Model)
	if err != nil {
		return nil, err
	}
	if q.Key != nil || q.Include != nil || q.Page < 0 || q.Limit < -1 || q.Page > 0 && q.Limit < 0 {
		return nil, code.Fault(code.Invalid, m.Name, "", "takes a predicate, a sort and a page with its limit, none of them negative")
	}
	g := &grouper{table: st.table(m), end: math.MaxInt}
	if g.filter, err = predicate.Parse(m, q.Where); err != nil {
		return nil, err
	}
	if err := g.columns(m, by); err != nil {
		return nil, err
	}
	if g.sort, err = g.order(m, q.Sort); err != nil {
		return nil, err
	}
	if q.Limit >= 0 {
		g.start, g.end = window(q.Page, q.Limit)
	}
	return g, nil
}

// answer appends the groups of rows, which are those that match in order of
// insertion.
func (g *grouper) answer(dst []byte, rows []uint32) ([]byte, error) {
	g.index = map[string]int{}
	defer func() { g.index, g.groups = nil, nil }()
	if err := g.collect(rows); err != nil {
		return nil, err
	}
	groups := g.sorted(g.sort)
	end := min(g.end, len(groups))
	dst = append(dst, '[')
	for i := min(g.start, end); i < end; i++ {
		dst = g.append(separated(dst), groups[i])
	}
	return append(dst, ']'), nil
}

// grouper puts rows into groups.
type grouper struct {
	table  *table.Table
	filter *predicate.Filter
	sort   []table.Key
	start  int // of the groups that are answered
	end    int
	keys   []*schema.Field
	cells  []aggregate
	names  []string // what groups can be sorted by: the keys, then the count, then the cells
	index  map[string]int
	groups []group
}

// group is what is known of one group.
type group struct {
	key    record.Row // of the first record
	count  int
	totals []total // by cell
}

// columns checks what is asked for.
func (g *grouper) columns(m *schema.Model, by Grouping) error {
	if len(by.By) > MaxGroupKeys || len(by.Sum)+len(by.Avg)+len(by.Min)+len(by.Max) > MaxAggregates {
		return code.Fault(code.Limit, m.Name, "", "groups are by "+strconv.Itoa(MaxGroupKeys)+" fields and have "+
			strconv.Itoa(MaxAggregates)+" aggregates at most")
	}
	for _, name := range by.By {
		f, err := fieldOf(m, name)
		if err != nil {
			return err
		}
		if !single(f.Type) {
			return code.Fault(code.Invalid, m.Name, name, "is no single value to group by")
		}
		g.keys, g.names = append(g.keys, f), append(g.names, name)
	}
	g.names = append(g.names, "count()")
	for kind, fields := range [...][]string{by.Sum, by.Avg, by.Min, by.Max} {
		for _, name := range fields {
			a, err := newAggregate(m, aggregateKind(kind), name)
			if err != nil {
				return err
			}
			g.cells, g.names = append(g.cells, a), append(g.names, aggregateNames[kind]+"("+name+")")
		}
	}
	for i, name := range g.names {
		for _, before := range g.names[:i] {
			if name == before {
				return code.Fault(code.Invalid, m.Name, "", name+" is named twice: name it once")
			}
		}
	}
	return nil
}

// order checks the keys of a sort of groups.
func (g *grouper) order(m *schema.Model, keys []Sort) ([]table.Key, error) {
	var o []table.Key
	if len(keys) > MaxSortKeys {
		return o, code.Fault(code.Limit, m.Name, "", "a sort has at most "+strconv.Itoa(MaxSortKeys)+" keys")
	}
next:
	for _, k := range keys {
		for i, name := range g.names {
			if name == k.Field {
				o = append(o, table.Key{Field: i, Descending: k.Descending})
				continue next
			}
		}
		return o, code.Fault(code.Invalid, m.Name, k.Field, "cannot be sorted by: groups are sorted by what they are grouped by, "+
			"count(), and the aggregates asked for"+schema.DidYouMean(k.Field, g.names))
	}
	return o, nil
}

// collect puts every row into its group. It fails when a sum left the
// range of numbers.
func (g *grouper) collect(rows []uint32) error {
	if len(g.keys) == 0 {
		g.add(nil, nil)
	}
	t := g.table
	var key []byte
	for _, n := range rows {
		row := t.Row(n)
		key = key[:0]
		for _, f := range g.keys {
			key = append(append(key, t.Layout.Value(row, f.Index)...), ',')
		}
		at, ok := g.index[string(key)]
		if !ok {
			at = g.add(key, row)
		}
		one := &g.groups[at]
		one.count++
		for i, a := range g.cells {
			one.totals[i].add(a.kind, t.Layout.Value(row, a.field.Index))
			if sum := one.totals[i].sum; sum-sum != 0 {
				return code.Fault(code.Limit, t.Model.Name, a.field.Name, "has values whose sum is beyond the largest finite number")
			}
		}
	}
	return nil
}

func (g *grouper) add(key []byte, row record.Row) int {
	at := len(g.groups)
	g.index[string(key)] = at
	g.groups = append(g.groups, group{key: row, totals: make([]total, len(g.cells))})
	return at
}

// sorted returns the numbers of the groups in an order, those that tie by number.
func (g *grouper) sorted(keys []table.Key) []uint32 {
	numbers := make([]uint32, len(g.groups))
	for i := range numbers {
		numbers[i] = uint32(i)
	}
	mergesort.Sort(numbers, func(a, b uint32) bool {
		for _, k := range keys {
			if c := g.value(&g.groups[a], k.Field).Compare(g.value(&g.groups[b], k.Field)); c != 0 {
				return (c < 0) != k.Descending
			}
		}
		return a < b
	})
	return numbers
}

// value returns what a group has in one of the columns that names lists.
func (g *grouper) value(one *group, column int) record.Value {
	if column < len(g.keys) {
		return record.Decode(g.table.Layout.Value(one.key, g.keys[column].Index))
	}
	if column == len(g.keys) {
		return record.Value{Kind: record.Number, Number: float64(one.count)}
	}
	cell := column - len(g.keys) - 1
	return one.totals[cell].value(g.cells[cell].kind)
}
