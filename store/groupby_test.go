//go:build !js || sdl

package store_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// plainGroups is what a GroupBy answers, worked out as plainly as can be.
func plainGroups(rows []storetest.Row, by store.Grouping) []store.Group {
	groups := []store.Group{}
	var members [][]storetest.Row
	if len(by.By) == 0 {
		groups, members = append(groups, store.Group{Key: storetest.Row{}}), append(members, nil)
	}
	for _, row := range rows {
		key := storetest.Row{}
		for _, name := range by.By {
			key[name] = row[name]
		}
		at := slices.IndexFunc(groups, func(g store.Group) bool { return fmt.Sprintf("%#v", g.Key) == fmt.Sprintf("%#v", key) })
		if at < 0 {
			at, groups, members = len(groups), append(groups, store.Group{Key: key}), append(members, nil)
		}
		members[at] = append(members[at], row)
	}
	for i, rows := range members {
		g := &groups[i]
		g.Count = len(rows)
		values := func(field string) (list []any) {
			for _, row := range rows {
				if row[field] != nil {
					list = append(list, row[field])
				}
			}
			return list
		}
		each := func(fields []string, of func(list []any) any) (m map[string]any) {
			for _, field := range fields {
				if m == nil {
					m = map[string]any{}
				}
				if list := values(field); len(list) > 0 {
					m[field] = of(list)
				} else {
					m[field] = nil
				}
			}
			return m
		}
		for _, field := range by.Sum {
			if g.Sum == nil {
				g.Sum = map[string]float64{}
			}
			g.Sum[field] = exactly(values(field))
		}
		g.Avg = each(by.Avg, func(list []any) any { return exactly(list) / float64(len(list)) })
		g.Min = each(by.Min, func(list []any) any { return slices.MinFunc(list, storetest.Order) })
		g.Max = each(by.Max, func(list []any) any { return slices.MaxFunc(list, storetest.Order) })
	}
	return groups
}

// exactly adds up numbers without a rounding but the last.
func exactly(list []any) float64 {
	sum := new(big.Float).SetPrec(4000)
	for _, n := range list {
		sum.Add(sum, big.NewFloat(n.(float64)))
	}
	f, _ := sum.Float64()
	return f
}

// grouping asks for groups of m at random.
func grouping(g *storetest.Generator, m *schema.Model) store.Grouping {
	var by store.Grouping
	for _, f := range m.Fields {
		t := f.Type
		if t.List || t.Scalar == schema.JSON || t.Scalar == schema.Object {
			continue
		}
		if g.Chance(4) {
			by.By = append(by.By, f.Name)
		}
		if t.Scalar == schema.Int || t.Scalar == schema.Timestamp || t.Scalar == schema.Float {
			if g.Chance(2) {
				by.Sum = append(by.Sum, f.Name)
			}
			if g.Chance(2) {
				by.Avg = append(by.Avg, f.Name)
			}
		}
		if t.Scalar != schema.Boolean && g.Chance(2) {
			by.Min, by.Max = append(by.Min, f.Name), append(by.Max, f.Name)
		}
	}
	g.Shuffle(len(by.By), func(i, j int) { by.By[i], by.By[j] = by.By[j], by.By[i] })
	return by
}

