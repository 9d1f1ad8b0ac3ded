package store

// Stats are sizes of the store at one moment.
type Stats struct {
	Models     []ModelStats
	LogEntries int // since the last compaction
	LogBytes   int
	Pending    int // commits in memory that are not in storage yet
}

// ModelStats are the sizes of one model.
type ModelStats struct {
	Model string
	Rows  int
	Bytes int // of the rows in memory, without indexes
}

// Stats returns the sizes of the store.
func (st *Store) Stats() Stats {
	st.mu.Lock()
	defer st.mu.Unlock()
	s := Stats{LogEntries: st.data.logCount, LogBytes: st.data.logBytes, Pending: len(st.journal.pending)}
	for _, t := range st.tables() {
		s.Models = append(s.Models, ModelStats{Model: t.Model.Name, Rows: t.Len(), Bytes: t.Bytes()})
	}
	return s
}
