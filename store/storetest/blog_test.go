//go:build !js

package storetest_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/storetest"
)

func TestBlog_IsThatOfTheComparisonInThePage(t *testing.T) {
	sdl, err := os.ReadFile("../../bench/blog.graphql")
	require.NoError(t, err)
	require.Equal(t, string(sdl), storetest.Blog)

	const program = `
		import { MODELS, makeData } from './data.js';
		const data = makeData(300);
		process.stdout.write(JSON.stringify(MODELS.map((model) => data[model].map(Object.values))));`
	node := exec.Command("node", "--input-type=module", "--eval", program)
	node.Dir = "../../bench/page"
	said, err := node.Output()
	require.NoError(t, err)
	var want [][][]any
	require.NoError(t, json.Unmarshal(said, &want))

	d := storetest.NewBlog(300)
	for i, list := range [][]storetest.BlogRecord{d.Posts, d.Users, d.Comments, d.Links} {
		require.Len(t, list, len(want[i]))
		for n, r := range list {
			var values []any
			require.NoError(t, json.Unmarshal(r.Array(), &values))
			require.Equal(t, want[i][n], values[:len(want[i][n])], "%s %d", r.Model, n)
		}
	}
}

func TestOpenBlog_HoldsAllRecords(t *testing.T) {
	st, d := storetest.OpenBlog(t, 20)
	for model, list := range map[string][]storetest.BlogRecord{"Post": d.Posts, "User": d.Users, "Comment": d.Comments, "PostUser": d.Links} {
		n, err := st.Count(store.Query{Model: model})
		require.NoError(t, err)
		require.Equal(t, len(list), n)
	}
}
