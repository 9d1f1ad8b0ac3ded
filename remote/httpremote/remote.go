// Package httpremote is how a Go program syncs: a store.Remote over net/http that
// speaks Granary's protocol. A page has fetch for it and never loads this.
package httpremote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/replication"
)

// Remote is a server that answers under a base address. It fulfils
// replication.Remote and is safe for concurrent use.
type Remote struct {
	Base   string       // as in https://example.com/sync; "/pull", "/push" and "/live" come behind it
	Client *http.Client // http.DefaultClient when nil; it should have no Timeout, contexts have it

	// Header puts what the server needs besides on each request, such as who asks. It may be nil.
	Header func(ctx context.Context, h http.Header) error

	// NoLive says that the server has no live channel. One that answers 404 or 405 to
	// it has none either.
	NoLive bool
}

// New returns a Remote under that address.
func New(base string) *Remote { return &Remote{Base: strings.TrimSuffix(base, "/")} }

// maxRefusal is how much is kept of an answer that is none of the protocol's.
const maxRefusal = 16 << 10

// Pull asks for changes.
func (r *Remote) Pull(ctx context.Context, request []byte) ([]byte, error) {
	return r.post(ctx, "/pull", request)
}

// Push sends mutations.
func (r *Remote) Push(ctx context.Context, request []byte) ([]byte, error) {
	return r.post(ctx, "/push", request)
}

func (r *Remote) post(ctx context.Context, path string, body []byte) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Accept", "application/json")
	answer, err := r.do(q)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	// One byte more than is allowed, so that the store can tell.
	return io.ReadAll(io.LimitReader(answer.Body, replication.MaxBody+1))
}

// do returns an answer with status 200, or what was answered as an error.
func (r *Remote) do(q *http.Request) (*http.Response, error) {
	if r.Header != nil {
		if err := r.Header(q.Context(), q.Header); err != nil {
			return nil, err
		}
	}
	client := r.Client
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(q)
	if err != nil || answer.StatusCode == http.StatusOK {
		return answer, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxRefusal))
	return nil, &replication.Refusal{Status: answer.StatusCode, RetryAfter: retryAfter(answer.Header.Get("Retry-After")), Body: body}
}

// retryAfter reads seconds or a date as milliseconds from now; -1 for none.
func retryAfter(text string) int64 {
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return int64(seconds) * 1000
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at).Milliseconds())
	}
	return -1
}

// Live listens to server-sent events until the channel ends.
func (r *Remote) Live(ctx context.Context, checkpoint []byte, tell func(replication.News)) error {
	if r.NoLive {
		return replication.ErrNoLive
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Base+"/live?checkpoint="+url.QueryEscape(plain(checkpoint)), nil)
	if err != nil {
		return err
	}
	q.Header.Set("Accept", "text/event-stream")
	answer, err := r.do(q)
	refusal := &replication.Refusal{}
	if errors.As(err, &refusal) && (refusal.Status == http.StatusNotFound || refusal.Status == http.StatusMethodNotAllowed) {
		return replication.ErrNoLive
	}
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return replication.ErrNoLive
	}
	tell(replication.News{Open: true})
	return listen(answer.Body, tell)
}

// plain is a checkpoint in an address: the characters of a string, else its JSON text.
func plain(checkpoint []byte) string {
	if len(checkpoint) > 0 && checkpoint[0] == '"' {
		return string(jsontext.Characters(checkpoint))
	}
	return string(checkpoint)
}
