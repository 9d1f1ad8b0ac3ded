package store

import (
	"context"
	"io"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// exportVersion is the version of the format of an export.
const exportVersion = 1

// ExportOptions say what an export holds.
type ExportOptions struct {
	Name     string                // of the store, for the first line; may be empty
	Models   []string              // nil for all
	Progress func(done, total int) // is told of the records that have been written; may be nil
}

// Export is one state of the store on its way out. It is a text of lines, each a
// JSON object: first a head, then a line for each record, model after model in the
// order of the schema, and the records of a model in order of insertion, and last
// how many there were and the CRC-32C of their lines, line breaks included:
//
//	{"granary":"export","version":1,"store":"blog","at":"2026-01-31T12:00:00.000Z","schema":"0123456789abcdef","models":{"Post":1}}
//	{"model":"Post","data":{"id":"1","title":"hello"}}
//	{"granary":"end","records":1,"checksum":"89abcdef"}
//
// Equal records give equal lines behind the head. Records of models that the schema
// does not have are left out.
type Export struct {
	Records int // in all
	Done    int // records that have been written

	head   []byte
	tables []table.Frozen
	at     int // the next row of tables[0]
	sum    uint32
	ended  bool
}

// Export writes everything that is in storage at one moment to w, in pieces, so
// that it takes little memory besides, and returns how many records that were.
// Commits that come meanwhile do not show.
func (st *Store) Export(ctx context.Context, w io.Writer, o ExportOptions) (int, error) {
	e, err := st.BeginExport(ctx, o)
	if err != nil {
		return 0, err
	}
	var piece []byte
	for {
		piece = e.Next(piece[:0])
		if len(piece) == 0 {
			return e.Records, nil
		}
		err := ctx.Err()
		if err == nil {
			_, err = w.Write(piece)
		}
		if err != nil {
			return e.Done, &code.Error{Code: code.Unavailable, Op: "export", Message: "not written to its end", Err: err}
		}
		if o.Progress != nil {
			o.Progress(e.Done, e.Records)
		}
	}
}

// BeginExport takes the state to export: what is in storage once nothing is
// pending. It costs eight bytes a record.
func (st *Store) BeginExport(ctx context.Context, o ExportOptions) (*Export, error) {
	var models []*schema.Model
	for _, name := range o.Models {
		m, err := st.model("export", name)
		if err != nil {
			return nil, err
		}
		models = append(models, m)
	}
	if o.Models == nil {
		models = st.schema.Models
	}
	for _, m := range models {
		if err := st.provide(ctx, m.Name); err != nil {
			return nil, wrap("export", err)
		}
	}
	e := &Export{}
	err := st.submit(ctx, "export", func(ctx context.Context) error {
		st.settled(ctx, func() { e.freeze(st, models) })
		return nil
	})
	if err != nil {
		return nil, err
	}
	e.head = e.appendHead(o.Name, timestamp(st.options.Clock()), st.schema.Fingerprint)
	return e, nil
}

// settled calls f under the lock at a moment when no commit is pending. It runs in
// the journal's goroutine.
func (st *Store) settled(ctx context.Context, f func()) {
	for {
		for st.flush(ctx) {
		}
		st.mu.Lock()
		if len(st.journal.pending) == 0 {
			f()
			st.mu.Unlock()
			return
		}
		st.mu.Unlock()
	}
}

// freeze takes the rows of the models, in the order of the schema and each once.
func (e *Export) freeze(st *Store, models []*schema.Model) {
	wanted := make([]bool, len(st.schema.Models))
	for _, m := range models {
		wanted[m.Index] = true
	}
	for i, t := range st.tables() {
		if wanted[i] {
			e.tables = append(e.tables, t.Freeze())
			e.Records += t.Len()
		}
	}
}

func (e *Export) appendHead(name string, at []byte, fingerprint string) []byte {
	out := append([]byte(`{"granary":"export","version":`), strconv.Itoa(exportVersion)...)
	if name != "" {
		out = jsontext.AppendString(append(out, `,"store":`...), []byte(name))
	}
	out = append(append(out, `,"at":`...), at...)
	out = append(append(out, `,"schema":"`...), fingerprint...)
	out = append(out, `","models":{`...)
	for i, t := range e.tables {
		if i > 0 {
			out = append(out, ',')
		}
		out = jsontext.AppendString(out, []byte(t.Model.Name))
		out = strconv.AppendInt(append(out, ':'), int64(t.Len()), 10)
	}
	return append(out, "}}\n"...)
}

// Next appends the next piece of the text to dst: whole lines, about exportPiece
// bytes of them, and nothing at the end.
func (e *Export) Next(dst []byte) []byte {
	if e.ended {
		return dst
	}
	dst, e.head = append(dst, e.head...), nil
	start := len(dst)
	for len(e.tables) > 0 && len(dst)-start < exportPiece {
		t := &e.tables[0]
		if e.at == t.Len() {
			e.tables, e.at = e.tables[1:], 0
			continue
		}
		dst = append(append(dst, `{"model":"`...), t.Model.Name...)
		dst = t.Layout.AppendJSON(append(dst, `","data":`...), t.Row(e.at))
		dst = append(dst, "}\n"...)
		e.at++
		e.Done++
	}
	e.sum = log.Checksum(e.sum, dst[start:])
	if len(e.tables) == 0 {
		e.ended = true
		dst = strconv.AppendInt(append(dst, `{"granary":"end","records":`...), int64(e.Records), 10)
		dst = appendSum(append(dst, `,"checksum":"`...), e.sum)
		dst = append(dst, "\"}\n"...)
	}
	return dst
}

// appendSum writes a checksum as eight hexadecimal digits.
func appendSum(dst []byte, sum uint32) []byte {
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[sum>>shift&15])
	}
	return dst
}
