package replication

import (
	"strconv"

	"github.com/granarydb/granary/store/jsontext"
)

// Pull is what is asked of POST /pull.
type Pull struct {
	Schema     string
	Client     string
	Checkpoint []byte // JSON text; nil asks for everything
	Limit      int
	Models     []string
	Scope      []byte // JSON text; nil for none
	Wait       int    // seconds
}

// Append writes the JSON text.
func (p *Pull) Append(dst []byte) []byte {
	dst = appendHead(dst, p.Schema, p.Client)
	dst = append(dst, `,"checkpoint":`...)
	dst = appendOrNull(dst, p.Checkpoint)
	dst = append(dst, `,"limit":`...)
	dst = strconv.AppendInt(dst, int64(p.Limit), 10)
	dst = append(dst, `,"models":[`...)
	for i, name := range p.Models {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontext.AppendString(dst, []byte(name))
	}
	dst = append(dst, ']')
	if p.Scope != nil {
		dst = append(append(dst, `,"scope":`...), p.Scope...)
	}
	dst = append(dst, `,"wait":`...)
	return append(strconv.AppendInt(dst, int64(p.Wait), 10), '}')
}

// Push is what is asked of POST /push.
type Push struct {
	Schema    string
	Client    string
	Mutations []Mutation
}

// Mutation is what one local commit changed.
type Mutation struct {
	ID  string
	At  []byte // JSON text of its time
	Ops []Op
}

// Verb says what an Op does.
type Verb string

// The verbs, with the names that they have in the protocol.
const (
	Create Verb = "create"
	Update Verb = "update"
	Delete Verb = "delete"
)

// Op is one change of one record.
type Op struct {
	Verb  Verb
	Model string
	ID    []byte // JSON text of the key, an array when it is a composite one
	Base  []byte // JSON text of the version that it goes by; nil for none
	Data  []byte // JSON object; nil for a delete
}

// Append writes the JSON text.
func (p *Push) Append(dst []byte) []byte {
	dst = append(appendHead(dst, p.Schema, p.Client), `,"mutations":[`...)
	for i := range p.Mutations {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p.Mutations[i].append(dst)
	}
	return append(dst, ']', '}')
}

func (m *Mutation) append(dst []byte) []byte {
	dst = jsontext.AppendString(append(dst, `{"id":`...), []byte(m.ID))
	dst = append(append(dst, `,"at":`...), m.At...)
	dst = append(dst, `,"ops":[`...)
	for i := range m.Ops {
		if i > 0 {
			dst = append(dst, ',')
		}
		op := &m.Ops[i]
		dst = append(append(dst, `{"op":"`...), op.Verb...)
		dst = jsontext.AppendString(append(dst, `","model":`...), []byte(op.Model))
		dst = append(append(dst, `,"id":`...), op.ID...)
		if op.Base != nil {
			dst = append(append(dst, `,"base":`...), op.Base...)
		}
		if op.Data != nil {
			dst = append(append(dst, `,"data":`...), op.Data...)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']', '}')
}

func appendHead(dst []byte, schema, client string) []byte {
	dst = strconv.AppendInt(append(dst, `{"protocol":`...), Version, 10)
	dst = jsontext.AppendString(append(dst, `,"schema":`...), []byte(schema))
	return jsontext.AppendString(append(dst, `,"client":`...), []byte(client))
}

func appendOrNull(dst, text []byte) []byte {
	if text == nil {
		return append(dst, `null`...)
	}
	return append(dst, text...)
}
