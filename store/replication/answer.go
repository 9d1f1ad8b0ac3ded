package replication

import (
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
)

// Status is what became of a mutation on the server.
type Status string

// What becomes of a mutation, with the names that this has in the protocol.
const (
	Applied  Status = "applied"
	Conflict Status = "conflict" // it goes by records that are other ones by now
	Rejected Status = "rejected" // the server does not want it
	Retry    Status = "retry"    // not now: it and all behind it are to be sent again
)

// Answer is the answer to a push.
type Answer struct {
	Results []Result
	Bad     int // results that are none
}

// Result is what became of one mutation.
type Result struct {
	ID      string
	Status  Status
	Records []Change // as they are on the server now
	Error   Rejection
}

// Rejection says why a mutation was rejected.
type Rejection struct{ Code, Message, Field string }

// ReadAnswer reads the JSON text of a push's answer. The answer shares its bytes. A
// result out of form is left out and counted, so that its mutation stays in the
// outbox; anything else that is not as the protocol says is an error with the code
// Protocol or Limit.
func ReadAnswer(text []byte) (*Answer, error) {
	a := &Answer{}
	listed, records := false, 0
	err := members(text, func(name string, value []byte) error {
		if name != "results" {
			return nil
		}
		listed = true
		a.Results, a.Bad, records = nil, 0, 0
		list := jsontext.New(value)
		return elements(list, "results", MaxResults, func() error {
			r, err := readResult(list.Raw(), MaxRecords-records)
			if code.Of(err) == code.Limit {
				return err
			}
			if err != nil {
				a.Bad++
				return nil
			}
			records += len(r.Records)
			a.Results = append(a.Results, r)
			return nil
		})
	})
	if err == nil && !listed {
		err = fault("the answer to a push has no list of results")
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

func readResult(value []byte, most int) (r Result, err error) {
	err = members(value, func(name string, value []byte) (err error) {
		switch name {
		case "id":
			r.ID, err = name256(name, value)
		case "status":
			var status string
			status, err = name256(name, value)
			r.Status = Status(status)
		case "records":
			r.Records = nil
			if value[0] == 'n' {
				return nil
			}
			list := jsontext.New(value)
			return elements(list, "records", most, func() error {
				c, err := readChange(list, "")
				if err == nil {
					r.Records = append(r.Records, c)
				}
				return err
			})
		case "error":
			if value[0] != 'n' {
				r.Error, err = readRejection(value)
			}
		}
		return err
	})
	if err != nil {
		return r, err
	}
	switch r.Status {
	case Applied, Conflict, Rejected, Retry:
	default:
		return r, fault("a status must be applied, conflict, rejected or retry")
	}
	if r.ID == "" {
		return r, fault("a result needs the id of its mutation")
	}
	return r, nil
}

// readRejection reads why; what is no string there is left out.
func readRejection(value []byte) (r Rejection, err error) {
	err = members(value, func(name string, value []byte) error {
		if value[0] != '"' {
			return nil
		}
		text := string(jsontext.Characters(value))
		switch name {
		case "code":
			r.Code = text[:min(len(text), MaxName)]
		case "message":
			r.Message = text[:min(len(text), MaxMessage)]
		case "field":
			r.Field = text[:min(len(text), MaxName)]
		}
		return nil
	})
	return r, err
}
