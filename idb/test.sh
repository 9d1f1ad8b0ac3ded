#!/bin/sh
# Tests package idb in a real browser: Chromium, or the one that -b names first.
# Other arguments go to go test: idb/test.sh -b firefox -run Destroy -v
set -eu
cd "$(dirname "$0")/.."

browser=chromium
if [ "${1-}" = -b ]; then
	browser=$2
	shift 2
fi
GOOS=js GOARCH=wasm exec go test -timeout 300s -exec "node '$PWD/web/test/exec.mjs' -b $browser" "$@" ./idb
