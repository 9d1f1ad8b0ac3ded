package store

import (
	"bytes"
	"context"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// maxProblems is how many problems Check lists.
const maxProblems = 100

// Check verifies every invariant of the store and returns what does not hold, in
// words; nothing when all is well:
//
//   - the indexes and sums of every table agree with its rows;
//   - every row holds canonical, valid values of its fields;
//   - no required relation leads to a record that is not there, unless it may still
//     come from a server;
//   - what sync knows agrees with the records and the outbox;
//   - storage, read from its beginning, gives the same records in the same order;
//   - the keys that are stored of a block are those of its rows.
//
// Of models that are not in memory, the rows in storage are looked at. It waits
// until nothing is pending and reads all of storage. The error is one of
// reading storage.
func (st *Store) Check(ctx context.Context) (problems []string, err error) {
	err = st.submit(ctx, "check", func(ctx context.Context) error {
		stored, err := st.load(ctx, 0, nil)
		if err != nil {
			return err
		}
		if problems, err = stored.checkKeys(ctx, st.options.Backend); err != nil {
			return err
		}
		st.mu.Lock()
		defer st.mu.Unlock()
		same := len(st.journal.pending) == 0 && stored.head == st.data.head && stored.generation == st.data.generation
		tables := slices.Clone(st.data.tables)
		for i, t := range tables {
			if t.Absent() {
				tables[i] = nil
				if same {
					tables[i] = stored.tables[i]
				}
			}
		}
		problems = append(append(problems, st.check(tables)...), st.checkSync(tables)...)
		if same {
			problems = append(problems, differences(tables, stored.tables)...)
		}
		problems = problems[:min(len(problems), maxProblems)]
		return nil
	})
	return problems, err
}

// checkKeys compares the keys that are stored of blocks with what the blocks hold.
func (d *dataset) checkKeys(ctx context.Context, b Backend) (problems []string, err error) {
	for _, s := range d.manifest.Segments {
		for _, info := range s.Blocks {
			got, err := b.Blocks(ctx, []uint64{info.ID, log.KeysID(info.ID)})
			if err != nil {
				return nil, err
			}
			if got[0] != nil && got[1] != nil && !keysFit(info.ID, got[0], got[1]) {
				problems = append(problems, "the keys of block "+strconv.FormatUint(info.ID, 10)+" are not those of its rows")
			}
		}
	}
	return problems, nil
}

// keysFit reports whether keys are those of a block. Damaged ones count as none.
func keysFit(id uint64, block, keys []byte) bool {
	l, rows, err := log.ReadBlock(id, block)
	if _, damaged := log.ReadKeys(id, keys); err != nil || damaged != nil {
		return true
	}
	w := log.NewKeysWriter(id, l)
	for len(rows) > 0 {
		n := record.Length(rows)
		if n == 0 || !l.Sound(rows[:n]) {
			return true
		}
		w.Add(rows[:n])
		rows = rows[n:]
	}
	return bytes.Equal(keys, w.Bytes())
}

// check looks at the tables; nil stands for one whose rows are not known.
func (st *Store) check(tables predicate.Tables) []string {
	var problems []string
	for _, t := range tables {
		if t == nil {
			continue
		}
		problems = append(problems, t.Check()...)
		for n := uint32(0); n < t.End() && len(problems) < maxProblems; n++ {
			if t.Has(n) {
				problems = append(problems, st.checkRow(tables, t, n)...)
			}
		}
	}
	return problems
}

func (st *Store) checkRow(tables predicate.Tables, t *table.Table, n uint32) []string {
	var problems []string
	row := t.Row(n)
	e := st.encoders[t.Model.Index]
	err := e.Read(t.Layout.Values(row))
	if err == nil {
		err = e.Complete()
	}
	if err != nil {
		problems = append(problems, "row "+strconv.Itoa(int(n))+": "+err.Error())
	} else if again, _ := e.Row(); string(again) != string(row) {
		problems = append(problems, t.Model.Name+": row "+strconv.Itoa(int(n))+" is not canonical")
	}
	for _, r := range t.Model.Relations {
		if r.Kind != schema.BelongsTo || !requires(r) || st.mayLack(r) {
			continue
		}
		target := tables[r.Target.Index]
		if target == nil {
			continue
		}
		key, ok := t.Layout.AppendKey(nil, row, r.Fields)
		if _, found := target.Find(key); !ok || !found {
			problems = append(problems, t.Model.Name+"."+r.Name+" of row "+strconv.Itoa(int(n))+" leads to no record: "+shown(key))
		}
	}
	return problems
}

// differences compares the live rows of two sets of tables, in order.
func differences(memory, storage predicate.Tables) []string {
	var problems []string
	for i, t := range memory {
		other := storage[i]
		if t == other {
			continue
		}
		if t.Len() != other.Len() {
			problems = append(problems, t.Model.Name+": "+strconv.Itoa(t.Len())+" rows in memory, "+strconv.Itoa(other.Len())+" in storage")
			continue
		}
		m := uint32(0)
		for n := uint32(0); n < t.End() && len(problems) < maxProblems; n++ {
			if !t.Has(n) {
				continue
			}
			for !other.Has(m) {
				m++
			}
			if string(t.Row(n)) != string(other.Row(m)) {
				problems = append(problems, t.Model.Name+": row "+strconv.Itoa(int(n))+" differs in storage or stands elsewhere")
			}
			m++
		}
	}
	return problems
}
