package main

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// noise returns bytes that no compression makes smaller.
func noise(n int) string {
	source := rand.New(rand.NewPCG(1, 2))
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(source.Uint32())
	}
	return string(content)
}

func writePackage(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, b := range budgets {
		write(t, dir, b.file, noise(2000))
	}
	write(t, dir, runtimeFile, noise(3000))
	return dir
}

func TestSize_ComparesEachFileWithItsBudget(t *testing.T) {
	dir := writePackage(t)
	status, out, said := command(t, "", "size", "-dir", dir)
	require.Equal(t, statusDone, status, said)
	require.Regexp(t, `granary\.wasm +2\.0 kB +2\.0 kB +2\.0 kB +740\.0 kB +holds, 738\.0 kB to spare`, out)
	require.Regexp(t, `index\.js .* 15\.0 kB +holds`, out)
	require.Regexp(t, `wasm_exec\.js .* none +no budget`, out)
	require.FileExists(t, filepath.Join(dir, "granary.wasm.br"), "size makes what a fast build left out")
}

func TestSize_FailsWhenAFileIsOverItsBudgetOrMissing(t *testing.T) {
	over := writePackage(t)
	write(t, over, "index.js", noise(16_000))
	status, _, said := command(t, "", "size", "-dir", over)
	require.Equal(t, statusFailed, status)
	require.Regexp(t, `index\.js is 1\.0 kB over its budget`, said)

	empty := t.TempDir()
	status, out, said := command(t, "", "size", "-dir", empty)
	require.Equal(t, statusFailed, status)
	require.Contains(t, out, "missing")
	require.Contains(t, said, "granary.wasm is missing")
}

func TestSize_WithoutAPackageSaysWhatToRun(t *testing.T) {
	status, _, said := command(t, "", "size", "-dir", filepath.Join(t.TempDir(), "none"))
	require.Equal(t, statusFailed, status)
	require.Contains(t, said, "wasmbuild build")
}

func TestSize_PrintsJSON(t *testing.T) {
	status, out, said := command(t, "", "size", "-json", "-dir", writePackage(t))
	require.Equal(t, statusDone, status, said)
	var rows []sizeRow
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Len(t, rows, len(budgets)+1)
	require.Equal(t, "granary.wasm", rows[0].File)
	require.Equal(t, int64(2000), rows[0].Size)
	require.Equal(t, int64(740_000), rows[0].Budget)
	require.True(t, rows[0].Holds)
}
