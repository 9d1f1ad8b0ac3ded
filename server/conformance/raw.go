package conformance

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// raw is a connection that does what no client of HTTP does: it ends a request in the
// middle, does not wait for the answer, or reads the answer while it is still sending.
type raw struct {
	net.Conn
	request *http.Request
	text    []byte // of the whole request
	body    int    // where its body begins
}

// dial connects for one push of a body.
func (p *probe) dial(body []byte) (*raw, error) {
	r, err := p.request(p.ctx, http.MethodPost, "/push", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Connection", "close")
	var text bytes.Buffer
	if err = r.Write(&text); err != nil {
		return nil, err
	}
	var conn net.Conn
	if r.URL.Scheme == "https" {
		conn, err = tls.Dial("tcp", address(r.URL, "443"), nil)
	} else {
		conn, err = net.Dial("tcp", address(r.URL, "80"))
	}
	if err != nil {
		return nil, err
	}
	if err = conn.SetDeadline(time.Now().Add(p.config.Patience)); err != nil {
		return nil, err
	}
	return &raw{conn, r, text.Bytes(), text.Len() - len(body)}, nil
}

func address(u *url.URL, port string) string {
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// exchange sends all of the request, as far as the server takes it, and reads the answer.
func (c *raw) exchange() (a answer, err error) {
	go func() { _, _ = c.Write(c.text) }() // a server may close on who goes on sending
	got, err := http.ReadResponse(bufio.NewReader(c), c.request)
	if err != nil {
		return a, fmt.Errorf("%s got no answer: %w", c.request.URL.Path, err)
	}
	defer got.Body.Close()
	a = answer{status: got.StatusCode, header: got.Header}
	a.body, _ = io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	return a, nil
}
