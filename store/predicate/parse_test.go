//go:build !js || sdl

package predicate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

func TestParse_SaysWhatWouldBeRight(t *testing.T) {
	m := storetest.Schema(t, storetest.Library).Model("Author")
	test := func(field, op, value string) string {
		return `{"field":"` + field + `","op":"` + op + `","value":` + value + `}`
	}
	const form = `Author: a predicate must be one of and, or, not, all, a test of a field, or a relation`
	for text, want := range map[string]string{
		`{`:                           `Author: the predicate is not JSON: text ends inside an object or array at byte 1`,
		`{} {}`:                       `Author: the predicate is not JSON: text after the end of the value at byte 3`,
		`5`:                           `Author: a predicate must be an object such as {"field":…,"op":…,"value":…}`,
		`[]`:                          `Author: a predicate must be an object such as {"field":…,"op":…,"value":…}`,
		`{"not":5}`:                   `Author: a predicate must be an object such as {"field":…,"op":…,"value":…}`,
		`{"and":[null]}`:              `Author: a predicate must be an object such as {"field":…,"op":…,"value":…}`,
		`{}`:                          form,
		`{"all":false}`:               form,
		`{"all":1}`:                   form,
		`{"xor":[]}`:                  form,
		`{"and":[],"or":[]}`:          form,
		`{"and":{}}`:                  `Author: and, or must hold a list of predicates`,
		test("nme", "eq", `"x"`):      `Author.nme: is no field of Author: did you mean name?`,
		test("books", "eq", `"x"`):    `Author.books: is a relation: name a field of Book behind it`,
		test("name", "equals", `"x"`): `Author.name: has no operator "equals"`,
		test("name", "EQ", `"x"`):     `Author.name: has no operator "EQ": did you mean eq?`,
		`{"field":"name","op":"eq"}`:  `Author.name: eq needs a value`,
		`{"field":"name","op":"eq","value":1,"or":[]}`:                     `Author.name: eq needs a value`,
		`{"field":5,"op":"eq","value":1}`:                                  `Author.5: is no field of Author`,
		`{"field":"name","value":1}`:                                       `Author.name: has no operator ""`,
		test("name", "eq", `5`):                                            `Author.name: eq needs a string, got 5`,
		test("age", "gt", `"5"`):                                           `Author.age: gt needs a number, got "5"`,
		test("active", "eq", `1`):                                          `Author.active: eq needs true or false, got 1`,
		test("active", "contains", `true`):                                 `Author.active: cannot be compared with contains`,
		test("age", "beginsWith", `1`):                                     `Author.age: cannot be compared with beginsWith`,
		test("tags", "gt", `"a"`):                                          `Author.tags: cannot be compared with gt`,
		test("tags", "contains", `5`):                                      `Author.tags: contains needs a string, got 5`,
		test("tags", "eq", `"a"`):                                          `Author.tags: must be a list of String, got "a"`,
		test("mark", "lt", `{}`):                                           `Author.mark: cannot be compared with lt`,
		test("mark", "eq", `{"x":1}`):                                      `Author.mark: has no field "x"`,
		test("extra", "contains", `"x"`):                                   `Author.extra: cannot be compared with contains`,
		test("age", "in", `5`):                                             `Author.age: in needs a list of values`,
		test("age", "between", `[1]`):                                      `Author.age: between needs two values, the lower one first`,
		test("age", "between", `[1,2,3]`):                                  `Author.age: between needs two values, the lower one first`,
		test("age", "between", `[2,1]`):                                    `Author.age: between needs two values, the lower one first`,
		test("name", "between", `["b","a"]`):                               `Author.name: between needs two values, the lower one first`,
		test("name", "in", `["a",{}]`):                                     `Author.name: in needs a string, got {}`,
		`{"relation":"book","some":{}}`:                                    `Author.book: is no relation of Author: did you mean books?`,
		`{"relation":"books"}`:                                             `Author.books: a relation needs exactly one of some, every, none`,
		`{"relation":"books","some":{"all":true},"none":{"all":true}}`:     `Author.books: a relation needs exactly one of some, every, none`,
		`{"relation":"books","any":{"all":true}}`:                          `Author.books: a relation needs exactly one of some, every, none`,
		`{"relation":"books","some":` + test("genre", "eq", `"FCT"`) + `}`: `Book.genre: must be one of FICTION, FACT, POEM, got "FCT": did you mean FACT?`,
	} {
		_, err := predicate.Parse(m, []byte(text))
		require.EqualError(t, err, want, text)
		require.ErrorIs(t, err, code.Invalid)
	}
}

