#!/bin/sh
# Tests package idb in a real browser: headless Chromium, from PATH or $CHROMIUM.
# Arguments go to go test: idb/test.sh -run Destroy -v
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/browser

# The runner is a tool of go.mod, built for this machine. It starts the first
# headless_shell in PATH: this one, which adds what a test machine wants.
go build -o build/browser/wasmbrowsertest github.com/agnivade/wasmbrowsertest
cat >build/browser/headless_shell <<END
#!/bin/sh
exec "${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --disable-component-update "\$@"
END
chmod +x build/browser/headless_shell

# The page takes over the environment and has room for little: it gets what the
# browser needs.
GOOS=js GOARCH=wasm exec go test -timeout 120s \
	-exec "env -i 'PATH=$PWD/build/browser:$PATH' 'HOME=$HOME' '$PWD/build/browser/wasmbrowsertest'" "$@" ./idb
