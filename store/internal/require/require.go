// Package require is the few assertions that store/storetest and its like need
// outside of test files. They are called as those of testify, which would link
// net/http into packages that stand below store.
package require

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"testing"
)

// NoError ends the test if err is an error.
func NoError(t testing.TB, err error, message ...any) {
	t.Helper()
	if err != nil {
		fail(t, message, "unexpected error: %v", err)
	}
}

// ErrorIs ends the test unless err wraps target.
func ErrorIs(t testing.TB, err, target error, message ...any) {
	t.Helper()
	if !errors.Is(err, target) {
		fail(t, message, "expected the error %v, got %v", target, err)
	}
}

// Equal ends the test unless both are deeply equal; byte slices are equal when
// their bytes are.
func Equal(t testing.TB, want, got any, message ...any) {
	t.Helper()
	a, isBytes := want.([]byte)
	b, areBytes := got.([]byte)
	if isBytes && areBytes && a != nil && b != nil {
		if !bytes.Equal(a, b) {
			fail(t, message, "expected %d bytes, got %d others: %.200q and %.200q", len(a), len(b), a, b)
		}
	} else if !reflect.DeepEqual(want, got) {
		fail(t, message, "expected %#v\ngot      %#v", want, got)
	}
}

// True ends the test unless condition holds.
func True(t testing.TB, condition bool, message ...any) {
	t.Helper()
	if !condition {
		fail(t, message, "expected it to be so")
	}
}

// Nil ends the test unless value is nil.
func Nil(t testing.TB, value any, message ...any) {
	t.Helper()
	if !isNil(value) {
		fail(t, message, "expected nil, got %#v", value)
	}
}

// NotNil ends the test if value is nil.
func NotNil(t testing.TB, value any, message ...any) {
	t.Helper()
	if isNil(value) {
		fail(t, message, "expected something, got nil")
	}
}

// Empty ends the test unless value is nil, of length 0, or the zero of its type.
func Empty(t testing.TB, value any, message ...any) {
	t.Helper()
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array, reflect.Chan:
		if v.Len() == 0 {
			return
		}
	default:
		if !v.IsValid() || v.IsZero() {
			return
		}
	}
	fail(t, message, "expected nothing, got %#v", value)
}

// Len ends the test unless value has that length.
func Len(t testing.TB, value any, length int, message ...any) {
	t.Helper()
	if n := reflect.ValueOf(value).Len(); n != length {
		fail(t, message, "expected %d elements, got %d: %#v", length, n, value)
	}
}

// Zero ends the test unless value is the zero of its type.
func Zero(t testing.TB, value any, message ...any) {
	t.Helper()
	if v := reflect.ValueOf(value); v.IsValid() && !v.IsZero() {
		fail(t, message, "expected zero, got %#v", value)
	}
}

// Greater ends the test unless a > b.
func Greater[T cmp.Ordered](t testing.TB, a, b T, message ...any) {
	t.Helper()
	if a <= b {
		fail(t, message, "expected more than %v, got %v", b, a)
	}
}

// Less ends the test unless a < b.
func Less[T cmp.Ordered](t testing.TB, a, b T, message ...any) {
	t.Helper()
	if a >= b {
		fail(t, message, "expected less than %v, got %v", b, a)
	}
}

// Positive ends the test unless n > 0.
func Positive[T cmp.Ordered](t testing.TB, n T, message ...any) {
	t.Helper()
	var zero T
	Greater(t, n, zero, message...)
}

func isNil(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Func, reflect.Chan, reflect.Interface:
		return v.IsNil()
	}
	return false
}

func fail(t testing.TB, message []any, format string, args ...any) {
	t.Helper()
	text := fmt.Sprintf(format, args...)
	if len(message) == 1 {
		text += "\n" + fmt.Sprint(message[0])
	} else if len(message) > 1 {
		text += "\n" + fmt.Sprintf(fmt.Sprint(message[0]), message[1:]...)
	}
	t.Fatal(text)
}
