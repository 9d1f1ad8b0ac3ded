package record_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

var colour = &schema.Enum{Name: "Colour", Values: []string{"RED", "GREEN"}}

// scalars are JSON texts that a type takes, and such that it refuses.
var scalars = []struct {
	typ  schema.Type
	want string // of the message for what is refused
	good []string
	bad  []string
}{
	{schema.Type{Scalar: schema.ID}, "must be a string", []string{`""`, `"a"`, `"\u0000"`, `"\ud800"`}, []string{`5`, `true`, `[]`, `{}`}},
	{schema.Type{Scalar: schema.String}, "must be a string", []string{`""`, `"é😀"`}, []string{`5`, `false`, `["a"]`, `{}`}},
	{schema.Type{Scalar: schema.Boolean}, "must be true or false", []string{`true`, `false`}, []string{`0`, `"true"`, `[]`}},
	{schema.Type{Scalar: schema.Int}, "integer", []string{`0`, `-0`, `1.0`, `2e3`, `2147483647`, `-2147483648`},
		[]string{`1.5`, `2147483648`, `-2147483649`, `1e99`, `"1"`, `true`, `[1]`}},
	{schema.Type{Scalar: schema.Float}, "number", []string{`0`, `-1.5`, `1e308`, `5e-324`, `1e-999`}, []string{`1e309`, `-1e999`, `"1"`, `{}`}},
	{schema.Type{Scalar: schema.Timestamp}, "whole number of seconds", []string{`0`, `-1`, `1700000000`, `9007199254740991`},
		[]string{`0.5`, `1e17`, `"0"`}},
	{schema.Type{Scalar: schema.Date}, "calendar date", []string{`"2024-02-29"`, `"2000-02-29"`, `"1970-01-01Z"`, `"2023-12-31+14:00"`, `"2023-04-30-08:00:30"`, `"0000-01-01"`},
		[]string{`"2023-02-29"`, `"1900-02-29"`, `"2023-13-01"`, `"2023-00-01"`, `"2023-01-00"`, `"2023-04-31"`, `"2023-1-1"`, `"20230101"`,
			`"2023-01-01T00:00"`, `"2023-01-01z"`, `"2023-01-01+24:00"`, `"2023-01-01+0100"`, `""`, `"+2023-01-01"`, `" 2023-01-01"`}},
	{schema.Type{Scalar: schema.Time}, "time such as", []string{`"00:00"`, `"23:59:59"`, `"12:30:00.1"`, `"12:30:00.123456789"`, `"12:30Z"`, `"12:30:00.5-03:30"`},
		[]string{`"24:00"`, `"12:60"`, `"12:30:60"`, `"1:30"`, `"12:30:"`, `"12:30:5"`, `"12:30:00."`, `"12:30:00.1234567890"`, `"12:30:00,5"`, `"12:30+1"`, `""`}},
	{schema.Type{Scalar: schema.DateTime}, "date and time", []string{`"2024-02-29T13:45Z"`, `"2024-02-29T13:45:30.123Z"`, `"2024-02-29T13:45:30+05:30"`, `"2024-02-29T13:45"`},
		[]string{`"2024-02-29"`, `"2024-02-29 13:45Z"`, `"2024-02-29T"`, `"2023-02-29T13:45Z"`, `"2024-02-29T25:00Z"`, `"2024-02-29T13:45z"`, `"2024-02-29T13:45ZZ"`}},
	{schema.Type{Scalar: schema.Email}, "e-mail", []string{`"ada@example.com"`, `"a.b+c@x-y.example"`, `"a@localhost"`},
		[]string{`"ada"`, `"@example.com"`, `"ada@"`, `"a@b@c"`, `"a b@c.d"`, `"ada@-x.com"`, `"ada@x-.com"`, `"ada@x..com"`, `"ada@.com"`, `"é@x.com"`,
			`"` + strings.Repeat("a", 65) + `@x.com"`, `"a@` + strings.Repeat("b", 64) + `.com"`}},
	{schema.Type{Scalar: schema.URL}, "URL", []string{`"https://example.com/a?b#c"`, `"mailto:ada@example.com"`, `"file:///etc"`, `"custom+x.1-2:y"`, `"http://[::1]:8080"`, `"https://exämple.com"`},
		[]string{`"example.com"`, `"https:"`, `"https://"`, `"https:///x"`, `"://x"`, `"1http://x"`, `"http://a b"`, `"http://a\n"`, `""`}},
	{schema.Type{Scalar: schema.Phone}, "phone number", []string{`"112"`, `"+44 20 7946 0000"`, `"555-1234"`},
		[]string{`"1"`, `"+"`, `""`, `"abc"`, `"-12"`, `"12-"`, `"+1+2"`, `"(555) 1234"`, `"` + strings.Repeat("1", 33) + `"`}},
	{schema.Type{Scalar: schema.IPAddress}, "IP address", []string{`"0.0.0.0"`, `"255.255.255.255"`, `"::"`, `"::1"`, `"1::"`, `"2001:db8::1"`, `"1:2:3:4:5:6:7:8"`,
		`"1:2:3:4:5:6:7::"`, `"::ffff:192.0.2.1"`, `"1:2:3:4:5:6:1.2.3.4"`, `"ABCD::ef"`},
		[]string{`"256.0.0.1"`, `"1.2.3"`, `"1.2.3.4.5"`, `"01.2.3.4"`, `"1.2.3."`, `""`, `":"`, `":1"`, `"1:"`, `"1:::2"`, `":::"`, `"1::2::3"`, `"12345::"`, `"g::"`,
			`"1:2:3:4:5:6:7"`, `"1:2:3:4:5:6:7:8:9"`, `"1:2:3:4:5:6:7:8::"`, `"::1.2.3"`, `"1.2.3.4::"`, `"1:2:3:4:5:6:7:1.2.3.4"`, `"::1%eth0"`, `"1:2:3:4:5:6:7:8:"`}},
	{schema.Type{Scalar: schema.JSON}, "JSON", []string{`{}`, `[1, {"a" : null}]`, `"{\"a\": [1]}"`, `"[]"`}, []string{`5`, `true`, `"x"`, `"5"`, `"{"`, `"[1,]"`, `""`}},
	{schema.Type{Scalar: schema.Enumeration, Enum: colour}, "must be one of RED, GREEN", []string{`"RED"`, `"\u0052ED"`}, []string{`"red"`, `"BLUE"`, `""`, `5`, `null5`}},
}

