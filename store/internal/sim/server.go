// Package sim simulates: stores of several tabs and profiles that sync with a model
// server over a line that loses, doubles and delays, all of it out of one seed. What
// the server should do is said here in the plainest way; the real ones are others.
package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Strategy says what the server does with a change that goes by an older version.
type Strategy string

// The strategies of the protocol.
const (
	Merge  Strategy = "merge"  // field by field
	Strict Strategy = "strict" // it is a conflict
	Last   Strategy = "lww"    // the last one wins
)

// Server is a model of a server: rows with versions, in memory.
type Server struct {
	Strategy Strategy
	Refuse   func(o Op) string // why an op is rejected, "" when it is not
	Parents  map[string]Parent // by model: a reference that must lead to a record
	Page     int               // changes of a page at most, whatever was asked for

	Applied map[string]int // by mutation: how often it had an effect
	Log     []Op           // that had an effect, in order
	Pulls   int
	Pushes  int

	rows    map[string]*row
	version int
	made    map[string]map[string]int // by mutation: the version of each record that it produced
}

// Parent is a reference that must lead to a record.
type Parent struct{ Field, Model string }

type row struct {
	model, id string
	version   int
	deleted   bool
	data      map[string]json.RawMessage
}

// Op is an op of a mutation.
type Op struct {
	Op    string                     `json:"op"`
	Model string                     `json:"model"`
	ID    json.RawMessage            `json:"id"`
	Base  json.RawMessage            `json:"base"`
	Data  map[string]json.RawMessage `json:"data"`
}

// Change is a record as the protocol has it.
type Change struct {
	Model   string                     `json:"model"`
	ID      json.RawMessage            `json:"id"`
	Version string                     `json:"version,omitempty"`
	Data    map[string]json.RawMessage `json:"data,omitempty"`
	Deleted bool                       `json:"deleted,omitempty"`
}

type result struct {
	ID      string            `json:"id"`
	Status  string            `json:"status"`
	Records []Change          `json:"records,omitempty"`
	Error   map[string]string `json:"error,omitempty"`
}

// NewServer returns an empty server.
func NewServer(s Strategy) *Server {
	return &Server{Strategy: s, Page: 1000, Applied: map[string]int{}, rows: map[string]*row{}, made: map[string]map[string]int{}}
}

// Pull answers a pull.
func (s *Server) Pull(request []byte) []byte {
	s.Pulls++
	var q struct {
		Checkpoint json.RawMessage
		Limit      int
		Models     []string
	}
	must(json.Unmarshal(request, &q))
	first := q.Checkpoint == nil || string(q.Checkpoint) == "null"
	since, _ := strconv.Atoi(strings.Trim(string(q.Checkpoint), `"`))
	var list []*row
	for _, r := range s.rows {
		if r.version > since && slices.Contains(q.Models, r.model) && !(first && r.deleted) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *row) int { return a.version - b.version })
	answer := struct {
		Changes    []Change `json:"changes"`
		Checkpoint string   `json:"checkpoint"`
		More       bool     `json:"more"`
		Reset      bool     `json:"reset,omitempty"`
	}{Changes: []Change{}, Checkpoint: strconv.Itoa(s.version), Reset: first}
	for _, r := range list[:min(len(list), q.Limit, s.Page)] {
		answer.Changes = append(answer.Changes, r.change(true))
	}
	if len(answer.Changes) < len(list) {
		answer.More = true
		answer.Checkpoint = strconv.Itoa(list[len(answer.Changes)-1].version)
	}
	return text(answer)
}

// Push answers a push.
func (s *Server) Push(request []byte) []byte {
	s.Pushes++
	var q struct {
		Mutations []struct {
			ID  string
			Ops []Op
		}
	}
	must(json.Unmarshal(request, &q))
	results := []result{}
	for _, m := range q.Mutations {
		results = append(results, s.mutate(m.ID, m.Ops))
	}
	return text(map[string]any{"results": results})
}

