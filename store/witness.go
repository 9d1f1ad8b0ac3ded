package store

// Witness remembers, in another place than the storage, what the storage was known
// to hold, so that a loss of all or some of it is noticed: browsers lose data of
// sites without a word. It may forget; then a loss before goes unnoticed.
type Witness interface {
	// Seen returns the identity of the storage and the number of the last entry of
	// its log that Saw was told of; "" when nothing is known.
	Seen() (identity string, sequence uint64)

	// Saw is told that the storage of that identity holds an entry of that number.
	// Of several numbers for one identity the largest counts, whoever tells it. It
	// must not wait.
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
	if st.options.Witness != nil {
		st.options.Witness.Lost(st.data.identity, st.data.head)
	}
}

// missing returns what to tell when storage, as it was just opened, is not what the
// witness has seen.
func (st *Store) missing() (n Notice, lost bool) {
	if st.options.Witness == nil {
		return n, false
	}
	identity, sequence := st.options.Witness.Seen()
	emptied := identity != st.data.identity
	if identity == "" || !emptied && sequence <= st.data.head {
		return n, false
	}
	return Notice{Type: NoticeReset, Before: sequence, Now: st.data.head, Emptied: emptied}, true
}
