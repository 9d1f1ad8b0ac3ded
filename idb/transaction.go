//go:build js && wasm

package idb

import (
	"context"
	"errors"
	"syscall/js"
	"time"

	indexeddb "github.com/hack-pad/go-indexeddb/idb"

	"github.com/granarydb/granary/store/code"
)

// transaction is one transaction. All its requests are issued in one go, then it
// is committed if it writes, then its one end is awaited, and only then are the
// answers looked at: nothing else is ever awaited while it is open.
type transaction struct {
	*indexeddb.Transaction
	op      string
	raw     js.Value // the IDBTransaction
	writes  bool
	timeout time.Duration
	ended   chan struct{}
	done    bool // it was completed; valid once ended is closed
}

// errAnswer is the cause when the browser did not answer in time.
var errAnswer = errors.New("the browser did not answer in time")

// begin starts a transaction and issues its requests.
func (b *Backend) begin(op string, how indexeddb.TransactionOptions, issue func(*transaction) error, stores ...string) (*transaction, error) {
	t, err := b.startTransaction(op, how, stores)
	if err != nil {
		return nil, err
	}
	// The end is listened for before the first request is issued: events do not
	// wait for whoever comes late.
	t.listen()
	if err := t.issue(issue); err != nil {
		// Half a transaction must not be left to commit itself.
		_, _ = invoke(t.raw, "abort")
		return nil, undone(op, err)
	}
	return t, nil
}

func (b *Backend) startTransaction(op string, how indexeddb.TransactionOptions, stores []string) (*transaction, error) {
	b.starting.Lock()
	defer b.starting.Unlock()
	if err := b.open(op); err != nil {
		return nil, err
	}
	t := &transaction{op: op, writes: how.Mode == indexeddb.TransactionReadWrite, timeout: b.answerTimeout, ended: make(chan struct{})}
	var err error
	t.raw, err = b.detour.through(func() (err error) {
		t.Transaction, err = b.db.TransactionWithOptions(how, stores[0], stores[1:]...)
		return err
	})
	if isException(err, exceptionInvalidState) {
		// Somebody closed the connection without an event; Safari does so to pages
		// in the background. It stays closed.
		b.end(errLost)
	}
	if closed := b.open(op); err != nil && closed != nil {
		return nil, closed
	}
	if err != nil {
		return nil, undone(op, err)
	}
	return t, nil
}

// listen hears how the transaction ends. The library's Await does not serve: it
// answers nil to an abort without an error, which is what a browser that tears a
// connection down leaves behind, and waits for ever if it is called too late.
func (t *transaction) listen() {
	var l *listener
	l = listen(t.raw, func(_ js.Value, kind string) {
		t.done = kind == "complete"
		l.stop()
		close(t.ended)
	}, "complete", "abort")
}

func (t *transaction) issue(requests func(*transaction) error) (err error) {
	defer recoverThrown(&err)
	if err := requests(t); err != nil || !t.writes {
		// A reading transaction is left to end by itself: Chromium completes one that
		// is committed before the answers with large values have come.
		return err
	}
	// Without it the browser commits only after this page has taken in the last
	// answer, which a page that is being left or frozen never does.
	return t.Commit()
}

// wait returns nil when the transaction was completed, and otherwise why not.
func (t *transaction) wait(ctx context.Context) error {
	timer := time.NewTimer(t.timeout)
	defer timer.Stop()
	var cause error
	select {
	case <-t.ended:
	case <-ctx.Done():
		cause = ctx.Err()
	case <-timer.C:
		cause = errAnswer
	}
	select {
	case <-t.ended:
		return t.result()
	default:
		return t.abandon(cause)
	}
}

// result is the outcome of a transaction that has ended.
func (t *transaction) result() error {
	if t.done {
		return nil
	}
	return undone(t.op, t.Err())
}

// abandon gives up a transaction that has not ended. An abort that the browser
// accepts undoes it; it does not accept one after the commit.
func (t *transaction) abandon(cause error) error {
	if _, err := invoke(t.raw, "abort"); err == nil {
		return failure(code.Unavailable, t.op, "given up, nothing was changed", cause)
	}
	if !t.writes {
		return failure(code.Unavailable, t.op, "given up", cause)
	}
	return failure(code.UnknownOutcome, t.op, "given up while the browser was committing; read the storage to learn the outcome", cause)
}
