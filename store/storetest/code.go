package storetest

import (
	"testing"

	"github.com/granarydb/granary/store/internal/require"

	"github.com/granarydb/granary/store/code"
)

// codeOf returns the code of an error, "" of nil.
func codeOf(err error) code.Code {
	if err == nil {
		return ""
	}
	return code.Of(err)
}

// RequireCode fails the test unless err carries the code.
func RequireCode(t testing.TB, want code.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, codeOf(err), err.Error())
}
