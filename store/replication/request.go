package replication

import "github.com/granarydb/granary/store/jsontext"

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
	w := head(dst, p.Schema, p.Client)
	w.Member("checkpoint")
	if p.Checkpoint == nil {
		w.Add("null")
	}
	w.Raw(p.Checkpoint)
	w.Member("limit")
	w.Int(p.Limit)
	w.Member("models")
	w.Add("[")
	for _, name := range p.Models {
		w.Next()
		w.String(name)
	}
	w.Add("]")
	if p.Scope != nil {
		w.Member("scope")
		w.Raw(p.Scope)
	}
	w.Member("wait")
	w.Int(p.Wait)
	w.Add("}")
	return w.Text
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
	w := head(dst, p.Schema, p.Client)
	w.Member("mutations")
	w.Add("[")
	for i := range p.Mutations {
		w.Next()
		p.Mutations[i].write(w)
	}
	w.Add("]}")
	return w.Text
}

func (m *Mutation) write(w *jsontext.Writer) {
	w.Add("{")
	w.Member("id")
	w.String(m.ID)
	w.Member("at")
	w.Raw(m.At)
	w.Member("ops")
	w.Add("[")
	for i := range m.Ops {
		op := &m.Ops[i]
		w.Next()
		w.Add("{")
		w.Member("op")
		w.String(string(op.Verb))
		w.Member("model")
		w.String(op.Model)
		w.Member("id")
		w.Raw(op.ID)
		if op.Base != nil {
			w.Member("base")
			w.Raw(op.Base)
		}
		if op.Data != nil {
			w.Member("data")
			w.Raw(op.Data)
		}
		w.Add("}")
	}
	w.Add("]}")
}

// head writes what every request begins with.
func head(dst []byte, schema, client string) *jsontext.Writer {
	w := &jsontext.Writer{Text: append(dst, '{')}
	w.Member("protocol")
	w.Int(Version)
	w.Member("schema")
	w.String(schema)
	w.Member("client")
	w.String(client)
	return w
}
