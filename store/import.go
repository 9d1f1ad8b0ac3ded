package store

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// ImportMode says what becomes of what is in the store already.
type ImportMode int

const (
	Merge   ImportMode = iota // a record with the same key is replaced
	Keep                      // a record with the same key stays
	Replace                   // the store is cleared first, in the same commit
)

// ImportOptions say how to import.
type ImportOptions struct {
	Mode     ImportMode
	Progress func(done, total int) // is told of the records that were read and found right, of those that the first line names; may be nil
}

// ImportReport says what an import came to.
type ImportReport struct {
	Records  int // in the file
	Inserted int
	Replaced int // had the same key, and were other ones
	Kept     int // in the store already, the same or by Keep
}

// ImportFault is Error.Details of an import that was refused for what a line says.
type ImportFault struct{ Line int }

// Import is an export on its way in. Pieces of its text, cut anywhere, go to Feed,
// which checks every value; Commit makes one commit of it. So nothing was written
// when any of them fails, and all of it when Commit's commit succeeds. It is
// idempotent: records go by their keys.
//
// Import is not safe for concurrent use.
type Import struct {
	Done  int // records read
	Total int // records that the first line promises

	st       *Store
	mode     ImportMode
	now      []byte
	lines    lineReader
	encoders map[string]*record.Encoder
	stage    importStage
	models   map[string]bool // that the first line names
	runs     []importRun
	bytes    int  // of rows
	whole    bool // the checksum proves that the records are those of one state of a store
	sum      uint32
	report   ImportReport
	failed   error
}

type importStage int

const (
	atHead importStage = iota
	atRecords
	atEnd
)

// importRun is rows of one model, one behind the other.
type importRun struct {
	model *schema.Model
	rows  []byte
}

// Import reads what Export wrote and stores it as one commit. Values are checked
// against the schema as in every save: a field that the file lacks has its default,
// one that the model does not have, like a model that the schema does not have, is
// an error. References are checked at the end. An optional one that leads nowhere
// may stay if it did so in the store that was exported: when the checksum holds and
// the file has the model that it leads to.
func (st *Store) Import(ctx context.Context, r io.Reader, o ImportOptions) (ImportReport, error) {
	im, err := st.BeginImport(o.Mode)
	if err != nil {
		return ImportReport{}, err
	}
	buffer := make([]byte, exportPiece)
	for {
		n, err := r.Read(buffer)
		if fault := im.Feed(buffer[:n]); fault != nil {
			return ImportReport{}, fault
		}
		if o.Progress != nil && n > 0 {
			o.Progress(im.Done, im.Total)
		}
		if err == io.EOF {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return ImportReport{}, &code.Error{Code: code.Unavailable, Op: "import", Message: "not read to its end; nothing was written", Err: err}
		}
	}
	c, err := im.Commit()
	if err == nil {
		err = c.Wait(ctx)
	}
	if err != nil {
		return ImportReport{}, wrap("import", err)
	}
	return im.report, nil
}

// BeginImport begins an import.
func (st *Store) BeginImport(mode ImportMode) (*Import, error) {
	if mode < Merge || mode > Replace {
		return nil, wrap("import", code.Fault(code.Invalid, "", "", "the mode must be merge, keep or replace"))
	}
	return &Import{st: st, mode: mode, now: timestamp(st.options.Clock()), encoders: map[string]*record.Encoder{}}, nil
}

// Feed takes the next piece. After an error the import is of no more use.
func (im *Import) Feed(piece []byte) error {
	if im.failed == nil {
		im.failed = im.lines.feed(piece, im.line)
	}
	return im.failed
}

// Commit stores everything that was fed, if that is all. The report is there when
// the commit is done.
func (im *Import) Commit() (*Commit, error) {
	if im.failed == nil {
		im.failed = im.lines.end(im.line)
	}
	if im.failed != nil {
		return nil, im.failed
	}
	if im.stage != atEnd {
		return nil, im.fault(nil, "the file ends before its last line, which says how many records there are: it was cut")
	}
	return im.st.begin(context.Background(), "import", im.run)
}

// Report says what the commit came to, once it is done.
func (im *Import) Report() ImportReport { return im.report }

// add takes the record that an encoder has read.
func (im *Import) add(e *record.Encoder) error {
	m := e.Model
	for _, i := range [...]int{m.CreatedAt, m.UpdatedAt} {
		if i >= 0 && isNull(e.Value(i)) {
			e.Set(i, im.now)
		}
	}
	if _, err := keyOf(e); err != nil {
		return err
	}
	if err := e.Complete(); err != nil {
		return err
	}
	row, err := e.Row()
	if err != nil {
		return err
	}
	im.bytes += len(row)
	if im.Done == maxImport || im.bytes > maxImportBytes {
		return code.Fault(code.Limit, "", "", "one import takes at most "+strconv.Itoa(maxImport)+" records or "+
			strconv.Itoa(maxImportBytes>>20)+" MiB, being one commit: export some of the models at a time, and import them one after the other")
	}
	last := len(im.runs) - 1
	if last < 0 || im.runs[last].model != m || len(im.runs[last].rows)+len(row) > cap(im.runs[last].rows) {
		im.runs = append(im.runs, importRun{m, make([]byte, 0, max(importRunBytes, len(row)))})
		last++
	}
	im.runs[last].rows = append(im.runs[last].rows, row...)
	im.Done++
	return nil
}

// run is the change of the commit.
func (im *Import) run(x *tx) error {
	x.now = im.now
	im.report = ImportReport{Records: im.Done}
	if im.mode == Replace {
		x.clear()
	}
	if im.whole {
		x.mayDangle = func(r *schema.Relation) bool { return !requires(r) && im.models[r.Target.Name] }
	}
	for _, run := range im.runs {
		x.about(run.model)
		x.st.wantTargets(run.model)
	}
	if x.st.data.asked() {
		return errLacking
	}
	var key []byte
	for _, run := range im.runs {
		t := x.st.table(run.model)
		for rows := run.rows; len(rows) > 0; {
			row := record.Row(rows[:record.Length(rows)])
			rows = rows[len(row):]
			key = t.Key(key[:0], row)
			im.put(x, t, key, row)
		}
	}
	return nil
}

func (im *Import) put(x *tx, t *table.Table, key []byte, row record.Row) {
	number, exists := t.Find(key)
	switch {
	case !exists:
		x.insert(t, row)
		im.report.Inserted++
	case im.mode == Keep || bytes.Equal(t.Row(number), row):
		im.report.Kept++
	default:
		x.update(t, number, row)
		im.report.Replaced++
	}
}