// mutate does all ops of a mutation, or none.
func (s *Server) mutate(id string, ops []Op) result {
	if made, again := s.made[id]; again {
		r := result{ID: id, Status: "applied"}
		for _, at := range slices.Sorted(maps.Keys(made)) {
			r.Records = append(r.Records, s.rows[at].change(false))
		}
		return r
	}
	rows := map[string]*row{} // as they are to be
	at := func(model string, id string) *row {
		if r := rows[model+" "+id]; r != nil {
			return r
		}
		if r := s.rows[model+" "+id]; r != nil {
			copied := *r
			copied.data = maps.Clone(r.data)
			return &copied
		}
		return nil
	}
	var conflicts []Change
	merged := map[string]bool{}
	for _, o := range ops {
		r := at(o.Model, string(o.ID))
		if why := s.objection(o, at); why != "" {
			return result{ID: id, Status: "rejected", Error: map[string]string{"code": "refused", "message": why}}
		}
		stale := s.stale(o, r)
		there := r != nil && !r.deleted
		switch {
		case o.Op == "delete" && !there:
			continue
		case o.Op == "update" && !there, stale && s.Strategy == Strict:
			c := Change{Model: o.Model, ID: o.ID, Version: strconv.Itoa(s.version), Deleted: true}
			if there {
				c = r.change(true)
			}
			conflicts = append(conflicts, c)
			continue
		}
		if r == nil {
			r = &row{model: o.Model, id: string(o.ID)}
		}
		if !there || o.Op == "create" && s.Strategy == Last {
			r.data = map[string]json.RawMessage{}
		}
		r.deleted = o.Op == "delete"
		maps.Copy(r.data, o.Data)
		rows[o.Model+" "+r.id] = r
		merged[o.Model+" "+r.id] = stale || merged[o.Model+" "+r.id]
	}
	if conflicts != nil {
		return result{ID: id, Status: "conflict", Records: conflicts}
	}
	return s.commit(id, ops, rows, merged)
}

func (s *Server) commit(id string, ops []Op, rows map[string]*row, merged map[string]bool) result {
	out := result{ID: id, Status: "applied"}
	s.Applied[id]++
	s.Log = append(s.Log, ops...)
	made := map[string]int{}
	for _, at := range slices.Sorted(maps.Keys(rows)) {
		s.version++
		rows[at].version = s.version
		s.rows[at] = rows[at]
		made[at] = s.version
		out.Records = append(out.Records, rows[at].change(merged[at]))
	}
	s.made[id] = made
	return out
}

// stale reports whether an op goes by another version than there is.
func (s *Server) stale(o Op, r *row) bool {
	if r == nil || r.deleted {
		return false
	}
	if o.Op == "create" {
		return true
	}
	if o.Base == nil {
		return false
	}
	base := strings.Trim(string(o.Base), `"`)
	if base != "" && base[0] == '@' {
		return s.made[base[1:]][o.Model+" "+r.id] != r.version
	}
	return base != strconv.Itoa(r.version)
}

func (s *Server) objection(o Op, at func(model, id string) *row) string {
	if s.Refuse != nil {
		if why := s.Refuse(o); why != "" {
			return why
		}
	}
	p, has := s.Parents[o.Model]
	value := o.Data[p.Field]
	if !has || value == nil || string(value) == "null" {
		return ""
	}
	if r := at(p.Model, string(value)); r == nil || r.deleted {
		return "refers to no " + p.Model
	}
	return ""
}

func (r *row) change(data bool) Change {
	c := Change{Model: r.model, ID: json.RawMessage(r.id), Version: strconv.Itoa(r.version), Deleted: r.deleted}
	if data && !r.deleted {
		c.Data = r.data
	}
	return c
}

// Rows are the records that there are, as JSON text by model and id.
func (s *Server) Rows() map[string]map[string]json.RawMessage {
	out := map[string]map[string]json.RawMessage{}
	for at, r := range s.rows {
		if !r.deleted {
			out[at] = r.data
		}
	}
	return out
}

func text(v any) []byte {
	b, err := json.Marshal(v)
	must(err)
	return b
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