func TestParse_TakesWhatHasAMeaning(t *testing.T) {
	m := storetest.Schema(t, storetest.Library).Model("Author")
	for _, text := range []string{
		``, `{"all":true}`, " {\n \"all\" : true } ", `{"and":[]}`, `{"or":[]}`, `{"not":{"all":true}}`,
		`{"field":"age","op":"between","value":[null,1]}`, `{"field":"age","op":"between","value":[1,null]}`, `{"field":"age","op":"between","value":[1,1]}`,
		`{"field":"age","op":"eq","value":1.5}`, `{"field":"age","op":"lt","value":1e999}`, `{"field":"age","op":"in","value":[]}`,
		`{"field":"tags","op":"eq","value":null}`, `{"field":"tags","op":"gt","value":null}`, `{"field":"name","op":"beginsWith","value":null}`,
		`{"op":"eq","value":"x","field":"name"}`, `{"field":"createdAt","op":"ge","value":"2024"}`, `{"field":"born","op":"beginsWith","value":"2024-"}`,
	} {
		f, err := predicate.Parse(m, []byte(text))
		require.NoError(t, err, text)
		require.Equal(t, m, f.Model)
	}
}

func TestParse_HasItsBounds(t *testing.T) {
	m := storetest.Schema(t, storetest.Library).Model("Author")
	nested := func(n int, open, shut string) []byte {
		return []byte(strings.Repeat(open, n) + `{"all":true}` + strings.Repeat(shut, n))
	}
	for _, group := range [][2]string{{`{"not":`, `}`}, {`{"and":[`, `]}`}, {`{"relation":"mentor","some":`, `}`}} {
		_, err := predicate.Parse(m, nested(predicate.MaxDepth, group[0], group[1]))
		require.NoError(t, err)
		_, err = predicate.Parse(m, nested(predicate.MaxDepth+1, group[0], group[1]))
		require.ErrorIs(t, err, code.Limit)
		_, err = predicate.Parse(m, nested(10_000, group[0], group[1]))
		require.ErrorContains(t, err, "nested deeper than 256")
	}
	many := func(n int) []byte {
		return []byte(`{"or":[` + strings.Repeat(`{"all":true},`, n-2) + `{"all":true}]}`)
	}
	_, err := predicate.Parse(m, many(predicate.MaxNodes))
	require.NoError(t, err)
	_, err = predicate.Parse(m, many(predicate.MaxNodes+1))
	require.ErrorIs(t, err, code.Limit)
	in := func(n int) []byte {
		return []byte(`{"field":"age","op":"in","value":[` + strings.Repeat(`1,`, n-1) + `1]}`)
	}
	_, err = predicate.Parse(m, in(predicate.MaxValues))
	require.NoError(t, err)
	_, err = predicate.Parse(m, in(predicate.MaxValues+1))
	require.ErrorIs(t, err, code.Limit)
}

func TestPredicate_WritesTheJSONThatParseReads(t *testing.T) {
	m := storetest.Schema(t, storetest.Library).Model("Author")
	age := predicate.Where("age")
	for _, c := range []struct {
		p    predicate.Predicate
		want string
	}{
		{predicate.All(), `{"all":true}`},
		{predicate.Predicate{}, `{"all":true}`},
		{age.Eq(nil), `{"field":"age","op":"eq","value":null}`},
		{predicate.And(age.Ne(1), age.Gt(2), predicate.Or(age.Ge(3), age.Lt(4)), predicate.Not(age.Le(5))),
			`{"and":[{"field":"age","op":"ne","value":1},{"field":"age","op":"gt","value":2},{"or":[{"field":"age","op":"ge","value":3},` +
				`{"field":"age","op":"lt","value":4}]},{"not":{"field":"age","op":"le","value":5}}]}`},
		{age.Between(1, 2.5), `{"field":"age","op":"between","value":[1,2.5]}`},
		{age.In(1, nil), `{"field":"age","op":"in","value":[1,null]}`},
		{age.NotIn(), `{"field":"age","op":"notIn","value":[]}`},
		{predicate.Where("name").BeginsWith("\""), `{"field":"name","op":"beginsWith","value":"\""}`},
		{predicate.Where("tags").Contains("x"), `{"field":"tags","op":"contains","value":"x"}`},
		{predicate.Where("tags").NotContains("x"), `{"field":"tags","op":"notContains","value":"x"}`},
		{predicate.Where("clubs.club.name").Eq("x"), `{"relation":"clubs","some":{"relation":"club","some":{"field":"name","op":"eq","value":"x"}}}`},
		{predicate.Every("books", predicate.All()), `{"relation":"books","every":{"all":true}}`},
		{predicate.None("books", predicate.Some("author", age.Eq(1))), `{"relation":"books","none":{"relation":"author","some":{"field":"age","op":"eq","value":1}}}`},
	} {
		text, err := c.p.JSON()
		require.NoError(t, err)
		require.Equal(t, c.want, string(text))
		_, err = predicate.Parse(m, text)
		require.NoError(t, err)
	}
}

func TestPredicate_KeepsTheFirstFault(t *testing.T) {
	bad := predicate.Where("age").Eq(make(chan int))
	for _, p := range []predicate.Predicate{bad, predicate.Not(bad), predicate.And(predicate.All(), bad), predicate.Some("x", bad),
		predicate.Where("a.b").Eq(struct{}{})} {
		_, err := p.JSON()
		require.ErrorIs(t, err, code.Invalid)
	}
}