func TestGroupBy_AgreesWithALookAtEveryRow(t *testing.T) {
	several, whole := 0, 0
	eachStocked(t, func(g *storetest.Generator, st *store.Store, plain *storetest.Reference, replay string) {
		for range 20 {
			m := storetest.Pick(g, st.Schema().Models)
			q := store.Query{Model: m.Name, Limit: -1}
			if g.Chance(2) {
				q.Where = []byte(g.Predicate(m, 2))
			}
			by := grouping(g, m)
			want := plainGroups(plain.Query(q), by)
			got, err := st.GroupBy(ctx, m.Name, by, asking(q))
			if slices.ContainsFunc(want, func(g store.Group) bool { return infinite(g) }) {
				require.ErrorIs(t, err, store.ErrLimit, replay)
				continue
			}
			if err != nil { // a sum of greatest numbers may leave the range and come back
				require.ErrorIs(t, err, store.ErrLimit, replay)
				require.Contains(t, slices.Concat(by.Sum, by.Avg), err.(*store.Error).Field, replay)
				continue
			}
			require.Equal(t, len(want), len(got), replay)
			for i := range want {
				settle(want[i], got[i])
				require.Equal(t, want[i], got[i], replay)
			}
			for range 5 {
				again := slices.Clone(want)
				sort, sorted := sortOf(g, by)
				slices.SortStableFunc(again, sorted)
				page := q
				page.Sort, page.Limit, page.Page = sort, 1+g.IntN(4), g.IntN(3)
				start := min(page.Page*page.Limit, len(again))
				got, err := st.GroupBy(ctx, m.Name, by, asking(page))
				require.NoError(t, err, replay)
				require.Equal(t, again[start:min(start+page.Limit, len(again))], got, replay)
			}
			several += min(1, len(want)/2)
			whole += min(1, max(0, 1-len(by.By)))
		}
	})
	t.Log(*readSeeds, "seeds:", several, "answers of several groups,", whole, "of one")
	require.Greater(t, several, *readSeeds)
	require.Greater(t, whole, *readSeeds/2)
}

// settle takes what the store says for a sum that differs in its last bit: of two
// nearest numbers it may be either.
func settle(want, got store.Group) {
	near := func(a, b float64) bool { return math.Nextafter(a, b) == b }
	for name, n := range want.Sum {
		if near(n, got.Sum[name]) {
			want.Sum[name] = got.Sum[name]
		}
	}
	for name, n := range want.Avg {
		if b, ok := got.Avg[name].(float64); ok && n != nil && near(n.(float64), b) {
			want.Avg[name] = b
		}
	}
}

func infinite(g store.Group) bool {
	bad := false
	for _, n := range g.Sum {
		bad = bad || math.IsInf(n, 0)
	}
	for _, n := range g.Avg {
		f, ok := n.(float64)
		bad = bad || ok && math.IsInf(f, 0)
	}
	return bad
}

// sortOf returns an order of groups at random, for the store and as a function.
func sortOf(g *storetest.Generator, by store.Grouping) ([]store.Sort, func(a, b store.Group) int) {
	type column struct {
		name string
		of   func(g store.Group) any
	}
	columns := []column{{"count()", func(g store.Group) any { return float64(g.Count) }}}
	for _, name := range by.By {
		columns = append(columns, column{name, func(g store.Group) any { return g.Key[name] }})
	}
	for _, name := range by.Sum {
		columns = append(columns, column{"sum(" + name + ")", func(g store.Group) any { return g.Sum[name] }})
	}
	for _, name := range by.Avg {
		columns = append(columns, column{"avg(" + name + ")", func(g store.Group) any { return g.Avg[name] }})
	}
	for _, name := range by.Min {
		columns = append(columns, column{"min(" + name + ")", func(g store.Group) any { return g.Min[name] }})
		columns = append(columns, column{"max(" + name + ")", func(g store.Group) any { return g.Max[name] }})
	}
	var sort []store.Sort
	var chosen []column
	for range 1 + g.IntN(2) {
		c := storetest.Pick(g, columns)
		chosen, sort = append(chosen, c), append(sort, store.Sort{Field: c.name, Descending: g.Chance(2)})
	}
	return sort, func(a, b store.Group) int {
		for i, c := range chosen {
			if n := storetest.Order(c.of(a), c.of(b)); n != 0 {
				if sort[i].Descending {
					return -n
				}
				return n
			}
		}
		return 0
	}
}

const measures = `
enum State { OPEN DONE }
type M @model(timestamps: null) {
  id: ID!
  n: Int
  f: Float
  t: AWSTimestamp
  s: String
  d: AWSDate
  b: Boolean
  e: State
  l: [Int]
  j: AWSJSON
  count: Int
  other: M @hasOne
}`

