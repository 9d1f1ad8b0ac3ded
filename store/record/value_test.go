package record_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
)

func TestCompare_PutsNullFirstThenFalseTrueNumbersAndStrings(t *testing.T) {
	ascending := []string{`null`, `false`, `true`, `-1.7976931348623157e+308`, `-123456789012345680`, `-2`, `-1.5`, `0`, `5e-324`, `0.1`, `1`,
		`999999999999999`, `1e+21`, `""`, `"\u0000"`, `"A"`, `"a"`, `"ab"`, `"b"`, `"é"`, `"\ud800"`, `"😀"`, `"\ud83e"`, "\"\uffff\"", `[1]`, `{}`}
	for i, a := range ascending {
		for j, b := range ascending {
			got := record.Decode([]byte(a)).Compare(record.Decode([]byte(b)))
			require.Equal(t, i < j, got < 0, "%s %s", a, b)
			require.Equal(t, i == j, got == 0, "%s %s", a, b)
		}
	}
}

func TestGoValue_TurnsJSONIntoPlainGo(t *testing.T) {
	got := record.GoValue([]byte(`{"a":[1,-2.5,null,true,"x\u00e9"],"b":{},"c":[]}`))
	require.Equal(t, map[string]any{"a": []any{1.0, -2.5, nil, true, "xé"}, "b": map[string]any{}, "c": []any{}}, got)
}

func TestAppendGo_WritesWhatGoValueReads(t *testing.T) {
	value := map[string]any{"s": "é\"\x00\xed\xa0\x80", "n": nil, "f": 1.5, "b": true, "l": []any{1.0, []any{}}, "m": map[string]any{"__proto__": false}}
	text, err := record.AppendGo(nil, value)
	require.NoError(t, err)
	require.Equal(t, value, record.GoValue(text))
	for v, want := range map[any]string{1: "1", int8(-1): "-1", int64(math.MinInt64): "-9223372036854775808", uint64(7): "7", uint8(8): "8",
		float32(0.5): "0.5", -0.0: "0", 1e21: "1e+21", "x": `"x"`} {
		text, err := record.AppendGo(nil, v)
		require.NoError(t, err)
		require.Equal(t, want, string(text))
	}
	text, err = record.AppendGo([]byte("x"), []string{"a", "b"})
	require.NoError(t, err)
	require.Equal(t, `x["a","b"]`, string(text))
	text, err = record.AppendGo(nil, []byte(` [1] `))
	require.NoError(t, err)
	require.Equal(t, []any{1.0}, record.GoValue(text))
}

func TestAppendGo_RefusesWhatIsNoJSON(t *testing.T) {
	deep := any("x")
	for range 300 {
		deep = []any{deep}
	}
	for want, value := range map[string]any{
		"finite number, got NaN":  math.NaN(),
		"finite number, got +Inf": math.Inf(1),
		"finite number, got -Inf": float32(math.Inf(-1)),
		"not UTF-8":               "a\xff",
		"a Go type that is no":    struct{}{},
		"a value of a Go":         make(chan int),
		"bytes must be JSON text": []byte(`{`),
		"a value of a":            uint64(math.MaxUint64),
		"deeper than 256":         deep,
	} {
		_, err := record.AppendGo(nil, value)
		require.ErrorContains(t, err, want)
		require.Contains(t, []code.Code{code.Invalid, code.Limit}, code.Of(err))
	}
	_, err := record.AppendGo(nil, map[string]any{"y": math.NaN()})
	var e *code.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "y", e.Field)
}
