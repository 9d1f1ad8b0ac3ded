package storetest

import (
	"maps"

	"github.com/granarydb/granary/store"
)

// Transaction is several changes of a reference that are made together, or not at
// all.
type Transaction struct {
	base    *Reference
	work    *Reference
	written []written
}

// Begin begins a transaction.
func (r *Reference) Begin() *Transaction { return &Transaction{base: r, work: r.Clone()} }

// Query returns what a query finds within the transaction.
func (t *Transaction) Query(q store.Query) []Row { return cloned(t.work.Query(q)) }

// Save saves the records, or nothing; then it says why. References are left to the
// end. It returns each record as it was then.
func (t *Transaction) Save(puts []store.Put) ([]Row, store.Code) {
	work := t.work.Clone()
	var list []written
	var rows []Row
	for _, p := range puts {
		w, c := work.put(p)
		if c != "" {
			return nil, c
		}
		list = append(list, w)
		rows = append(rows, maps.Clone(w.row))
	}
	t.work = work
	t.written = append(t.written, list...)
	return rows, ""
}

// Delete deletes as Reference.Delete does.
func (t *Transaction) Delete(d store.Deletion) ([]Row, store.Code) {
	named, c := t.work.Delete(d)
	return cloned(named), c
}

// Commit makes the changes, or none of them when one refers to a record that is not
// there at the end.
func (t *Transaction) Commit() store.Code {
	for _, w := range t.written {
		at := t.work.find(w.model, key(w.model, w.row))
		if at < 0 {
			continue
		}
		w.row = t.work.rows[w.model.Name][at]
		if !t.work.refersWell(w) {
			return store.ErrReference
		}
	}
	t.base.rows = t.work.rows
	return ""
}

func cloned(rows []Row) []Row {
	out := make([]Row, len(rows))
	for i, row := range rows {
		out[i] = maps.Clone(row)
	}
	return out
}
