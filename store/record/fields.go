package record

import (
	"math"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/jsontext"
)

// AppendGo appends the JSON text of a Go value: nil, bool, the integer and float
// types, string, []byte of JSON text, and slices and string-keyed maps of these
// as []any, []string and map[string]any. Anything else is refused.
func AppendGo(dst []byte, value any) ([]byte, error) { return appendGo(dst, value, 0) }

func appendGo(dst []byte, value any, depth int) ([]byte, error) {
	if depth > jsontext.MaxDepth {
		return dst, code.Fault(code.Limit, "", "", "a value nested deeper than "+strconv.Itoa(jsontext.MaxDepth))
	}
	switch v := value.(type) {
	case nil:
		return append(dst, null...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		if !jsontext.ValidString([]byte(v)) {
			return dst, code.Fault(code.Invalid, "", "", "a string that is not UTF-8: "+code.Quote(string(shown([]byte(v)))))
		}
		return jsontext.AppendString(dst, []byte(v)), nil
	case []byte:
		s := jsontext.New(v)
		if s.Raw(); !s.End() {
			return dst, &code.Error{Code: code.Invalid, Message: "bytes must be JSON text", Err: s.Err()}
		}
		return append(dst, v...), nil
	case float64:
		return appendGoFloat(dst, v)
	case float32:
		return appendGoFloat(dst, float64(v))
	case []string:
		return appendGoList(dst, len(v), func(i int) any { return v[i] }, depth)
	case []any:
		return appendGoList(dst, len(v), func(i int) any { return v[i] }, depth)
	case map[string]any:
		return appendGoMap(dst, v, depth)
	}
	if n, ok := integer(value); ok {
		return strconv.AppendInt(dst, n, 10), nil
	}
	return dst, code.Fault(code.Invalid, "", "", "a value of a Go type that is no JSON: use nil, bool, numbers, string, []byte of JSON text, []any or map[string]any")
}

func appendGoFloat(dst []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst, code.Fault(code.Invalid, "", "", "must be a finite number, got "+strconv.FormatFloat(f, 'g', -1, 64))
	}
	return jsontext.AppendFloat(dst, f), nil
}

func appendGoList(dst []byte, n int, at func(int) any, depth int) ([]byte, error) {
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendGo(dst, at(i), depth+1); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func appendGoMap(dst []byte, m map[string]any, depth int) ([]byte, error) {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	mergesort.Sort(names, func(a, b string) bool { return a < b })
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendString(dst, []byte(name)), ':')
		var err error
		if dst, err = appendGo(dst, m[name], depth+1); err != nil {
			if e, ok := err.(*code.Error); ok && e.Field == "" {
				e.Field = name
			}
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func integer(value any) (int64, bool) {
	switch v := value.(type) {
	case int:
		return int64(v), true
	case int8:
		return int64(v), true
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case uint8:
		return int64(v), true
	case uint16:
		return int64(v), true
	case uint32:
		return int64(v), true
	case uint:
		return int64(v), v <= math.MaxInt64
	case uint64:
		return int64(v), v <= math.MaxInt64
	}
	return 0, false
}

// GoValue turns JSON text into Go values: nil, bool, float64, string, []any and
// map[string]any. Lone surrogates in strings become their three-byte form.
func GoValue(raw []byte) any {
	s := jsontext.New(raw)
	return goValue(s)
}

func goValue(s *jsontext.Scanner) any {
	switch s.Peek() {
	case 'n':
		s.Null()
		return nil
	case 't', 'f':
		return s.Bool()
	case '"':
		return string(s.String())
	case '[':
		list := []any{}
		for s.BeginArray(); s.NextElement(); {
			list = append(list, goValue(s))
		}
		return list
	case '{':
		m := map[string]any{}
		for s.BeginObject(); ; {
			name, more := s.NextKey()
			if !more {
				return m
			}
			m[string(name)] = goValue(s)
		}
	}
	f, _ := strconv.ParseFloat(string(s.Number()), 64)
	return f
}
