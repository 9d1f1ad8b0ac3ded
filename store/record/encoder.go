package record

import (
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// Encoder reads records of one model from JSON text, validates them and writes
// rows. It reuses its buffers and is not safe for concurrent use.
type Encoder struct {
	Model   *schema.Model
	Layout  *Layout
	scanner *jsontext.Scanner // what is being read
	own     jsontext.Scanner
	values  [][]byte // by field; nil where the text has none
	passing bool     // over fields that the model does not have
	changed bool     // a value's canonical text is perhaps not the one given
	intact  []byte   // the array that the values were read from, while it is what a row of them holds
	scratch []byte
	row     []byte
}

// NewEncoder returns an Encoder for m.
func NewEncoder(m *schema.Model) *Encoder {
	return &Encoder{Model: m, Layout: LayoutOf(m), values: make([][]byte, len(m.Fields))}
}

// Read takes the values of one record: a JSON object with fields of the model, or a
// JSON array of the values of all its fields in the order of the schema.
// Values are checked and made canonical; a field that the model does not have is
// an error. What Read took is then seen and changed with Value and Set, and
// written with Append. text must not change before that.
func (e *Encoder) Read(text []byte) error {
	e.own.Reset(text)
	if err := e.ReadNext(&e.own); err != nil {
		return err
	}
	if !e.own.End() {
		return e.fault("", "is not JSON: "+e.own.Err().Error())
	}
	return nil
}

// ReadKnown is Read for an object that may have fields which the model does not have:
// they are passed over.
func (e *Encoder) ReadKnown(text []byte) error {
	e.passing = true
	err := e.Read(text)
	e.passing = false
	return err
}

// ReadNext is Read for the next value of a longer text.
func (e *Encoder) ReadNext(s *jsontext.Scanner) error {
	clear(e.values)
	e.scratch = e.scratch[:0]
	e.intact = nil
	e.scanner = s
	switch s.Peek() {
	case '[':
		return e.readValues()
	case '{':
		return e.readObject()
	}
	return e.fault("", "must be an object of fields, got "+shown(s.Rest()))
}

func (e *Encoder) readObject() error {
	s := e.scanner
	next := 0 // the field that comes next where they are in the order of the schema
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		var f *schema.Field
		if next < len(e.Model.Fields) && e.Model.Fields[next].Name == string(name) {
			f = e.Model.Fields[next]
		} else {
			f = e.Model.Field(string(name))
		}
		if f == nil && e.passing {
			s.Raw()
			continue
		}
		if f == nil {
			return e.unknown(string(name))
		}
		value, err := e.read(f)
		if err != nil {
			return err
		}
		e.values[f.Index] = value
		next = f.Index + 1
	}
	if err := s.Err(); err != nil {
		return e.fault("", "is not JSON: "+err.Error())
	}
	return nil
}

// readValues reads a record as the array of the values of all fields, in the order
// of the schema.
func (e *Encoder) readValues() error {
	s := e.scanner
	text := s.Rest()
	e.changed = false
	length := 1 // of the array without white space
	s.BeginArray()
	for i, f := range e.Model.Fields {
		if !s.NextElement() {
			break
		}
		value, err := e.read(f)
		if err != nil {
			return err
		}
		e.values[i] = value
		length += len(value) + 1
	}
	if s.NextElement() || s.Err() != nil || e.values[len(e.values)-1] == nil {
		return e.fault("", "must be an array of the values of all "+strconv.Itoa(len(e.values))+" fields")
	}
	if text = text[:len(text)-len(s.Rest())]; len(text) == length && !e.changed {
		e.intact = text
	}
	return nil
}

// Value returns the canonical JSON text of field i, nil when it was not given.
func (e *Encoder) Value(i int) []byte { return e.values[i] }

// Set gives field i a value, canonical JSON text.
func (e *Encoder) Set(i int, value []byte) { e.values[i], e.intact = value, nil }

