package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoad_OfASmallSizeLosesNothingOnEachStorage(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-clients", "6", "-for", "1s", "-json"}, &out))
	var reports []report
	require.NoError(t, json.Unmarshal(out.Bytes(), &reports))
	require.Len(t, reports, 2)
	for _, r := range reports {
		require.Greater(t, r.Mutations, 6)
		require.Greater(t, r.Pulled, 6)
		require.Zero(t, r.Lost)
		t.Logf("%+v", r)
	}
}
