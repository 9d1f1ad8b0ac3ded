package replication

import (
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
)

// Page is the answer to a pull.
type Page struct {
	Changes    []Change
	Checkpoint []byte // JSON text
	More       bool   // there is more behind it
	Reset      bool   // everything is sent again, beginning here
	Bad        []Bad  // changes that are none, at most maxBadKept of them
	BadCount   int
}

// Change is what became of a record on the server.
type Change struct {
	Model   string
	ID      []byte // JSON text of the key
	Version []byte // JSON text; nil when the server named none
	Data    []byte // JSON object of fields; nil when there is none
	Deleted bool   // it is gone for everybody
	Gone    bool   // it has left what this user sees
}

// Bad is a change that was set aside.
type Bad struct {
	Model string // as far as it can be told
	ID    []byte // JSON text, likewise
	Text  []byte // what the server sent, or its beginning
	Err   error
}

// ReadPage reads the JSON text of a pull's answer. The page shares its bytes. A
// change out of form is set aside; anything else that is not as the protocol says is
// an error with the code Protocol or Limit.
func ReadPage(text []byte) (*Page, error) {
	p := &Page{}
	listed := false
	list := jsontext.New(text)
	err := whole(list, func(name []byte) (err error) {
		if string(name) == "changes" {
			listed = true
			p.Changes, p.Bad, p.BadCount = nil, nil, 0
			return elements(list, "changes", MaxChanges, func() error {
				p.take(list)
				return nil
			})
		}
		value := list.Raw()
		if value == nil {
			return nil
		}
		switch string(name) {
		case "checkpoint":
			p.Checkpoint = value
		case "more":
			p.More, err = boolean("more", value)
		case "reset":
			p.Reset, err = boolean("reset", value)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !listed:
		return nil, fault("the answer to a pull has no list of changes")
	case p.Checkpoint == nil || p.Checkpoint[0] == 'n':
		return nil, fault("the answer to a pull has no checkpoint")
	case len(p.Checkpoint) > MaxCheckpoint:
		return nil, bound("a checkpoint may have at most " + strconv.Itoa(MaxCheckpoint) + " bytes")
	}
	return p, nil
}

// take reads the next change and adds it, or sets it aside.
func (p *Page) take(s *jsontext.Scanner) {
	model := ""
	if n := len(p.Changes); n > 0 {
		model = p.Changes[n-1].Model
	}
	s.Peek()
	text := s.Rest()
	c, err := readChange(s, model)
	if err == nil && !c.Deleted && !c.Gone && c.Data == nil {
		err = fault("a change needs data, deleted or gone")
	}
	if err != nil {
		p.SetAside(c, text[:len(text)-len(s.Rest())], err)
		return
	}
	p.Changes = append(p.Changes, c)
}

// SetAside notes a change that cannot be taken.
func (p *Page) SetAside(c Change, text []byte, err error) {
	if p.BadCount++; len(p.Bad) < maxBadKept {
		p.Bad = append(p.Bad, Bad{Model: c.Model, ID: c.ID, Text: text[:min(len(text), MaxMessage)], Err: err})
	}
}

// readChange reads a change, or a record of a result. What it could read is
// returned with an error too. model is a guess of its model, which need not be made
// a string then.
func readChange(s *jsontext.Scanner, model string) (c Change, err error) {
	err = fields(s, func(name []byte) error {
		value := s.Raw()
		if value == nil {
			return nil
		}
		if string(name) == "model" && len(value) > 2 && string(value[1:len(value)-1]) == model && !s.Escaped() {
			c.Model = model
			return nil
		}
		return c.set(name, value)
	})
	if err == nil && (c.Model == "" || c.ID == nil) {
		err = fault("a record needs a model and an id")
	}
	return c, err
}

// set takes a member of a change's object.
func (c *Change) set(name, value []byte) (err error) {
	switch string(name) {
	case "model":
		c.Model, err = name256("model", value)
	case "id":
		c.ID, err = key(value)
	case "version":
		if c.Version, err = versionOf(value); value[0] == 'n' {
			c.Version = nil
		}
	case "data":
		if value[0] == '{' {
			c.Data = value
		} else if value[0] != 'n' {
			err = fault("data must be an object of fields")
		}
	case "deleted":
		c.Deleted, err = boolean("deleted", value)
	case "gone":
		c.Gone, err = boolean("gone", value)
	}
	return err
}

// key reads an id: one value, or an array of several.
func key(value []byte) ([]byte, error) {
	switch value[0] {
	case '{', 'n':
		return nil, fault("an id must be a value or an array of values")
	}
	const most = 8 << 10 // more than any key can have, with every character escaped
	if len(value) > most {
		return nil, bound("an id is too long")
	}
	return value, nil
}

// versionOf reads a version, which is a string or a number.
func versionOf(value []byte) ([]byte, error) {
	switch value[0] {
	case '{', '[', 't', 'f':
		return nil, fault("a version must be a string or a number")
	}
	if len(value) > MaxVersion {
		return nil, bound("a version may have at most " + strconv.Itoa(MaxVersion) + " bytes")
	}
	return value, nil
}

// name256 reads a string that is a name.
func name256(member string, value []byte) (string, error) {
	if value[0] != '"' || len(value) > MaxName {
		return "", fault(member + " must be a string of at most " + strconv.Itoa(MaxName) + " bytes")
	}
	return string(jsontext.Characters(value)), nil
}

func boolean(member string, value []byte) (bool, error) {
	switch string(value) {
	case "true":
		return true, nil
	case "false", "null":
		return false, nil
	}
	return false, fault(member + " must be true or false")
}

// members calls take for each member of the JSON text of an object.
func members(text []byte, take func(name string, value []byte) error) error {
	s := jsontext.New(text)
	return whole(s, func(name []byte) error {
		if value := s.Raw(); value != nil {
			return take(string(name), value)
		}
		return nil
	})
}

// whole is fields of an object that is all that there is to read.
func whole(s *jsontext.Scanner, take func(name []byte) error) error {
	if len(s.Rest()) > MaxBody {
		return bound("an answer may have at most " + strconv.Itoa(MaxBody>>20) + " MiB")
	}
	err := fields(s, take)
	if err == nil && !s.End() {
		err = &code.Error{Code: code.Protocol, Message: "the server's answer is no JSON", Err: s.Err()}
	}
	return err
}

// fields calls take for each member of the object that comes next, to read its value,
// until that fails, and reads the object to its end.
func fields(s *jsontext.Scanner, take func(name []byte) error) (err error) {
	if s.Peek() != '{' {
		err = fault("expected a JSON object, got " + beginning(s.Rest()))
		s.Raw()
		return err
	}
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		switch {
		case !more:
			return err
		case err != nil:
			s.Raw()
		default:
			err = take(name)
		}
	}
}

// elements calls take for each element of the array that comes next, to read it.
func elements(s *jsontext.Scanner, what string, most int, take func() error) error {
	if s.Peek() != '[' {
		return fault(what + " must be an array")
	}
	n := 0
	for s.BeginArray(); s.NextElement(); n++ {
		if n == most {
			return bound(what + " may be at most " + strconv.Itoa(most))
		}
		if err := take(); err != nil {
			return err
		}
	}
	return nil
}

func fault(message string) error { return code.Fault(code.Protocol, "", "", message) }

func bound(message string) error { return code.Fault(code.Limit, "", "", message) }

// beginning is a text for a message.
func beginning(text []byte) string {
	const most = 40
	if len(text) > most {
		return code.Quote(string(text[:most])) + "…"
	}
	return code.Quote(string(text))
}