// Complete puts in defaults and nulls for what was not given, and checks that
// everything required is there; what the store itself sets may be null.
func (e *Encoder) Complete() error {
	for i, f := range e.Model.Fields {
		if e.values[i] == nil {
			e.values[i] = f.Default
		}
		if e.values[i] == nil {
			e.values[i] = null
		}
		if e.values[i][0] == 'n' && f.Type.Required && !e.Model.Keeps(i) {
			return e.Missing(f)
		}
	}
	for _, r := range e.Model.Relations {
		if r.Kind != schema.BelongsTo && r.Kind != schema.HasOne || !r.Required {
			continue
		}
		for _, i := range r.Fields {
			if e.values[i][0] == 'n' {
				return e.Missing(e.Model.Fields[i])
			}
		}
	}
	return nil
}

// Row writes the row. Its bytes are good until the next call. Every field must
// have a value.
func (e *Encoder) Row() (Row, error) {
	if e.intact != nil {
		e.row = append(e.Layout.appendHeader(e.row[:0], e.values, len(e.intact)), e.intact...)
	} else {
		e.row = e.Layout.Append(e.row[:0], e.values)
	}
	if len(e.row) > MaxRow {
		return nil, code.Fault(code.Limit, e.Model.Name, "", "a record may have at most 16 MiB")
	}
	return e.row, nil
}

// Missing is the error for a required field that has no value.
func (e *Encoder) Missing(f *schema.Field) error {
	if f.Relation != "" {
		return e.fault(f.Relation, "is required: give a "+e.Model.Relation(f.Relation).Target.Name+
			" as "+f.Relation+", or its key as "+f.Name)
	}
	return e.fault(f.Name, "is required: give a value of type "+typeName(f.Type))
}

// read reads and checks the next value of the text as one of f.
func (e *Encoder) read(f *schema.Field) ([]byte, error) {
	s := e.scanner
	switch c := s.Peek(); {
	case c == 'n':
		if s.Null() {
			return null, nil
		}
	case f.Type.List:
	case c == '"' && f.Type.Scalar <= schema.String:
		if raw := s.RawString(); raw != nil && !s.Escaped() {
			return raw, nil
		} else if raw != nil {
			e.changed = true
			return e.keep(func(dst []byte) []byte { return jsontext.AppendString(dst, jsontext.Unescape(raw[1:len(raw)-1])) }), nil
		}
	case f.Type.Scalar == schema.Int || f.Type.Scalar == schema.Float:
		if raw := s.PlainNumber(f.Type.Scalar == schema.Float); raw != nil {
			return raw, nil
		}
	case f.Type.Scalar == schema.Boolean && (c == 't' || c == 'f'):
		if s.Bool() {
			return yes, nil
		}
		return no, nil
	}
	e.changed = true
	raw := s.Raw()
	if err := s.Err(); err != nil {
		return nil, e.fault(f.Name, "is not JSON: "+err.Error())
	}
	v := validator{scratch: e.scratch, model: e.Model.Name, field: f.Name}
	start := len(v.scratch)
	if err := v.append(raw, f.Type); err != nil {
		return nil, err
	}
	e.scratch = v.scratch
	return v.scratch[start:len(v.scratch):len(v.scratch)], nil
}

// keep runs write on the scratch buffer and returns what it wrote. Earlier
// results stay valid when the buffer moves: they keep the old one.
func (e *Encoder) keep(write func([]byte) []byte) []byte {
	start := len(e.scratch)
	e.scratch = write(e.scratch)
	return e.scratch[start:len(e.scratch):len(e.scratch)]
}

func (e *Encoder) unknown(name string) error {
	if r := e.Model.Relation(name); r != nil {
		return e.fault(name, "is a relation: give its key as "+e.Model.Fields[r.Fields[0]].Name)
	}
	names := e.Layout.Names
	message := "is no field of " + e.Model.Name + schema.DidYouMean(name, names)
	return e.fault(name, message)
}

func (e *Encoder) fault(field, message string) error {
	return code.Fault(code.Invalid, e.Model.Name, field, message)
}

var (
	null = []byte("null")
	yes  = []byte("true")
	no   = []byte("false")
)
