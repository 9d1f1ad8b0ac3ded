//go:build !js || sdl

package record_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

const shop = `
enum Size { SMALL LARGE }
type Point { x: Float! y: Float! label: String }
type Tree { name: String! kids: [Tree!] first: Tree data: AWSJSON }
type Item @model {
  id: ID!
  title: String!
  size: Size
  stock: Int! @default(value: "3")
  price: Float
  tags: [String!]
  marks: [Int]
  must: [Int!]
  at: Point
  path: [Point]
  tree: Tree
  extra: AWSJSON
  shop: Shop! @belongsTo
}
type Shop @model { id: ID! name: String! items: [Item] @hasMany owner: Person! @hasOne }
type Person @model { id: ID! }
`

func encoder(t testing.TB, model string) *record.Encoder {
	return record.NewEncoder(storetest.Schema(t, shop).Model(model))
}

// encode is what a save does: read, complete, write the row.
func encode(e *record.Encoder, text string) (record.Row, error) {
	if err := e.Read([]byte(text)); err != nil {
		return nil, err
	}
	if err := e.Complete(); err != nil {
		return nil, err
	}
	row, err := e.Row()
	return slices.Clone(row), err
}

const item = `{"id":"1","title":"t","shopItemsId":"s"`

func TestEncoder_WritesARowInTheOrderOfTheSchema(t *testing.T) {
	e := encoder(t, "Item")
	row, err := encode(e, ` { "shopItemsId" : "s", "tags":[ "a" ], "title":"t\u0041", "id":"1", "at":{"y":2,"x":1.0}, "size":"SMALL" } `)
	require.NoError(t, err)
	require.Equal(t, `{"id":"1","title":"tA","size":"SMALL","stock":3,"price":null,"tags":["a"],"marks":null,"must":null,`+
		`"at":{"x":1,"y":2,"label":null},"path":null,"tree":null,"extra":null,"shopItemsId":"s","createdAt":null,"updatedAt":null}`,
		string(e.Layout.AppendJSON(nil, row)))
	require.True(t, e.Layout.Sound(row))
	require.Equal(t, len(row), record.Length(row))
	require.Equal(t, `"tA"`, string(e.Layout.Value(row, 1)))
	require.Equal(t, `{"x":1,"y":2,"label":null}`, string(e.Layout.Value(row, e.Layout.Field("at"))))
	require.True(t, e.Layout.IsNull(row, e.Layout.Field("price")))
	require.False(t, e.Layout.IsNull(row, 0))
	require.Equal(t, -1, e.Layout.Field("nothing"))
}

func TestEncoder_NamesModelFieldAndWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		`5`:                            `Item: must be an object of fields, got 5`,
		``:                             `Item: must be an object of fields, got nothing`,
		item:                           `Item: is not JSON: expected ',' or '}' at byte 39`,
		item + `,"tilte":"x"}`:         `Item.tilte: is no field of Item: did you mean title?`,
		item + `,"zebra":"x"}`:         `Item.zebra: is no field of Item`,
		item + `,"shop":"x"}`:          `Item.shop: is a relation: give its key as shopItemsId`,
		item + `,"title":5}`:           `Item.title: must be a string, got 5`,
		item + `,"size":"SMALLL"}`:     `Item.size: must be one of SMALL, LARGE, got "SMALLL": did you mean SMALL?`,
		item + `,"stock":1.5}`:         `Item.stock: must be an integer from -2147483648 to 2147483647, got 1.5`,
		item + `,"stock":null}`:        `Item.stock: is required: give a value of type Int!`,
		item + `,"tags":[null]}`:       `Item.tags: is a list whose elements may not be null`,
		item + `,"tags":"a"}`:          `Item.tags: must be a list of String, got "a"`,
		item + `,"at":{"x":1}}`:        `Item.at.y: is required: give a value of type Float!`,
		item + `,"at":5}`:              `Item.at: must be an object of type Point, got 5`,
		item + `,"at":{"zebra":1}}`:    `Item.at: has no field "zebra"`,
		item + `,"path":[{"x":"a"}]}`:  `Item.path.x: must be a number, got "a"`,
		`{"id":"1","shopItemsId":"s"}`: `Item.title: is required: give a value of type String!`,
		`{"id":"1","title":"t"}`:       `Item.shop: is required: give a Shop as shop, or its key as shopItemsId`,
		item + `,"title":"` + strings.Repeat("é", 30) + `","price":"` + strings.Repeat("é", 30) + `"}`: `Item.price: must be a number, got "éééééééééééééééééé…`,
	} {
		_, err := encode(encoder(t, "Item"), text)
		require.EqualError(t, err, want, text)
		require.ErrorIs(t, err, code.Invalid)
		var e *code.Error
		require.True(t, errors.As(err, &e))
		require.Equal(t, "Item", e.Model)
	}
	_, err := encode(encoder(t, "Shop"), `{"id":"s","name":"n"}`)
	require.EqualError(t, err, "Shop.owner: is required: give a Person as owner, or its key as shopOwnerId")
}