// measured returns a store with one record of each of the fields.
func measured(t *testing.T, rows ...store.Fields) *store.Store {
	st := storetest.Open(t, measures, memory.New())
	for _, fields := range rows {
		create(t, st, "M", fields)
	}
	return st
}

func TestSum_IsExactForIntegersAndCompensatedForFloats(t *testing.T) {
	var rows []store.Fields
	for range 1000 {
		rows = append(rows, store.Fields{"n": math.MaxInt32, "f": 0.1, "t": int64(1) << 53 / 1024})
	}
	rows = append(rows, store.Fields{"n": 1, "f": 1e17}, store.Fields{"f": 1.0}, store.Fields{"f": -1e17}, store.Fields{})
	st := measured(t, rows...)
	for field, want := range map[string]float64{"n": 1000*math.MaxInt32 + 1, "f": 101, "t": 1000 * (1 << 43), "count": 0} {
		sum, err := st.Sum(ctx, "M", field)
		require.NoError(t, err)
		require.Equal(t, want, sum, field)
	}
	edge := measured(t, store.Fields{"t": int64(1)<<53 - 1}, store.Fields{"t": int64(1)<<53 - 1}, store.Fields{"t": 1}, store.Fields{"t": -(int64(1)<<53 - 1)})
	sum, err := edge.Sum(ctx, "M", "t")
	require.NoError(t, err)
	require.Equal(t, float64(1<<53), sum, "past 2^53 on the way and back")
}

func TestSum_ThatIsNotFiniteIsAnError(t *testing.T) {
	st := measured(t, store.Fields{"f": math.MaxFloat64, "s": "a"}, store.Fields{"f": math.MaxFloat64, "s": "a"}, store.Fields{"f": 1, "s": "b"})
	_, err := st.Sum(ctx, "M", "f")
	require.EqualError(t, err, "sum M.f: has values whose sum is beyond the largest finite number")
	require.ErrorIs(t, err, store.ErrLimit)
	_, _, err = st.Avg(ctx, "M", "f")
	require.ErrorIs(t, err, store.ErrLimit)
	_, err = st.GroupBy(ctx, "M", store.Grouping{By: []string{"s"}, Sum: []string{"f"}}, store.Limit(0))
	require.ErrorIs(t, err, store.ErrLimit, "also when nobody would see it")
	least, err := st.Min(ctx, "M", "f")
	require.NoError(t, err)
	require.Equal(t, 1.0, least)
}

func TestAggregates_LeaveNullOutAndKnowNothing(t *testing.T) {
	st := measured(t, store.Fields{"n": 4, "s": "b", "d": "2024-02-29", "e": "OPEN"}, store.Fields{},
		store.Fields{"n": -1, "s": "a\U0001F600", "d": "2023-12-31", "e": "DONE"}, store.Fields{"s": "a\uffff"})
	all := func(options ...store.QueryOption) []any {
		sum, err := st.Sum(ctx, "M", "n", options...)
		require.NoError(t, err)
		avg, ok, err := st.Avg(ctx, "M", "n", options...)
		require.NoError(t, err)
		out := []any{sum, avg, ok}
		for _, field := range []string{"n", "s", "d", "e", "f"} {
			least, err := st.Min(ctx, "M", field, options...)
			require.NoError(t, err)
			greatest, err := st.Max(ctx, "M", field, options...)
			require.NoError(t, err)
			out = append(out, least, greatest)
		}
		return out
	}
	require.Equal(t, []any{3.0, 1.5, true, -1.0, 4.0, "a\U0001F600", "b", "2023-12-31", "2024-02-29", "DONE", "OPEN", nil, nil}, all())
	require.Equal(t, []any{4.0, 4.0, true, 4.0, 4.0, "b", "b", "2024-02-29", "2024-02-29", "OPEN", "OPEN", nil, nil},
		all(store.Where(predicate.Where("n").Gt(0))))
	require.Equal(t, []any{0.0, 0.0, false, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}, all(store.Where(predicate.Where("n").Gt(9))))
	none, err := st.GroupBy(ctx, "M", store.Grouping{By: []string{"s"}}, store.Where(predicate.Where("n").Gt(9)))
	require.NoError(t, err)
	require.Empty(t, none)
	one, err := st.GroupBy(ctx, "M", store.Grouping{Sum: []string{"n"}}, store.Where(predicate.Where("n").Gt(9)))
	require.NoError(t, err)
	require.Equal(t, []store.Group{{Key: map[string]any{}, Sum: map[string]float64{"n": 0}}}, one)
}

