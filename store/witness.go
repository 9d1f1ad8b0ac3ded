package store

import (
	"context"

	"github.com/granarydb/granary/store/log"
)

// Witness remembers, in another place than the storage, what the storage was known
// to hold, so that a loss of all or some of it is noticed: browsers lose data of
// sites without a word. It may forget; then a loss before goes unnoticed.
type Witness interface {
	// Seen returns the identity of the storage and the number of the last entry of
	// its log that Saw was told of; "" when nothing is known.
	Seen() (identity string, sequence uint64)

	// Confirm is Seen once removals on purpose that are under way have ended, of which
	// the witness is told when they have. It does not wait for ever.
	Confirm(ctx context.Context) (identity string, sequence uint64)

	// Saw is told that the storage of that identity holds an entry of that number.
	// Of several numbers for one identity the largest counts, whoever tells it. It
	// may be told late: what was seen of another identity stays. It must not wait.
	Saw(identity string, sequence uint64)

	// Lost is told that the storage of that identity holds nothing beyond that number
	// any more, and that this was told. It is what was seen from then on.
	Lost(identity string, sequence uint64)
}

// saw tells the witness up to where the log is known. The caller holds mu.
func (st *Store) saw() {
	if st.options.Witness != nil {
		st.options.Witness.Saw(st.data.identity, st.data.head)
	}
}

// lost tells the witness that the log ends where it is known to end now, so that the
// loss of what was there is not told again. The caller holds mu.
func (st *Store) lost() {
	st.renew = true
	st.losses++
	if st.options.Witness != nil {
		st.options.Witness.Lost(st.data.identity, st.data.head)
	}
}

// askWitness keeps what the witness has seen. That is before storage is read: what
// others write meanwhile is not missing.
func (st *Store) askWitness() {
	if st.options.Witness != nil {
		st.seen.Identity, st.seen.Sequence = st.options.Witness.Seen()
	}
}

// missing returns what to tell when storage, as it was just opened, is not what the
// witness had seen, unless the witness knows better by now: others have told of the
// loss, or the storage was removed on purpose.
func (st *Store) missing(ctx context.Context) (n Notice, lost bool) {
	before := st.seen
	if !st.lacks(before) {
		return n, false
	}
	var now log.Position
	now.Identity, now.Sequence = st.options.Witness.Confirm(ctx)
	if now.Identity != before.Identity || !st.lacks(now) { // another database has taken the place of that one, or none
		return n, false
	}
	return Notice{Type: NoticeReset, Before: before.Sequence, Now: st.data.head, Emptied: before.Identity != st.data.identity}, true
}

// lacks reports whether storage is not, or no longer, what was seen.
func (st *Store) lacks(seen log.Position) bool {
	return seen.Identity != "" && (seen.Identity != st.data.identity || seen.Sequence > st.data.head)
}
