package store

// NoticeType says what has become of a store.
type NoticeType string

// What becomes of a store, with the names that this has in JavaScript.
const (
	// NoticeReset: storage was emptied or rolled back by somebody else than Granary,
	// as browsers do to sites that were not visited for long, or after a power cut.
	// Records that were there are not, and no observer was told of deletions.
	NoticeReset NoticeType = "RESET"
	// NoticeQuota: storage has no room. Told once, until a write has found room again.
	NoticeQuota NoticeType = "QUOTA"
	// NoticeReconnecting: the connection to storage broke; writes wait for a new one.
	NoticeReconnecting NoticeType = "RECONNECTING"
	// NoticeReconnected: there is a connection again.
	NoticeReconnected NoticeType = "RECONNECTED"
	// NoticeReload: a newer version of the app has changed the store. The store has
	// ended; the newer version must be loaded.
	NoticeReload NoticeType = "RELOAD"
	// NoticeRemoved: somebody removed the storage. The store has ended.
	NoticeRemoved NoticeType = "REMOVED"
)

// Notice tells what has become of a store, apart from its records.
type Notice struct {
	Type NoticeType
	Err  error // why; nil when there is no more to say

	// Of NoticeReset: the numbers of the last entry of the log that was known, and of
	// the last one that there is. All that was written in between is lost, or
	// everything when Emptied.
	Before, Now uint64
	Emptied     bool
}

// tell tells the notice. The caller does not hold mu.
func (st *Store) tell(n Notice) {
	if st.options.Notice != nil {
		st.options.Notice(n)
	}
}

// notify is the call that tells the notice, for when mu is not held any more.
func (st *Store) notify(n Notice) []func() { return []func(){func() { st.tell(n) }} }
