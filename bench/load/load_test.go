package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoad_OfASmallSizeLosesNothingOnEachStorage(t *testing.T) {
	var reports []report
	for _, clients := range []string{"-engine=false", "-engine"} {
		var out bytes.Buffer
		var both []report
		require.NoError(t, run(t.Context(), []string{"-clients", "6", "-for", "1s", "-json", clients}, &out))
		require.NoError(t, json.Unmarshal(out.Bytes(), &both))
		require.Len(t, both, 2)
		reports = append(reports, both...)
	}
	for _, r := range reports {
		require.Greater(t, r.Mutations, 6)
		require.Greater(t, r.Pulled, 6)
		require.Zero(t, r.Lost)
		t.Logf("%+v", r)
	}
}