func TestEncoder_IsUsableAfterAnError(t *testing.T) {
	e := encoder(t, "Item")
	want, err := encode(e, item+`,"tree":{"name":"x"}}`)
	require.NoError(t, err)
	for _, text := range []string{item + `,"tree":{"name":5}}`, item + `,"tree":{"kids":[{"name":"a"},{}]}}`, `{"id":`} {
		_, err = encode(e, text)
		require.Error(t, err)
	}
	got, err := encode(e, item+`,"tree":{"name":"x"}}`)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestEncoder_CustomTypesNestToTheirBound(t *testing.T) {
	nested := func(n int) string {
		return item + `,"tree":` + strings.Repeat(`{"name":"n","first":`, n-1) + `{"name":"n"}` + strings.Repeat("}", n-1) + "}"
	}
	_, err := encode(encoder(t, "Item"), nested(record.MaxNesting))
	require.NoError(t, err)
	_, err = encode(encoder(t, "Item"), nested(record.MaxNesting+1))
	require.ErrorIs(t, err, code.Limit)
	require.ErrorContains(t, err, "Item.tree.first")
	_, err = encode(encoder(t, "Item"), nested(5000))
	require.ErrorContains(t, err, "nested deeper than 256")
}

func TestEncoder_WhatItWroteItReadsAgainHoweverDeep(t *testing.T) {
	json := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	e := encoder(t, "Item")
	row, err := encode(e, item+`,"extra":"`+json(256)+`"}`)
	require.NoError(t, err)
	again, err := encode(e, string(e.Layout.AppendJSON(nil, row)))
	require.NoError(t, err)
	require.Equal(t, row, again)

	row, err = encode(e, item+`,"tree":{"name":"n","data":"`+json(255)+`"}}`)
	require.NoError(t, err)
	_, err = encode(e, string(e.Layout.AppendJSON(nil, row)))
	require.NoError(t, err)
	_, err = encode(e, item+`,"tree":{"name":"n","data":"`+json(256)+`"}}`)
	require.ErrorIs(t, err, code.Limit)
	_, err = encode(e, item+`,"tree":{"name":"n","kids":[{"name":"k","data":"[\"[]]]{{{\\\"[\"]"}]}}`)
	require.NoError(t, err)
}

func TestEncoder_RefusesARowPastItsBound(t *testing.T) {
	e := encoder(t, "Item")
	_, err := encode(e, item+`,"extra":["`+strings.Repeat("x", record.MaxRow)+`"]}`)
	require.ErrorIs(t, err, code.Limit)
	row, err := encode(e, item+`,"extra":["`+strings.Repeat("x", record.MaxRow-1000)+`"]}`)
	require.NoError(t, err)
	require.True(t, e.Layout.Sound(row))
}

func TestEncoder_KeepsNamesOfObjectPrototypeApart(t *testing.T) {
	for _, name := range []string{"__proto__", "constructor", "toString", "", "\u0000"} {
		_, err := encode(encoder(t, "Item"), item+`,"`+name+`":1}`)
		require.ErrorIs(t, err, code.Invalid, "%q", name)
	}
	e := encoder(t, "Item")
	row, err := encode(e, item+`,"extra":{"__proto__":{"a":1},"constructor":null}}`)
	require.NoError(t, err)
	require.Contains(t, string(e.Layout.AppendJSON(nil, row)), `{"__proto__":{"a":1},"constructor":null}`)
}

func TestEncoder_MakesTheSameRowOfAnArrayOfValues(t *testing.T) {
	g := storetest.NewGenerator(2)
	m := storetest.Schema(t, shop).Model("Item")
	e := record.NewEncoder(m)
	for range 500 {
		row, err := encode(e, string(g.Text(g.Row(m))))
		require.NoError(t, err)
		values := string(e.Layout.Values(row))
		for _, text := range []string{values, " " + values + "\n", strings.Replace(values, ",", ", ", 1), "[ " + values[1:]} {
			again, err := encode(e, text)
			require.NoError(t, err, text)
			require.Equal(t, row, record.Row(again), text)
		}
	}
	row, err := encode(e, item+`,"stock":100}`)
	require.NoError(t, err)
	again, err := encode(e, strings.Replace(string(e.Layout.Values(row)), ",100,", ",1e2,", 1))
	require.NoError(t, err)
	require.Equal(t, row, again, "a number of as many bytes that is not canonical")
}

func FuzzEncoder(f *testing.F) {
	f.Add([]byte(item + `}`))
	f.Add([]byte(item + `,"at":{"x":1e2,"y":-0},"tags":["\ud800"],"extra":"{\"a\": [1]}","price":1.10,"tree":{"name":"","kids":[]}}`))
	g := storetest.NewGenerator(1)
	m := storetest.Schema(f, shop).Model("Item")
	for range 20 {
		f.Add(g.Text(g.Row(m)))
	}
	e := record.NewEncoder(m)
	f.Fuzz(func(t *testing.T, text []byte) {
		row, err := encode(e, string(text))
		if err != nil {
			require.NotEqual(t, code.Internal, code.Of(err))
			return
		}
		require.True(t, e.Layout.Sound(row))
		again, err := encode(e, string(e.Layout.AppendJSON(nil, row)))
		require.NoError(t, err)
		require.True(t, bytes.Equal(row, again), "%s\n%s", e.Layout.AppendJSON(nil, row), e.Layout.AppendJSON(nil, again))
		for i, field := range m.Fields {
			value := e.Layout.Value(row, i)
			canonical, err := record.Canonical(value, field.Type, "", "")
			require.NoError(t, err)
			require.Equal(t, string(value), string(canonical))
			if field.Type.Scalar != schema.Object {
				record.Decode(value)
			}
			record.GoValue(value)
		}
	})
}

func TestEncoder_TakesAllValuesInOrderAsAnArray(t *testing.T) {
	m := storetest.Schema(t, `type Thing @model(timestamps: null) { id: ID! name: String count: Int }`).Model("Thing")
	e := record.NewEncoder(m)
	require.NoError(t, e.Read([]byte(`{"id":"a","name":"n\\u0041","count":null}`)))
	row, err := e.Row()
	require.NoError(t, err)
	want := string(row)
	require.NoError(t, e.Read([]byte(` ["a", "n\\u0041", null]`)[1:]))
	row, err = e.Row()
	require.NoError(t, err)
	require.Equal(t, want, string(row))
	for _, text := range []string{`[`, `[]`, `["a"`, `["a","n"]`, `["a","n",1`, `["a","n",1,2]`, `["a","n",1]]`, `["a",,1]`, `["a","n",1.5]`} {
		require.ErrorIs(t, e.Read([]byte(text)), code.Invalid, text)
	}
}
