//go:build !js || sdl

package predicate_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/table"
)

func TestContains_FindsATextWhereverItStands(t *testing.T) {
	m := storetest.Schema(t, storetest.Blog).Model("User")
	e, tab := record.NewEncoder(m), table.New(m)
	tables := make(predicate.Tables, m.Index+1)
	tables[m.Index] = tab
	random := rand.New(rand.NewPCG(1, 2))
	text := func(most int, letters ...string) string {
		var b strings.Builder
		for range random.IntN(most + 1) {
			b.WriteString(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	quoted := func(s string) string { return string(jsontext.AppendString(nil, []byte(s))) }
	found := 0
	for i := range 3000 {
		letters := [][]string{{"a", "b"}, {"a", "é", "𝄞"}, {"a", "b", "\"", "\n", "\\", "n"}}[i%3]
		most := []int{12, 900}[i/3%2]
		whole, part := text(most, letters...), text(most/3, letters...)
		if i%2 == 0 {
			whole = whole[:len(whole)/2] + part + whole[len(whole)/2:]
			whole = strings.ToValidUTF8(whole, "")
		}
		require.NoError(t, e.Read([]byte(`{"id":"`+strconv.Itoa(i)+`","username":`+quoted(whole)+`}`)))
		require.NoError(t, e.Complete())
		row, err := e.Row()
		require.NoError(t, err)
		f, err := predicate.Parse(m, []byte(`{"field":"username","op":"contains","value":`+quoted(part)+`}`))
		require.NoError(t, err)
		require.Equal(t, strings.Contains(whole, part), f.Match(tables, row), "%q in %q", part, whole)
		if part != "" && strings.Contains(whole, part) {
			found++
		}
	}
	require.Greater(t, found, 1000)
}

func TestRows_AreNotAskedWhatTheirIndexSays(t *testing.T) {
	s := storetest.Schema(t, storetest.Blog)
	d := storetest.NewBlog(100)
	tables := predicate.Tables{}
	for _, m := range s.Models {
		tables = append(tables, table.New(m))
		for _, r := range m.Relations {
			tables.Of(m).AddIndex(r.Fields)
		}
		for _, x := range m.Indexes {
			tables.Of(m).AddIndex(x.Fields[:1])
			tables.Of(m).AddOrdered(x.Fields)
		}
	}
	for name, records := range map[string][]storetest.BlogRecord{"Post": d.Posts, "Comment": d.Comments} {
		m := s.Model(name)
		for _, row := range storetest.BlogRows(t, m, records) {
			tables.Of(m).Insert(row, 1)
		}
	}
	const (
		rated  = `{"field":"rating","op":"gt","value":5}`
		active = `{"field":"status","op":"eq","value":"ACTIVE"}`
		author = `{"field":"author","op":"eq","value":"user7"}`
	)
	for text, want := range map[string]int{
		`{"all":true}`:                           0,
		active:                                   1,
		rated:                                    0,
		`{"and":[` + active + `,` + rated + `]}`: 1,
		`{"and":[{"all":true},{"and":[{"field":"rating","op":"le","value":7},` + rated + `]}]}`:  0,
		`{"field":"rating","op":"between","value":[3,5]}`:                                        0,
		`{"field":"rating","op":"between","value":[null,5]}`:                                     1,
		`{"field":"rating","op":"lt","value":null}`:                                              1,
		`{"field":"rating","op":"eq","value":7}`:                                                 0,
		`{"field":"rating","op":"in","value":[7,8]}`:                                             0,
		`{"or":[{"field":"rating","op":"eq","value":7},` + rated + `]}`:                          0,
		`{"or":[{"field":"rating","op":"eq","value":7},{"and":[` + rated + `,` + active + `]}]}`: 1,
		`{"not":` + rated + `}`:                                                                  1,
		`{"relation":"comments","some":` + author + `}`:                                          0,
		`{"relation":"comments","none":` + author + `}`:                                          1,
	} {
		f, err := predicate.Parse(s.Model("Post"), []byte(text))
		require.NoError(t, err)
		require.Equal(t, want, predicate.Untold(f, tables), text)
	}
	f, err := predicate.Parse(s.Model("Comment"), []byte(`{"field":"author","op":"beginsWith","value":"user7"}`))
	require.NoError(t, err)
	require.Equal(t, 1, predicate.Untold(f, tables), "an order has some beginnings not together")
}
