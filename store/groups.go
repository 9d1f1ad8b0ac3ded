package store

import (
	"context"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// Group is one group of records with what was asked of it; the maps are by field.
type Group struct {
	Key   map[string]any // the values that its records have in common
	Count int            // of its records
	Sum   map[string]float64
	Avg   map[string]any // float64, or nil when all values were null
	Min   map[string]any // float64 or string, or nil when all values were null
	Max   map[string]any
}

// GroupBy puts the records that the options find into groups and works out of each
// what by asks for. The groups are in order of their first record's insertion,
// unless Ascending or Descending sort them: by key fields, by "count()", or by what
// was asked for, as in Descending("sum(rating)"). Limit and Page are of groups.
func (st *Store) GroupBy(_ context.Context, model string, by Grouping, options ...QueryOption) ([]Group, error) {
	q, err := asked("groupBy", model, options)
	if err != nil {
		return nil, err
	}
	return st.groups("groupBy", q, by)
}

// Sum adds up the values of a field of type Int, Float or AWSTimestamp, nulls left
// out; 0 when there are none. Where is the only option. Sums of integers are exact
// up to 2^53, others are compensated, and one that leaves the range of finite
// numbers on its way is an ErrLimit.
func (st *Store) Sum(_ context.Context, model, field string, options ...QueryOption) (float64, error) {
	g, err := st.whole("sum", model, Grouping{Sum: []string{field}}, options)
	return g.Sum[field], err
}

// Avg returns the mean of the values of a field as Sum adds them up; false when
// there are none.
func (st *Store) Avg(_ context.Context, model, field string, options ...QueryOption) (float64, bool, error) {
	g, err := st.whole("avg", model, Grouping{Avg: []string{field}}, options)
	mean, ok := g.Avg[field].(float64)
	return mean, ok, err
}

// Min returns the least value of a field of one number or text, in the order in
// which Ascending sorts but without nulls: a float64 or a string, nil when there is
// none. Where is the only option.
func (st *Store) Min(_ context.Context, model, field string, options ...QueryOption) (any, error) {
	g, err := st.whole("min", model, Grouping{Min: []string{field}}, options)
	return g.Min[field], err
}

// Max returns the greatest value of a field, as Min the least.
func (st *Store) Max(_ context.Context, model, field string, options ...QueryOption) (any, error) {
	g, err := st.whole("max", model, Grouping{Max: []string{field}}, options)
	return g.Max[field], err
}

// whole returns the one group of all records that match.
func (st *Store) whole(op, model string, by Grouping, options []QueryOption) (Group, error) {
	q, err := asked(op, model, options)
	if err == nil && (q.Sort != nil || q.Limit != -1) {
		err = wrap(op, code.Fault(code.Invalid, model, "", "takes Where and no other option"))
	}
	if err != nil {
		return Group{}, err
	}
	groups, err := st.groups(op, q, by)
	if err != nil {
		return Group{}, err
	}
	return groups[0], nil
}

func (st *Store) groups(op string, q Query, by Grouping) ([]Group, error) {
	text, err := st.AppendGroups(nil, op, q, by)
	if err != nil {
		return nil, err
	}
	return groupsOf(text), nil
}

// groupsOf reads what AppendGroups appends.
func groupsOf(text []byte) []Group {
	list := record.GoValue(text).([]any)
	groups := make([]Group, len(list))
	for i, one := range list {
		group := one.(map[string]any)
		g := Group{Key: group["key"].(map[string]any), Count: int(group["count"].(float64))}
		g.Avg, _ = group["avg"].(map[string]any)
		g.Min, _ = group["min"].(map[string]any)
		g.Max, _ = group["max"].(map[string]any)
		if sums, ok := group["sum"].(map[string]any); ok {
			g.Sum = map[string]float64{}
			for name, n := range sums {
				g.Sum[name] = n.(float64)
			}
		}
		groups[i] = g
	}
	return groups
}

// ParseGroups reads from JSON what AppendGroups takes: {"model", "by"?: [field, …],
// "sum"?, "avg"?, "min"?, "max"?, "where"?, "sort"?, "page"?, "limit"?}.
func ParseGroups(in *schema.Schema, op string, text []byte) (Query, Grouping, error) {
	q, by := Query{Limit: -1}, Grouping{}
	err := q.parse(op, text, "by, sum, avg, min, max, where, sort, page and limit", func(name string, s *jsontext.Scanner) (bool, error) {
		var into *[]string
		switch name {
		case "model":
			q.Model = ModelName(in, s.Raw())
			return true, nil
		case "by":
			into = &by.By
		case "sum":
			into = &by.Sum
		case "avg":
			into = &by.Avg
		case "min":
			into = &by.Min
		case "max":
			into = &by.Max
		default:
			return false, nil
		}
		for s.BeginArray(); s.NextElement(); {
			*into = append(*into, string(s.String()))
		}
		return true, nil
	})
	return q, by, err
}

// append writes a group as JSON.
func (g *grouper) append(dst []byte, number uint32) []byte {
	one := &g.groups[number]
	dst = append(dst, `{"key":{`...)
	for _, f := range g.keys {
		dst = append(named(dst, f.Name), g.table.Layout.Value(one.key, f.Index)...)
	}
	dst = strconv.AppendInt(append(dst, `},"count":`...), int64(one.count), 10)
	for i, a := range g.cells {
		if i == 0 || g.cells[i-1].kind != a.kind {
			dst = append(named(dst, aggregateNames[a.kind]), '{')
		}
		dst = named(dst, a.field.Name)
		switch v := one.totals[i].value(a.kind); v.Kind {
		case record.Null:
			dst = append(dst, "null"...)
		case record.String:
			dst = jsontext.AppendString(dst, v.Text)
		default:
			dst = jsontext.AppendFloat(dst, v.Number)
		}
		if i == len(g.cells)-1 || g.cells[i+1].kind != a.kind {
			dst = append(dst, '}')
		}
	}
	return append(dst, '}')
}

// named starts a member of an open JSON object.
func named(dst []byte, name string) []byte {
	return append(jsontext.AppendString(separated(dst), []byte(name)), ':')
}

// separated puts a comma where an element or member came before.
func separated(dst []byte) []byte {
	if last := dst[len(dst)-1]; last == '[' || last == '{' {
		return dst
	}
	return append(dst, ',')
}
