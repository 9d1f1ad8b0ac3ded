package store

import (
	"context"
	"hash/maphash"
	"math/bits"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
)

// Transaction runs fn and makes all that fn does with its Tx one commit: all of it
// is stored, or nothing. It returns when the commit is durable. An error of fn takes
// everything back and is returned.
//
// Transactions are serialisable: each is as if it had run by itself, at the moment
// of its commit. Fn reads what is in memory, with its own writes; nobody else sees
// those before the commit. It blocks nobody, and other changes go on meanwhile; when
// one of them changes an answer that fn was given, fn's verbs fail with ErrConflict
// and fn is called again from the start, up to Retries times, after which Transaction
// fails with ErrConflict. So fn must have no effects but those through its Tx, and
// may read outside of it only what it does not rely on.
//
// That references lead to records is checked at the end, for the transaction as a
// whole. A verb that fails leaves nothing behind, and fn may go on after it.
func (st *Store) Transaction(ctx context.Context, fn func(*Tx) error, options ...TransactionOption) error {
	o := transactionOptions{retries: defaultRetries}
	for _, option := range options {
		option(&o)
	}
	for tries := 0; ; tries++ {
		conflict, err := st.attempt(ctx, fn, o.durability)
		switch {
		case conflict == nil:
			return err
		case tries >= o.retries || ctx.Err() != nil:
			return conflict
		}
	}
}

// TransactionOption changes how a transaction is run.
type TransactionOption func(*transactionOptions)

type transactionOptions struct {
	retries    int
	durability Durability
}

// Retries is how many more times a transaction is tried when others change what it
// has read; 4 unless told otherwise.
func Retries(n int) TransactionOption {
	return func(o *transactionOptions) { o.retries = n }
}

// attempt runs fn once. A conflict says that others have changed what fn had read.
func (st *Store) attempt(ctx context.Context, fn func(*Tx) error, d Durability) (conflict, err error) {
	t := st.BeginTransaction()
	t.Durability = d
	defer func() { conflict = t.Rollback() }() // also when fn panics
	if err := fn(t); err != nil {
		return nil, err
	}
	c, err := t.Commit()
	if err == nil {
		err = c.Wait(ctx)
	}
	if err != nil {
		return nil, wrap("transaction", err)
	}
	return nil, nil
}

// Tx is a transaction under way. Its verbs are those of the store, see the
// transaction's own writes, and fail with ErrInvalid once its function has returned.
type Tx struct {
	Durability Durability // of the commit

	st       *Store
	steps    []step // what was done so far
	x        *tx    // what the steps have changed, while that is in the tables
	news     uint64 // of the store when all steps were last known to hold
	lasting  bool   // what the steps have changed stays in the tables, whatever happens: they are not taken again
	ended    bool
	conflict error // others have changed what a step had read
}

// step is one verb of a transaction. The transaction holds as long as every step,
// run again on the present tables, gives the answer that it gave.
type step struct {
	op, model string
	run       verb
	answer    uint64 // digest
	writes    bool
}

// verb reads or changes the tables, and answers with rows and a number.
type verb func(*tx) ([]record.Row, int, error)

// BeginTransaction begins a transaction that ends with Commit or Rollback, whichever
// is first. One that never ends keeps its memory and nothing else.
func (st *Store) BeginTransaction() *Tx { return &Tx{st: st} }

// Commit applies the transaction and returns while it is on its way to storage. It
// fails, then or later, with ErrConflict when others have changed what was read.
func (t *Tx) Commit() (*Commit, error) {
	if err := t.end(); err != nil {
		return nil, err
	}
	c, err := t.st.begin(context.Background(), "transaction", t.replay)
	if code.Of(err) == code.NotLoaded {
		t.again()
	}
	return c, err
}

// Rollback ends the transaction and forgets it unless it was committed. It returns
// the conflict that the transaction met, which is the sign that trying again makes
// sense; nil when there was none.
func (t *Tx) Rollback() error {
	_ = t.end()
	t.st.mu.Lock()
	defer t.st.mu.Unlock()
	return t.conflict
}

// end takes no further steps. It fails when the transaction had ended.
func (t *Tx) end() error {
	t.st.mu.Lock()
	defer t.st.mu.Unlock()
	if t.ended {
		return endedTransaction()
	}
	t.ended = true
	return nil
}

