package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const crasher = `package main

import ("fmt"; "runtime"; "strings")

func deep(n int) int { if n == 0 { runtime.GC(); return len(strings.Repeat("x", 1000)) }; return deep(n-1) + 1 }

func caught() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var list []int
	return fmt.Sprint(list[deep(1)])
}

func main() { fmt.Println(deep(500), caught()); panic("on purpose") }
`

// The program without its line tables runs as before: stacks grow, garbage is
// collected, panics are recovered, and a crash names its function.
func TestDropLineTables_ProgramRunsAsBefore(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(crasher), 0o600))
	target := filepath.Join(dir, "crasher.wasm")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-gcflags=all=-l", "-o", target, filepath.Join(dir, "main.go"))
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))

	program, err := os.ReadFile(target)
	require.NoError(t, err)
	slim, err := slim(program)
	require.NoError(t, err)
	require.NotEqual(t, program, slim)
	require.NoError(t, os.WriteFile(target, slim, 0o600))

	goroot, err := goEnv(t.Context(), ".", "GOROOT")
	require.NoError(t, err)
	run := exec.Command("node", filepath.Join(goroot, "lib", "wasm", "wasm_exec_node.js"), target)
	out, err := run.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "1500 runtime error: index out of range [1001] with length 0")
	require.Contains(t, string(out), "panic: on purpose")
	require.Contains(t, string(out), "main.main")
	require.NotContains(t, string(out), "main.go:")

	again, err := dropLineTables(slim)
	require.NoError(t, err)
	require.Equal(t, slim, again)
}

func TestDropLineTables_RefusesWhatItDoesNotKnow(t *testing.T) {
	for _, program := range []string{"", "\x00asm\x01\x00\x00\x00", "<!doctype html>", "\x00asm\x01\x00\x00\x00\x0b\xff\xff\xff\x0f", strings.Repeat("\x0b", 100)} {
		_, err := dropLineTables([]byte(program))
		require.ErrorIs(t, err, errLineTables)
	}
}