func TestCanonical_TakesAndRefusesEachScalar(t *testing.T) {
	for _, s := range scalars {
		t.Run(s.typ.String(), func(t *testing.T) {
			for _, text := range s.good {
				once, err := record.Canonical([]byte(text), s.typ, "M", "f")
				require.NoError(t, err, text)
				again, err := record.Canonical(once, s.typ, "M", "f")
				require.NoError(t, err, text)
				require.Equal(t, string(once), string(again))
			}
			for _, text := range s.bad {
				if text == `null5` {
					continue
				}
				_, err := record.Canonical([]byte(text), s.typ, "M", "f")
				require.ErrorIs(t, err, code.Invalid, text)
				require.ErrorContains(t, err, "M.f: ", text)
				require.ErrorContains(t, err, s.want, text)
			}
		})
	}
}

func TestCanonical_HasOneFormForEachValue(t *testing.T) {
	for _, c := range []struct {
		typ        schema.Type
		text, want string
	}{
		{schema.Type{Scalar: schema.Int}, `-0`, `0`},
		{schema.Type{Scalar: schema.Int}, `1.50e2`, `150`},
		{schema.Type{Scalar: schema.Float}, `0.10`, `0.1`},
		{schema.Type{Scalar: schema.Float}, `1e21`, `1e+21`},
		{schema.Type{Scalar: schema.Float}, `100000000000000000000000`, `1e+23`},
		{schema.Type{Scalar: schema.String}, `"\u0061\/\ud83d\ude00\u000a"`, `"a/😀\n"`},
		{schema.Type{Scalar: schema.JSON}, "{ \"b\" : [ 1 , \"x y\" ] }", `{"b":[1,"x y"]}`},
		{schema.Type{Scalar: schema.JSON}, `"{ \"b\" : 1 }"`, `{"b":1}`},
		{schema.Type{Scalar: schema.String, List: true}, ` [ "a" , null ] `, `["a",null]`},
		{schema.Type{Scalar: schema.Int, List: true}, `[]`, `[]`},
	} {
		got, err := record.Canonical([]byte(strings.TrimSpace(c.text)), c.typ, "M", "f")
		require.NoError(t, err)
		require.Equal(t, c.want, string(got))
	}
}

func TestCanonical_ListsHoldNullsOnlyWhereTheSchemaSaysSo(t *testing.T) {
	list := func(element bool) schema.Type { return schema.Type{Scalar: schema.Int, List: true, Element: element} }
	for _, text := range []string{`null`, `[]`, `[1]`, `[1,null]`} {
		_, err := record.Canonical([]byte(text), list(false), "M", "f")
		require.NoError(t, err)
	}
	_, err := record.Canonical([]byte(`[1,null]`), list(true), "M", "f")
	require.EqualError(t, err, "M.f: is a list whose elements may not be null")
	for _, text := range []string{`5`, `"[]"`, `{}`, `[[1]]`, `["1"]`, `[1.5]`} {
		_, err := record.Canonical([]byte(text), list(false), "M", "f")
		require.ErrorIs(t, err, code.Invalid, text)
	}
}
