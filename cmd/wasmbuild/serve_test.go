package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what should come at once.
const patience = 20 * time.Second

// startServing runs the verb in the background. It returns the address that was
// printed, and a function that stops the server and returns how it ended.
func startServing(t *testing.T, addr, dir string) (address string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := serve(ctx, streams{in: strings.NewReader(""), out: out, err: io.Discard}, []string{"-addr", addr, dir})
		out.CloseWithError(io.EOF)
		ended <- err
	}()
	line, err := bufio.NewReader(printed).ReadString('\n')
	require.NoError(t, err)
	address, found := strings.CutPrefix(strings.TrimSpace(line), "serving ")
	require.True(t, found, line)
	return address, func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			return context.DeadlineExceeded
		}
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(body)
}

func TestServe_PrintsItsAddressAnswersAndStopsAtAnInterrupt(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "index.html", "<p>hello")
	address, stop := startServing(t, "127.0.0.1:0", dir)
	require.Equal(t, "<p>hello", fetch(t, address))
	require.NoError(t, stop())
	_, err := http.Get(address)
	require.Error(t, err)
}

func TestServe_TakesTheNextFreePort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	dir := t.TempDir()
	write(t, dir, "index.html", "<p>hello")
	address, stop := startServing(t, taken.Addr().String(), dir)
	require.NotContains(t, address, taken.Addr().String())
	require.Equal(t, "<p>hello", fetch(t, address))
	require.NoError(t, stop())
}

func TestServe_RefusesAddressesThatAreNone(t *testing.T) {
	for _, row := range []struct{ addr, want string }{
		{"8080", "host:port"},
		{"127.0.0.1:http", "a port from 0 to 65535"},
		{"127.0.0.1:70000", "a port from 0 to 65535"},
	} {
		status, _, said := command(t, "", "serve", "-addr", row.addr, t.TempDir())
		require.Equal(t, statusFailed, status, row.addr)
		require.Contains(t, said, row.want)
	}
}
