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
	err := members(text, func(name string, value []byte) (err error) {
		switch name {
		case "changes":
			listed = true
			p.Changes, p.Bad, p.BadCount = nil, nil, 0
			return elements(value, "changes", MaxChanges, p.take)
		case "checkpoint":
			p.Checkpoint = value
		case "more":
			p.More, err = boolean(name, value)
		case "reset":
			p.Reset, err = boolean(name, value)
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

// take adds a change, or sets it aside.
func (p *Page) take(value []byte) error {
	c, err := readChange(value)
	if err == nil && !c.Deleted && !c.Gone && c.Data == nil {
		err = fault("a change needs data, deleted or gone")
	}
	if err != nil {
		p.SetAside(c, value, err)
		return nil
	}
	p.Changes = append(p.Changes, c)
	return nil
}

// SetAside notes a change that cannot be taken.
func (p *Page) SetAside(c Change, text []byte, err error) {
	if p.BadCount++; len(p.Bad) < maxBadKept {
		p.Bad = append(p.Bad, Bad{Model: c.Model, ID: c.ID, Text: text[:min(len(text), MaxMessage)], Err: err})
	}
}

// readChange reads a change, or a record of a result. What it could read is
// returned with an error too.
func readChange(value []byte) (c Change, err error) {
	err = members(value, func(name string, value []byte) (err error) {
		switch name {
		case "model":
			c.Model, err = name256(name, value)
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
			c.Deleted, err = boolean(name, value)
		case "gone":
			c.Gone, err = boolean(name, value)
		}
		return err
	})
	if err == nil && (c.Model == "" || c.ID == nil) {
		err = fault("a record needs a model and an id")
	}
	return c, err
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
	if len(text) > MaxBody {
		return bound("an answer may have at most " + strconv.Itoa(MaxBody>>20) + " MiB")
	}
	s := jsontext.New(text)
	if s.Peek() != '{' {
		return fault("expected a JSON object, got " + beginning(text))
	}
	for s.BeginObject(); ; {
		name, more := s.NextKey()
		if !more {
			break
		}
		member := string(name)
		value := s.Raw()
		if value == nil {
			break
		}
		if err := take(member, value); err != nil {
			return err
		}
	}
	if !s.End() {
		return &code.Error{Code: code.Protocol, Message: "the server's answer is no JSON", Err: s.Err()}
	}
	return nil
}

// elements calls take for each element of the JSON text of an array.
func elements(text []byte, what string, most int, take func(value []byte) error) error {
	if text[0] != '[' {
		return fault(what + " must be an array")
	}
	s := jsontext.New(text)
	n := 0
	for s.BeginArray(); s.NextElement(); n++ {
		if n == most {
			return bound(what + " may be at most " + strconv.Itoa(most))
		}
		if err := take(s.Raw()); err != nil {
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
