//go:build !js || sdl

package schema

import (
	"math"
	"strconv"

	"github.com/granarydb/granary/store/jsontext"
)

// maxInteger is the greatest integer that JavaScript holds exactly.
const maxInteger = 1<<53 - 1

// canonicalDefault checks JSON text as the default of a field of type t and
// returns it in the form that JSON.stringify would write; problem says what is
// wrong with it, or is "".
func canonicalDefault(t Type, text []byte) (out []byte, problem string) {
	if t.List {
		return nil, "a list has no default"
	}
	if t.Scalar == Object {
		return nil, "a field of a custom type has no default"
	}
	s := jsontext.New(text)
	switch t.Scalar {
	case Int:
		out, problem = canonicalInteger(s, math.MinInt32, math.MaxInt32)
	case Timestamp:
		out, problem = canonicalInteger(s, -maxInteger, maxInteger)
	case Float:
		out, problem = canonicalFloat(nil, s)
	case Boolean:
		out = strconv.AppendBool(nil, s.Bool())
	case JSON:
		if c := s.Peek(); c != '{' && c != '[' {
			return nil, "must be a JSON object or array"
		}
		out, problem = canonicalJSON(s)
	case Enumeration:
		value := string(s.String())
		if s.Err() == nil && !contains(t.Enum.Values, value) {
			return nil, "must be one of the values of " + t.Enum.Name + didYouMean(Nearest(value, t.Enum.Values))
		}
		out = jsontext.AppendString(nil, []byte(value))
	default:
		text := s.String()
		if ok, want := Formatted(t.Scalar, text); !ok {
			problem = "must be " + want
		}
		out = jsontext.AppendString(nil, text)
	}
	if problem == "" && !s.End() {
		problem = "must be " + wanted(t)
	}
	if problem != "" {
		return nil, problem
	}
	return out, ""
}

// wanted says in words what a default of type t is.
func wanted(t Type) string {
	switch t.Scalar {
	case Int:
		return "an integer of 32 bits"
	case Timestamp:
		return "an integer, the seconds since 1970"
	case Float:
		return "a number"
	case Boolean:
		return "true or false"
	case JSON:
		return "JSON text"
	}
	return "text"
}

func canonicalInteger(s *jsontext.Scanner, least, greatest int64) ([]byte, string) {
	n, err := strconv.ParseInt(string(s.Number()), 10, 64)
	if err != nil || n < least || n > greatest {
		return nil, "must be an integer from " + strconv.FormatInt(least, 10) + " to " + strconv.FormatInt(greatest, 10)
	}
	return strconv.AppendInt(nil, n, 10), ""
}

func canonicalFloat(out []byte, s *jsontext.Scanner) ([]byte, string) {
	f, err := strconv.ParseFloat(string(s.Number()), 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, "must be a finite number"
	}
	return jsontext.AppendFloat(out, f), ""
}

// canonicalJSON copies one JSON value without white space. Objects must stay as
// they are on their way through JavaScript, which moves members that look like
// array indexes to the front and knows no two members of one name.
func canonicalJSON(s *jsontext.Scanner) ([]byte, string) {
	var out []byte
	var open []map[string]bool // the members of each open object; nil for an array
	for {
		switch c := s.Peek(); {
		case (c == '{' || c == '[') && len(open) == jsontext.MaxDepth:
			return nil, "is nested deeper than " + itoa(jsontext.MaxDepth)
		case c == '{':
			s.BeginObject()
			out = append(out, '{')
			open = append(open, map[string]bool{})
		case c == '[':
			s.BeginArray()
			out = append(out, '[')
			open = append(open, nil)
		case c == '"':
			out = jsontext.AppendString(out, s.String())
		case c == 't' || c == 'f':
			out = strconv.AppendBool(out, s.Bool())
		case s.Null():
			out = append(out, "null"...)
		case c == '-' || digit(c):
			var problem string
			if out, problem = canonicalFloat(out, s); problem != "" {
				return nil, problem
			}
		default:
			return nil, "must be JSON text"
		}
		var problem string
		if out, open, problem = nextJSON(out, s, open); problem != "" || len(open) == 0 {
			return out, problem
		}
	}
}

// nextJSON goes on to the next value of the innermost container that has one,
// and closes those that have none.
func nextJSON(out []byte, s *jsontext.Scanner, open []map[string]bool) ([]byte, []map[string]bool, string) {
	for len(open) > 0 {
		members := open[len(open)-1]
		last := out[len(out)-1]
		fresh := last == '{' && len(members) == 0 || last == '['
		if members == nil {
			if s.NextElement() {
				if !fresh {
					out = append(out, ',')
				}
				return out, open, ""
			}
			out = append(out, ']')
		} else {
			if key, more := s.NextKey(); more {
				name := string(key)
				if members[name] || looksLikeIndex(name) {
					return nil, nil, "may not have the member " + quote(name) + ": JavaScript would move or drop it"
				}
				members[name] = true
				if !fresh {
					out = append(out, ',')
				}
				out = append(jsontext.AppendString(out, key), ':')
				return out, open, ""
			}
			out = append(out, '}')
		}
		if s.Err() != nil {
			return nil, nil, "must be JSON text"
		}
		open = open[:len(open)-1]
	}
	return out, open, ""
}

// looksLikeIndex reports whether JavaScript takes the name of a member for a
// position in an array.
func looksLikeIndex(name string) bool {
	n, err := strconv.ParseUint(name, 10, 32)
	return err == nil && strconv.FormatUint(n, 10) == name
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// didYouMean returns the end of a message that proposes a name; "" for none.
func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return ": did you mean " + name + "?"
}
