package live

import (
	"math"
	"slices"

	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// Query is what a View answers.
type Query struct {
	Filter *predicate.Filter
	Order  []table.Key // the rows that tie, and all without keys, are in order of insertion
	Start  int         // of the window that is shown
	End    int         // of the window; math.MaxInt for all

	Along [][]*schema.Relation // ways to records that belong to the answer, each after its first part
}

// View is the answer to a query, kept up to date.
type View struct {
	tables predicate.Tables
	table  *table.Table
	filter *predicate.Filter
	order  []table.Key
	start  int
	end    int
	paths  [][]*schema.Relation // that the filter looks at
	along  [][]*schema.Relation
	rows   []uint32 // all that match, in order
}

// NewView runs a query and keeps its answer.
func NewView(tables predicate.Tables, q Query) *View {
	v := &View{filter: q.Filter, order: q.Order, start: q.Start, end: q.End, paths: q.Filter.Paths(), along: q.Along}
	v.Rebuild(tables)
	return v
}

// Rebuild runs the query again, on tables in which row numbers may mean other rows.
func (v *View) Rebuild(tables predicate.Tables) {
	v.tables, v.table = tables, tables.Of(v.filter.Model)
	v.rows = v.filter.First(tables, table.Order{Table: v.table, Keys: v.order}, math.MaxInt)
}

// Window returns the rows that are shown, in order. It is good until the View is
// next changed.
func (v *View) Window() []uint32 {
	start := min(v.start, len(v.rows))
	return v.rows[start:max(start, min(v.end, len(v.rows)))]
}

// Model returns the model that the query is about.
func (v *View) Model() *schema.Model { return v.filter.Model }

// Len returns how many rows match, in the window or not.
func (v *View) Len() int { return len(v.rows) }

// Touch is a row that was put or deleted: how it was before.
type Touch struct {
	Table  *table.Table
	Row    uint32
	Before record.Row // nil if there was none
}

// Touches are the rows that changed since the last time, each with how it was
// then: of several changes of a row the first one counts.
type Touches struct {
	list  []Touch
	known map[touched]struct{} // filled when there are many
}

type touched struct {
	table *table.Table
	row   uint32
}

// few is how many touches are searched one by one.
const few = 16

// Add notes a change.
func (t *Touches) Add(touch Touch) {
	at := touched{touch.Table, touch.Row}
	if t.known == nil {
		for _, other := range t.list {
			if other.Table == touch.Table && other.Row == touch.Row {
				return
			}
		}
	} else if _, twice := t.known[at]; twice {
		return
	}
	t.list = append(t.list, touch)
	if t.known == nil && len(t.list) > few {
		t.known = make(map[touched]struct{}, 2*len(t.list))
		for _, other := range t.list {
			t.known[touched{other.Table, other.Row}] = struct{}{}
		}
	} else if t.known != nil {
		t.known[at] = struct{}{}
	}
}

// Take returns the touches in the order in which they came, without those of rows
// that are again as they were, and forgets them all. The list is good until the next
// Add.
func (t *Touches) Take() []Touch {
	list := slices.DeleteFunc(t.list, Touch.isVoid)
	t.Clear()
	return list
}

// isVoid reports whether all that was done to a row has been taken back: then it
// lies where it lay.
func (t Touch) isVoid() bool {
	if t.Before == nil || !t.Table.Has(t.Row) {
		return t.Before == nil && !t.Table.Has(t.Row)
	}
	return &t.Before[0] == &t.Table.Row(t.Row)[0]
}

// Clear forgets them.
func (t *Touches) Clear() { t.list, t.known = t.list[:0], nil }

// now is the present state of a row.
func (v *View) now(number uint32) state { return state{number, v.table.Row(number)} }

// Depends reports whether a change of a record of m can change the answer.
func (v *View) Depends(m *schema.Model) bool {
	leads := func(way []*schema.Relation) bool { return way[len(way)-1].Target == m }
	return m == v.filter.Model || slices.ContainsFunc(v.paths, leads) || slices.ContainsFunc(v.along, leads)
}
