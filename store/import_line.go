package store

import (
	"bytes"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
)

// lineReader cuts pieces of text into lines.
type lineReader struct {
	number int    // of the line at hand, from 1
	rest   []byte // of a line whose end has not come yet
	ended  bool   // the line at hand is what stands behind the last line break
}

// feed hands over the lines that end in piece, without what ends them.
func (l *lineReader) feed(piece []byte, take func([]byte) error) error {
	for {
		end := bytes.IndexByte(piece, '\n')
		if end < 0 {
			break
		}
		line := piece[:end]
		if len(l.rest) > 0 {
			l.rest = append(l.rest, line...)
			line = l.rest
		}
		if err := l.take(line, take); err != nil {
			return err
		}
		l.rest = l.rest[:0]
		piece = piece[end+1:]
	}
	l.rest = append(l.rest, piece...)
	if len(l.rest) > maxImportLine {
		l.number++
		return lineFault(l.number, code.Limit, "", "", "a line may have at most "+strconv.Itoa(maxImportLine>>20)+" MiB", nil)
	}
	return nil
}

// end hands over what stands behind the last line break.
func (l *lineReader) end(take func([]byte) error) error {
	line := l.rest
	l.rest, l.ended = nil, true
	return l.take(line, take)
}

// take hands over a line that is not blank.
func (l *lineReader) take(line []byte, take func([]byte) error) error {
	l.number++
	line = bytes.TrimSuffix(line, []byte("\r"))
	if l.number == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff")) // editors put it there
	}
	if len(line) == 0 {
		return nil
	}
	return take(line)
}

// line takes the next line of an import.
func (im *Import) line(line []byte) error {
	if im.stage == atEnd {
		return im.fault(nil, "stands behind the end: two files in one?")
	}
	s := jsontext.New(line)
	var l importLine
	l.read(s)
	if err := s.Err(); err != nil {
		if im.lines.ended && im.stage == atRecords {
			return im.fault(nil, "the file ends within its last line: it was cut")
		}
		return im.fault(nil, "is not JSON: "+err.Error())
	}
	if im.stage == atHead {
		return im.head(&l)
	}
	if l.granary != nil {
		return im.end(&l)
	}
	if l.model == nil || l.data == nil {
		return im.fault(nil, `must be {"model": "…", "data": {…}}, one record`)
	}
	im.sum = log.Checksum(log.Checksum(im.sum, line), []byte{'\n'})
	e, err := im.encoder(string(l.model))
	if err == nil {
		if err = e.Read(l.data); err == nil {
			err = im.add(e)
		}
	}
	if err != nil {
		return im.fault(err, "")
	}
	return nil
}

// importLine is the members of a line, of whichever kind.
type importLine struct {
	granary, model   []byte // values of strings
	version, records []byte // text of numbers
	checksum         []byte // value of a string
	models, data     []byte // JSON text
	other            string // a member that is none of these
}

func (l *importLine) read(s *jsontext.Scanner) {
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		switch string(name) {
		case "granary":
			l.granary = s.String()
		case "model":
			l.model = s.String()
		case "data":
			l.data = s.Raw()
		case "version":
			l.version = s.Raw()
		case "records":
			l.records = s.Raw()
		case "checksum":
			l.checksum = s.String()
		case "models":
			l.models = s.Raw()
		default:
			l.other = string(name)
			s.Raw()
		}
	}
	s.End()
}

// head takes the first line.
func (im *Import) head(l *importLine) error {
	if string(l.granary) != "export" {
		return im.fault(nil, `must be {"granary":"export", …}: this is no export of a store`)
	}
	if version, err := strconv.Atoi(string(l.version)); err != nil || version < 1 {
		return im.fault(nil, `must have a version: "version":`+strconv.Itoa(exportVersion))
	} else if version > exportVersion {
		return lineFault(im.lines.number, code.Format, "", "", "is of version "+strconv.Itoa(version)+" of the format, this code reads up to "+
			strconv.Itoa(exportVersion)+": load the newer version of the app", nil)
	}
	im.stage = atRecords
	im.models = map[string]bool{}
	s := jsontext.New(l.models)
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		n, _ := strconv.Atoi(string(s.Number()))
		im.Total += n
		im.models[string(name)] = true
		if _, err := im.encoder(string(name)); err != nil && n > 0 {
			return im.fault(err, "")
		}
	}
	if s.Err() != nil {
		return im.fault(nil, `must say how many records of each model there are: "models":{"Post":1}`)
	}
	return nil
}

// end takes the last line.
func (im *Import) end(l *importLine) error {
	if string(l.granary) != "end" {
		return im.fault(nil, "is the head of an export where a record belongs: two files in one?")
	}
	if l.other != "" {
		return im.fault(nil, "has "+code.Quote(l.other)+", which is no part of a last line: it was damaged")
	}
	im.stage = atEnd
	n, err := strconv.Atoi(string(l.records))
	if err != nil || n != im.Done {
		return im.fault(nil, "must say how many records stand before it, which is "+strconv.Itoa(im.Done)+": lines were lost or added")
	}
	if l.checksum == nil {
		return nil
	}
	if string(l.checksum) != string(appendSum(nil, im.sum)) {
		return im.fault(nil, "has a checksum that the lines before it do not have: they were damaged, or changed; "+
			"if you have changed them, take the checksum out of the last line")
	}
	im.whole = true
	return nil
}

// encoder returns what reads records of a model; the store's own are the lock's.
func (im *Import) encoder(model string) (*record.Encoder, error) {
	if e := im.encoders[model]; e != nil {
		return e, nil
	}
	m, err := im.st.model("import", model)
	if err != nil {
		return nil, err
	}
	im.encoders[model] = record.NewEncoder(m)
	return im.encoders[model], nil
}

// fault is the error for the line at hand, with the code of its cause, which may be
// nil.
func (im *Import) fault(cause error, message string) error {
	e, ok := cause.(*code.Error)
	if !ok {
		return lineFault(im.lines.number, code.Invalid, "", "", message, cause)
	}
	return lineFault(im.lines.number, e.Code, e.Model, e.Field, e.Message, e.Err)
}

func lineFault(line int, c code.Code, model, field, message string, cause error) error {
	return &code.Error{Code: c, Op: "import", Model: model, Field: field,
		Message: message + " (line " + strconv.Itoa(line) + ")", Err: cause, Details: ImportFault{line}}
}