func TestGroupBy_NullIsAGroupAndKeysAreNotMixedUp(t *testing.T) {
	st := measured(t, store.Fields{"s": "a,b", "e": "OPEN"}, store.Fields{"s": "a", "e": "OPEN"}, store.Fields{"s": "null"},
		store.Fields{}, store.Fields{"s": "a", "e": "OPEN", "count": 7}, store.Fields{"e": "OPEN"}, store.Fields{"s": "null"}, store.Fields{"s": ""})
	groups, err := st.GroupBy(ctx, "M", store.Grouping{By: []string{"s", "e"}})
	require.NoError(t, err)
	var got []string
	for _, g := range groups {
		got = append(got, fmt.Sprintf("%#v %#v %d", g.Key["s"], g.Key["e"], g.Count))
		require.Nil(t, g.Sum)
		require.Nil(t, g.Min)
	}
	require.Equal(t, []string{`"a,b" "OPEN" 1`, `"a" "OPEN" 2`, `"null" <nil> 2`, `<nil> <nil> 1`, `<nil> "OPEN" 1`, `"" <nil> 1`}, got)
	groups, err = st.GroupBy(ctx, "M", store.Grouping{By: []string{"count"}}, store.Descending("count()"), store.Ascending("count"), store.Limit(1))
	require.NoError(t, err)
	require.Equal(t, []store.Group{{Key: map[string]any{"count": nil}, Count: 7}}, groups, "a field may be called count")
}

