package store

import (
	"context"
	"strconv"
	"strings"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// What the store keeps for itself lies among the records, as rows of models whose
// names no schema can have. They take part in commits and compactions like all
// others; clearing the store and migrations leave them alone.
const (
	ownPrefix = "@"
	markModel = ownPrefix + "schema"
)

// own reports whether a model is the store's.
func own(model string) bool { return strings.HasPrefix(model, ownPrefix) }

// markLayout is that of the mark, the one row that says which schema and which
// version of the app the records were last written with.
var markLayout = record.NewLayout(markModel, []int{0}, []string{"id", "version", "fingerprint", "schema"},
	[]string{"Int!", "Int!", "String!", "AWSJSON!"})

var markKey = []byte("1")

// newMark returns the mark for a schema and a version.
func newMark(s *schema.Schema, version int) record.Row {
	return markLayout.Append(nil, [][]byte{markKey, strconv.AppendInt(nil, int64(version), 10),
		jsontext.AppendString(nil, []byte(s.Fingerprint)), s.Compiled()})
}

// markedVersion returns the version in a mark; 0 without a mark.
func markedVersion(mark record.Row) int {
	if mark == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(markLayout.Value(mark, 1)))
	return n
}

// markedFingerprint returns the fingerprint in a mark.
func markedFingerprint(mark record.Row) string {
	return textOf(markLayout.Value(mark, 2))
}

// markedSchema returns the schema in a mark; nil when there is none that this code
// can read.
func markedSchema(mark record.Row) *schema.Schema {
	if mark == nil {
		return nil
	}
	s, err := schema.Load(markLayout.Value(mark, 3))
	if err != nil {
		return nil
	}
	return s
}

// mark returns the mark as it is in the tables, or nil.
func (d *dataset) mark() record.Row {
	t := d.kept[markModel]
	if t == nil {
		return nil
	}
	number, ok := t.Find(markKey)
	if !ok {
		return nil
	}
	return t.Row(number)
}

// mark makes the mark that of this store, as part of the change, unless others have
// put theirs since this store was opened.
func (x *tx) mark() {
	st := x.st
	now := st.data.mark()
	if string(now) == string(st.mark) || now != nil && string(now) != string(st.marked) {
		return
	}
	x.settle(st.data.keep(markLayout), markKey, st.mark)
}

// accepted reports whether the store may give up what its schema has no place for:
// once something was saved with it.
func (st *Store) accepted() bool {
	now := st.data.mark()
	return now == nil || string(now) == string(st.mark)
}

// outdated is the error of a store that finds the mark of another schema which it
// did not find when it was opened; nil when all is well.
func (st *Store) outdated() error {
	now := st.data.mark()
	if now == nil || string(now) == string(st.mark) || string(now) == string(st.marked) {
		return nil
	}
	return outdated(markedVersion(now), st.options.Version)
}

func outdated(stored, given int) error {
	message := "another tab has written with another schema: reload the page"
	if stored > given {
		message = "the records are of version " + strconv.Itoa(stored) + " of the app, and this is version " +
			strconv.Itoa(given) + ": reload the page to get the newer one"
	}
	return &code.Error{Code: code.SchemaChanged, Message: message}
}

// familiar reports whether the mark in the tables is that of this schema and version.
func (d *dataset) familiar() bool {
	mark := d.mark()
	return mark != nil && markedVersion(mark) == d.wanted && markedFingerprint(mark) == d.schema.Fingerprint
}

// accustomed reports whether nothing that is stored was written with another schema
// or version, so that rows may stay in storage until they are needed.
func (d *dataset) accustomed() bool { return d.settled && d.familiar() }

// readOwn reads what the store keeps for itself, and finds the mark, before anything
// else is read. It returns false when a block was gone.
func (d *dataset) readOwn(ctx context.Context, b Backend, entries []log.Entry) (bool, error) {
	for _, s := range d.manifest.Segments {
		if !own(s.Model) {
			continue
		}
		complete, err := d.readSegments(ctx, b, []log.Segment{s}, 0)
		if err != nil || !complete {
			return false, err
		}
	}
	d.found = d.mark()
	d.settled = d.familiar()
	layouts, before := d.layouts, d.nonce
	for i := 0; i < len(entries) && d.found == nil; i++ {
		nonce, after := log.Head(entries[i].Data)
		if after != 0 && after != before {
			before = 0 // it is void
			continue
		}
		before = nonce
		var err error
		layouts, err = log.ReadEntry(entries[i], layouts, func(op log.Operation) error {
			if op.Layout.Equal(markLayout) && op.Row != nil {
				d.found = op.Row
			}
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	if stored := markedVersion(d.found); stored > d.wanted {
		return false, outdated(stored, d.wanted)
	}
	return true, nil
}
