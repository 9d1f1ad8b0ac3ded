package store

// Stats are sizes of the store at one moment.
type Stats struct {
	Models     []ModelStats
	LogEntries int // since the last compaction
	LogBytes   int
	Blocks     int // in storage, with those of models that the schema does not have
	BlockBytes int
	Pending    int // commits in memory that are not in storage yet
}

// ModelStats are the sizes of one model.
type ModelStats struct {
	Model  string
	Rows   int  // of one that is not loaded: in its blocks, without what the log has done since
	Bytes  int  // of the rows in memory, without indexes; of the blocks when it is not loaded
	Loaded bool // the rows are in memory
}

// Stats returns the sizes of the store.
func (st *Store) Stats() Stats {
	st.mu.Lock()
	defer st.mu.Unlock()
	s := Stats{LogEntries: st.data.logCount, LogBytes: st.data.logBytes, Pending: len(st.journal.pending)}
	for _, t := range st.tables() {
		m := ModelStats{Model: t.Model.Name}
		if a := st.data.absent[m.Model]; a != nil {
			m.Rows, m.Bytes, _ = a.stored()
		} else {
			m.Rows, m.Bytes, m.Loaded = t.Len(), t.Bytes(), true
		}
		s.Models = append(s.Models, m)
	}
	for _, segment := range st.data.manifest.Segments {
		s.Blocks += len(segment.Blocks)
	}
	s.BlockBytes = st.data.manifest.Size()
	return s
}