// again takes end back.
func (t *Tx) again() {
	t.st.mu.Lock()
	defer t.st.mu.Unlock()
	t.ended = false
}

func endedTransaction() error {
	return &code.Error{Code: code.Invalid, Op: "transaction",
		Message: "the transaction has ended: its verbs must be called, and waited for, before its function returns"}
}

// do takes the next step, and again when it lacked models, which it waits for.
func (t *Tx) do(op, model string, writes bool, run verb) ([]record.Row, int, error) {
	for {
		rows, n, lacking, err := t.step(op, model, writes, run)
		if lacking == nil {
			return rows, n, err
		}
		if err := t.st.supply(context.Background(), op, lacking); err != nil {
			return nil, 0, err
		}
	}
}

func (t *Tx) step(op, model string, writes bool, run verb) ([]record.Row, int, *Lacking, error) {
	l := &t.st.mu
	l.Mutex.Lock()
	defer l.Unlock()
	if err := t.enter(); err != nil {
		return nil, 0, t.st.data.missed(), wrap(op, err)
	}
	if len(t.steps) == MaxSteps {
		return nil, 0, nil, wrap(op, code.Fault(code.Limit, "", "", "a transaction has at most "+strconv.Itoa(MaxSteps)+" verbs"))
	}
	rows, n, err := t.x.try(run)
	if lacking := t.st.data.missed(); lacking != nil {
		return nil, 0, lacking, nil
	}
	if model == "" && t.x.model != nil {
		model = t.x.model.Name
	}
	if !t.lasting {
		t.steps = append(t.steps, step{op, model, run, digest(rows, n, err), writes && err == nil})
	}
	if err != nil {
		return nil, 0, nil, wrap(op, err)
	}
	return rows, n, nil, nil
}

// enter puts the transaction's writes into the tables, unless they are there. The
// caller holds the mutex.
func (t *Tx) enter() error {
	st := t.st
	l := &st.mu
	switch {
	case t.ended:
		return endedTransaction()
	case st.journal.failed != nil:
		return st.journal.failed
	case t.conflict != nil:
		return t.conflict
	case l.held == t || t.lasting:
		return nil
	}
	l.clear()
	st.version++
	t.x = &tx{st: st, version: st.version}
	l.held = t
	err := t.replay(t.x)
	if err != nil {
		l.clear()
	}
	return err
}

// replay takes the steps again, those that changed something, and if there is news
// since they were last known to hold, all of them; then each must give the answer
// that it gave. It fails with the conflict when one does not.
func (t *Tx) replay(x *tx) error {
	if t.conflict != nil {
		return t.conflict
	}
	x.lasts(t.Durability)
	news := t.news != t.st.news
	for i := range t.steps {
		s := &t.steps[i]
		if m := x.st.schema.Model(s.model); m != nil {
			x.about(m)
		}
		if !news && !s.writes {
			continue
		}
		rows, n, err := x.try(s.run)
		if x.st.data.asked() {
			return errLacking
		}
		if news && digest(rows, n, err) != s.answer {
			t.conflict = &code.Error{Code: code.Conflict, Op: "transaction", Model: s.model,
				Message: "others have changed what a " + s.op + " of the transaction had answered; try again, or allow more retries"}
			return t.conflict
		}
	}
	t.news = t.st.news
	return nil
}

// try runs a verb, and takes back what it changed when it fails or has looked for
// rows that are not in memory.
func (x *tx) try(run verb) ([]record.Row, int, error) {
	changes, links := len(x.changes), len(x.links)
	rows, n, err := run(x)
	if err != nil || x.st.data.asked() {
		x.undo(changes, links)
	}
	return rows, n, err
}

var seed = maphash.MakeSeed()

// digest is equal for equal answers, of errors those of one code, and otherwise
// different but for a chance of one in 2^64.
func digest(rows []record.Row, n int, err error) uint64 {
	sum := uint64(n)
	if err != nil {
		return maphash.String(seed, string(code.Of(err)))
	}
	for _, row := range rows {
		const odd = 0x9e3779b97f4a7c15
		sum = bits.RotateLeft64(sum*odd, 31) + maphash.Bytes(seed, row)
	}
	return sum
}
