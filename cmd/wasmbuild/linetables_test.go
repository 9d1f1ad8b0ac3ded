package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const crasher = `package main

import ("errors"; "fmt"; "runtime"; "strings"; "time")

func deep(n int) int { if n == 0 { runtime.GC(); return len(strings.Repeat("x", 1000)) }; return deep(n-1) + 1 }

func caught() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var list []int
	return fmt.Sprint(list[deep(1)])
}

func waited() (n int) {
	values, stop := make(chan int), make(chan bool)
	for i := range 100 { go func() { values <- i }() }
	go func() { <-time.After(time.Millisecond); for range 10 { runtime.GC() }; close(stop) }()
	for open := true; open || n < 4950; {
		select {
		case v := <-values: n += v
		case <-stop: open, stop = false, nil
		}
	}
	return n
}

func counted() (n int) {
	words := map[string][]float64{}
	for i := range 10000 { w := fmt.Sprint(i%100, 0.5); words[w] = append(words[w], float64(i)/3) }
	for _, list := range words { n += len(list) }
	return n
}

func main() {
	fmt.Println(deep(500), caught())
	fmt.Println(waited(), counted(), 1.0/3, 1e300, errors.New("plain"))
	panic("on purpose")
}
`

// A program that was made smaller runs as before: stacks grow, garbage is collected,
// goroutines wait and time passes, panics are recovered, and a crash names its function.
func TestSlim_ProgramRunsAsBefore(t *testing.T) {
	program := compileCrasher(t)
	slimmed, err := slim(program, false)
	require.NoError(t, err)
	require.NotEqual(t, program, slimmed)
	requireCrash(t, slimmed)

	again, err := slim(slimmed, false)
	require.NoError(t, err)
	require.Equal(t, slimmed, again)
}

func TestCuts_ProgramRunsAsBefore(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	dir := filepath.Join(root, "build", "test-overlay")
	flags, _, err := overlay(t.Context(), root, dir, cuts)
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })

	whole, cut := compileCrasher(t), compileCrasher(t, flags...)
	require.Less(t, len(cut), len(whole)*9/10)
	slimmed, err := slim(cut, true)
	require.NoError(t, err)
	require.Less(t, len(slimmed), len(cut)*9/10, "the lookup table is gone")
	requireCrash(t, slimmed)
}

// compileCrasher compiles the program as the engine is.
func compileCrasher(t *testing.T, flags ...string) []byte {
	t.Helper()
	root, err := moduleRoot()
	require.NoError(t, err)
	source := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(source, []byte(crasher), 0o600))
	target := source + ".wasm"
	args := slices.Concat([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", target}, flags, compilerFlags, []string{source})
	build := exec.CommandContext(t.Context(), "go", args...)
	build.Dir = root
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	program, err := os.ReadFile(target)
	require.NoError(t, err)
	return program
}

// requireCrash runs the program to its end.
func requireCrash(t *testing.T, program []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "crasher.wasm")
	require.NoError(t, os.WriteFile(path, program, 0o600))
	goroot, err := goEnv(t.Context(), ".", "GOROOT")
	require.NoError(t, err)
	run := exec.CommandContext(t.Context(), "node", filepath.Join(goroot, "lib", "wasm", "wasm_exec_node.js"), path)
	out, err := run.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "1500 runtime error: index out of range [1001] with length 0\n")
	require.Contains(t, string(out), "4950 10000 0.3333333333333333 1e+300 plain\n")
	require.Contains(t, string(out), "panic: on purpose")
	require.Contains(t, string(out), "main.main")
	require.NotContains(t, string(out), "main.go:")
}

func TestSlim_RefusesWhatItDoesNotKnow(t *testing.T) {
	for _, program := range []string{"", "\x00asm\x01\x00\x00\x00", "<!doctype html>", "\x00asm\x01\x00\x00\x00\x0b\xff\xff\xff\x0f", strings.Repeat("\x0b", 100)} {
		_, err := slim([]byte(program), false)
		require.ErrorIs(t, err, errImage)
	}
}

func TestSlim_KeepsTheTablesOfAnUnknownForm(t *testing.T) {
	program := bytes.ReplaceAll(compileCrasher(t), []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}, []byte{0xf0, 0xff, 0xff, 0xff, 0, 0, 1, 8})
	slimmed, err := slim(program, false)
	require.ErrorIs(t, err, errLineTables)
	was, err := readImage(program)
	require.NoError(t, err)
	is, err := readImage(slimmed)
	require.NoError(t, err)
	require.Equal(t, was.memory, is.memory)
}

func TestSlim_KeepsALookupTableOfAnUnknownForm(t *testing.T) {
	m, err := readImage(compileCrasher(t))
	require.NoError(t, err)
	tables, err := findLineTables(m.memory)
	require.NoError(t, err)
	lookup := m.memory[binary.LittleEndian.Uint64(tables.module[8*wordLookup:]):]
	lookup[10*lookupSize+5] = 1 // a function begins amid others' addresses
	slimmed, err := slim(m.program(), true)
	require.ErrorIs(t, err, errLineTables)
	after, err := readImage(slimmed)
	require.NoError(t, err)
	require.Equal(t, lookup[:lookupSize*1000], after.memory[len(m.memory)-len(lookup):][:lookupSize*1000])
}
