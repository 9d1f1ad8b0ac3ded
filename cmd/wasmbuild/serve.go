package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/granarydb/granary/cmd/internal/site"
)

const serveHelp = `Serves the files of one or more directories. Where several have a file of the
same name, the first wins; so an app's directory and the package's can be laid on
top of each other. A .br or .gz beside a file is sent to browsers that take it.
Stops at an interrupt.`

// Bounds of the server.
const (
	portsTried    = 20 // how many ports from the wanted one on are tried
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 3 * time.Second // for answers under way when the server stops
)

// serve is the verb "serve".
func serve(ctx context.Context, std streams, args []string) error {
	set := flags(std, "serve", serveHelp)
	addr := set.String("addr", "127.0.0.1:8080", "the `address` to listen on; when its port is taken, the next free one")
	open := set.Bool("open", false, "open the page in the default browser")
	if err := parse(set, args); err != nil {
		return err
	}
	if set.NArg() == 0 {
		return misused(set, "takes at least one directory")
	}
	files, err := site.Open(set.Args())
	if err != nil {
		return err
	}
	defer files.Close()
	listener, err := listen(ctx, *addr)
	if err != nil {
		return err
	}
	address := pageAddress(listener.Addr())
	fmt.Fprintf(std.out, "serving %s\n", address)
	if moved(*addr, listener.Addr()) {
		fmt.Fprintf(std.err, "%s was taken; this page's data is apart from that of a page there\n", *addr)
	}
	if *open {
		openBrowser(ctx, std, address)
	}
	return serveUntilDone(ctx, listener, files)
}

// serveUntilDone answers until ctx ends, then lets answers under way finish.
func serveUntilDone(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}

// listen takes the wanted address or, when its port is taken, one of the ports
// that follow it.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("-addr wants host:port, as in 127.0.0.1:8080: %w", err)
	}
	first, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("-addr wants a port from 0 to 65535, got %q", service)
	}
	var config net.ListenConfig
	for port := first; port < first+portsTried && port <= 65535; port++ {
		listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.FormatUint(port, 10)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return listener, err
		}
	}
	return nil, fmt.Errorf("%s and the ports after it are taken: stop what listens there or give another with -addr", addr)
}

// moved reports whether the listener got another port than the one asked for.
func moved(wanted string, got net.Addr) bool {
	_, service, _ := net.SplitHostPort(wanted)
	port, _ := strconv.Atoi(service)
	tcp, ok := got.(*net.TCPAddr)
	return ok && port != 0 && tcp.Port != port
}

// pageAddress is what to type into a browser.
func pageAddress(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return "http://127.0.0.1:" + strconv.Itoa(tcp.Port) + "/"
	}
	return "http://" + addr.String() + "/"
}

// openBrowser asks the desktop to show the page; a desktop that can't is no fault.
func openBrowser(ctx context.Context, std streams, address string) {
	command := []string{"xdg-open", address}
	switch runtime.GOOS {
	case "darwin":
		command[0] = "open"
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(std.err, "no browser opened (%v): open %s yourself\n", err, address)
		return
	}
	go func() { _ = cmd.Wait() }()
}