func TestGroupBy_SaysWhatIsWrong(t *testing.T) {
	st := measured(t, store.Fields{"n": 1})
	list := func(n int) (names []string) {
		for i := range n {
			names = append(names, fmt.Sprint("x", i))
		}
		return names
	}
	by := func(names ...string) store.Grouping { return store.Grouping{By: names} }
	for _, c := range []struct {
		want    string
		by      store.Grouping
		options []store.QueryOption
	}{
		{"groupBy M.nn: is no field of M: did you mean n?", by("nn"), nil},
		{"groupBy M.other: is a relation: name a field of M itself", by("other"), nil},
		{"groupBy M.l: is no single value to group by", by("l"), nil},
		{"groupBy M.j: is no single value to group by", by("j"), nil},
		{"groupBy M.s: sum takes a field of type Int, Float or AWSTimestamp, and this is none", store.Grouping{Sum: []string{"s"}}, nil},
		{"groupBy M.l: avg takes a field of type Int, Float or AWSTimestamp, and this is none", store.Grouping{Avg: []string{"l"}}, nil},
		{"groupBy M.b: min takes a field of one number or text, and this is none", store.Grouping{Min: []string{"b"}}, nil},
		{"groupBy M.l: max takes a field of one number or text, and this is none", store.Grouping{Max: []string{"l"}}, nil},
		{"groupBy M.j: max takes a field of one number or text, and this is none", store.Grouping{Max: []string{"j"}}, nil},
		{"groupBy M: n is named twice: name it once", by("n", "n"), nil},
		{"groupBy M: sum(n) is named twice: name it once", store.Grouping{Sum: []string{"n", "n"}}, nil},
		{"groupBy M: groups are by 16 fields and have 64 aggregates at most", by(list(17)...), nil},
		{"groupBy M: groups are by 16 fields and have 64 aggregates at most", store.Grouping{Sum: list(32), Max: list(33)}, nil},
		{"groupBy M.f: cannot be sorted by: groups are sorted by what they are grouped by, count(), and the aggregates asked for",
			by("n"), []store.QueryOption{store.Ascending("f")}},
		{"groupBy M.sum(f): cannot be sorted by: groups are sorted by what they are grouped by, count(), and the aggregates asked for: did you mean sum(n)?",
			store.Grouping{Sum: []string{"n"}}, []store.QueryOption{store.Descending("sum(f)")}},
		{"groupBy M: a sort has at most 16 keys", by("n"), slices.Repeat([]store.QueryOption{store.Ascending("n")}, 17)},
		{"groupBy M: page and limit may not be negative", by("n"), []store.QueryOption{store.Limit(-1)}},
		{"groupBy M: takes a predicate, a sort and a page with its limit, none of them negative", by("n"), []store.QueryOption{store.Include("other")}},
		{"groupBy M: takes a predicate, a sort and a page with its limit, none of them negative", by("n"), []store.QueryOption{asking(store.Query{Model: "M", Page: 1, Limit: -1})}},
		{"groupBy M.x: is no field of M", by("n"), []store.QueryOption{store.Where(predicate.Where("x").Eq(1))}},
	} {
		_, err := st.GroupBy(ctx, "M", c.by, c.options...)
		require.ErrorContains(t, err, c.want)
		require.Contains(t, []store.Code{store.ErrInvalid, store.ErrLimit}, codeOf(err))
	}
	_, err := st.GroupBy(ctx, "N", by("n"))
	require.EqualError(t, err, "groupBy N: is no model of the schema: did you mean M?")
	_, err = st.Sum(ctx, "M", "s")
	require.EqualError(t, err, "sum M.s: sum takes a field of type Int, Float or AWSTimestamp, and this is none")
	for _, option := range []store.QueryOption{store.Limit(1), store.Ascending("n"), store.Ascending("sum(n)")} {
		_, err = st.Sum(ctx, "M", "n", option)
		require.EqualError(t, err, "sum M: takes Where and no other option")
	}
	_, err = st.Max(ctx, "M", "")
	require.ErrorIs(t, err, store.ErrInvalid)
	require.NoError(t, st.Close())
	_, err = st.GroupBy(ctx, "M", by("n"))
	require.ErrorIs(t, err, store.ErrClosed)
	_, err = st.Query(ctx, "M", store.Include("other"))
	require.ErrorIs(t, err, store.ErrClosed)
}

func TestParseGroups_ReadsWhatItKnowsAndRefusesTheRest(t *testing.T) {
	s := storetest.Schema(t, measures)
	q, by, err := store.ParseGroups(s, "groupBy", []byte(`{"model":0,"by":["s","e"],"sum":["n"],"avg":["f"],"min":["d"],"max":["d","t"],
		"where":{"all":true},"sort":[["sum(n)","DESCENDING"]],"page":1,"limit":2}`))
	require.NoError(t, err)
	require.Equal(t, store.Query{Model: "M", Where: []byte(`{"all":true}`), Sort: []store.Sort{{Field: "sum(n)", Descending: true}}, Page: 1, Limit: 2}, q)
	require.Equal(t, store.Grouping{By: []string{"s", "e"}, Sum: []string{"n"}, Avg: []string{"f"}, Min: []string{"d"}, Max: []string{"d", "t"}}, by)
	for _, text := range []string{``, `5`, `{`, `{"model":"M","by":"s"}`, `{"model":"M","by":[5]}`, `{"model":"M","by":[null]}`, `{"model":"M","having":1}`,
		`{"model":"M","key":["a"]}`, `{"model":"M","include":[]}`, `{"model":"M","limit":-1}`} {
		_, _, err := store.ParseGroups(s, "avg", []byte(text))
		require.ErrorIs(t, err, store.ErrInvalid, text)
		require.ErrorContains(t, err, "avg", text)
	}
}
