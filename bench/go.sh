#!/usr/bin/env bash
# Measures the engine by Go's own benchmarks, natively and as WebAssembly in Chromium.
# What benchstat reads goes to the terminal, build/bench/go-native.txt and go-wasm.txt.
# Usage: bench/go.sh [pattern of go test -bench] [rounds]
set -eu -o pipefail
cd "$(dirname "$0")/.."

pattern=${1:-.} rounds=${2:-6}
out=build/bench
measure=(-run '^$' -bench "$pattern" -benchmem -count "$rounds" -timeout 4h)
# As the page's engine is compiled: see compilerFlags in cmd/wasmbuild/engine.go.
compiler=(-gcflags=all=-l -gcflags=runtime= -gcflags=internal/runtime/maps= -gcflags=internal/bytealg=)

# Directories below the given ones with benchmarks: each is a program, and a page.
benchmarks() {
	grep -rlE --include='*_test.go' '^func Benchmark' "$@" | xargs -n 1 dirname | sort -u | sed 's|^|./|'
}

mkdir -p "$out"
go test "${measure[@]}" $(benchmarks store) | tee "$out/go-native.txt"
GOOS=js GOARCH=wasm go test -tags sdl "${compiler[@]}" -exec "node '$PWD/web/test/exec.mjs' -b chromium" \
	"${measure[@]}" $(benchmarks store idb) | tee "$out/go-wasm.txt"
