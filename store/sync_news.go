package store

// syncNews tells those who wait that something is different about sync. The caller
// holds mu.
func (st *Store) syncNews() {
	if st.synced != nil {
		close(st.synced)
		st.synced = nil
	}
}

// untilSyncNews returns what is closed when something is different about sync. The
// caller holds mu.
func (st *Store) untilSyncNews() <-chan struct{} {
	if st.synced == nil {
		st.synced = make(chan struct{})
	}
	return st.synced
}
