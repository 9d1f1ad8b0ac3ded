package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// push applies mutations, in their order and in one transaction of the database.
func (s *Server) push(w http.ResponseWriter, r *http.Request, u User) *Problem {
	leave, p := s.gates.enter()
	if p != nil {
		return p
	}
	defer leave()
	var q pushRequest
	if p = s.read(w, r, &q); p != nil {
		return p
	}
	if p = s.checkHead(q.Protocol, q.Schema, q.Client); p != nil {
		return p
	}
	if most := s.options.Limits.Mutations; len(q.Mutations) > most {
		return tooLarge("mutations", fmt.Sprintf("one push may have %d mutations", most), int64(most))
	}
	list := make([]asked, len(q.Mutations))
	for i, text := range q.Mutations {
		if list[i], p = s.ask(i, text); p != nil {
			return p
		}
	}
	results, err := s.apply(r.Context(), u, q.Client, list)
	if err != nil {
		return s.broken(err)
	}
	s.metrics.decided(results)
	s.answer(w, http.StatusOK, pushAnswer{results})
	return nil
}

// asked is a mutation as far as it could be read.
type asked struct {
	mutation
	at    int64    // milliseconds since 1970
	fault *Problem // why it cannot be applied, whatever the records are
}

// ask reads a mutation. Only one without an id, which no answer could name, fails the
// call; any other fault is the mutation's own.
func (s *Server) ask(i int, text []byte) (a asked, p *Problem) {
	var named struct {
		ID string `json:"id"`
	}
	field := fmt.Sprintf("mutations[%d]", i)
	if p = unmarshal(text, &named); p != nil || named.ID == "" || !plain(named.ID) {
		return a, invalid(field+".id", fmt.Sprintf("must be a string of 1 to %d letters, digits and signs of ASCII", maxID))
	}
	a.ID = named.ID
	if a.fault = unmarshal(text, &a.mutation); a.fault != nil {
		a.ID = named.ID
		return a, nil
	}
	now := s.options.Now().UnixMilli()
	a.at = now
	if a.At != "" {
		at, err := time.Parse(time.RFC3339Nano, a.At)
		if err != nil {
			a.fault = invalid("at", `must be a date and time such as "2026-02-28T13:45:30.123Z"`)
			return a, nil
		}
		a.at = min(now, at.UnixMilli()) // nobody writes in the future
	}
	if most := s.options.Limits.Ops; len(a.Ops) > most {
		a.fault = tooLarge("ops", fmt.Sprintf("one mutation may have %d operations", most), int64(most))
	}
	return a, nil
}

// batch is the mutations of a push while they are applied.
type batch struct {
	server   *Server
	ctx      context.Context
	tx       Tx
	user     User
	client   string
	now      int64 // milliseconds since 1970
	encoders map[*schema.Model]*record.Encoder
}

// apply applies mutations in one transaction.
func (s *Server) apply(ctx context.Context, u User, client string, list []asked) (results []result, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Limits.Storage)
	defer cancel()
	err = s.options.Storage.Write(ctx, u.Tenant, func(tx Tx) error {
		b := &batch{server: s, ctx: ctx, tx: tx, user: u, client: client,
			now: s.options.Now().UnixMilli(), encoders: map[*schema.Model]*record.Encoder{}}
		if err := b.expect(list); err != nil {
			return err
		}
		if err := b.relink(); err != nil {
			return err
		}
		until := s.options.Now().Add(s.options.Limits.Push)
		results = make([]result, 0, len(list))
		for i := range list {
			r := result{ID: list[i].ID, Status: retry}
			if s.options.Now().Before(until) {
				if r, err = b.mutate(&list[i]); err != nil {
					return err
				}
			}
			results = append(results, r)
			if r.Status == retry {
				for _, later := range list[i+1:] {
					results = append(results, result{ID: later.ID, Status: retry})
				}
				return nil
			}
		}
		return nil
	})
	return results, err
}

// expect tells storage what the mutations are going to ask for.
func (b *batch) expect(list []asked) error {
	var mutations []string
	var keys []Key
	for i := range list {
		mutations = append(mutations, list[i].ID)
		for j := range list[i].Ops {
			op := &list[i].Ops[j]
			m := b.server.options.Schema.Model(op.Model)
			if m == nil {
				continue
			}
			if id, err := parseID(m, op.ID); err == nil {
				keys = append(keys, Key{m.Name, id})
			}
			if op.Base != nil && strings.HasPrefix(*op.Base, "@") && plain(*op.Base) {
				mutations = append(mutations, (*op.Base)[1:])
			}
		}
	}
	return b.tx.Expect(mutations, keys)
}

// kept is what is remembered of a mutation.
type kept struct {
	Status  string       `json:"status"`
	Records []keptRecord `json:"records,omitempty"`
	Error   *Problem     `json:"error,omitempty"`
}

type keptRecord struct {
	Model   string `json:"m"`
	ID      string `json:"i"`
	Version int64  `json:"v"`
	Data    bool   `json:"d,omitempty"` // it was told with its data
}

// mutate applies one mutation, or finds out what became of it earlier.
func (b *batch) mutate(a *asked) (result, error) {
	before, err := b.tx.Outcome(a.ID)
	if err != nil {
		return result{}, err
	}
	if before != nil {
		return b.repeat(a.ID, before)
	}
	m := &change{batch: b, asked: a, records: map[place]*touched{}}
	err = a.err()
	if err == nil {
		err = b.tx.Savepoint(m.run)
	}
	var k kept
	var known map[place]*touched
	clash, isClash := errors.AsType[*clash](err)
	switch p := problemOf(err); {
	case err == nil:
		k = kept{Status: applied, Records: m.kept()}
		known = m.records
	case errors.Is(err, ErrRetry):
		return result{ID: a.ID, Status: retry}, nil
	case isClash:
		k = kept{Status: conflict, Records: []keptRecord{{clash.model.Name, clash.id, 0, true}}}
	case p != nil:
		k = kept{Status: rejected, Error: p}
	default:
		return result{}, err
	}
	text, err := json.Marshal(k)
	if err == nil {
		err = b.tx.PutOutcome(&Outcome{ID: a.ID, User: b.user.ID, Client: b.client, Seen: b.now, Text: text})
	}
	if err != nil {
		return result{}, err
	}
	return b.tell(a.ID, &k, known)
}

// err is the fault of the mutation as an error.
func (a *asked) err() error {
	if a.fault == nil {
		return nil
	}
	return a.fault
}

// repeat answers a mutation that is known, with the records as they are now.
func (b *batch) repeat(id string, o *Outcome) (result, error) {
	if o.User != b.user.ID {
		return result{ID: id, Status: rejected, Error: &Problem{Code: Forbidden, Field: "id", Message: "this id is of a mutation of another user"}}, nil
	}
	k, err := parseKept(o)
	if err != nil {
		return result{}, err
	}
	return b.tell(id, k, nil)
}

func parseKept(o *Outcome) (*kept, error) {
	k := new(kept)
	if err := json.Unmarshal(o.Text, k); err != nil {
		return k, fmt.Errorf("the outcome of mutation %q: %w", o.ID, err)
	}
	return k, nil
}

// tell makes the answer of what is kept: the records have the versions that they have
// now, and their data where these are news to the client. Those in known need not be
// read again.
func (b *batch) tell(id string, k *kept, known map[place]*touched) (result, error) {
	r := result{ID: id, Status: k.Status, Error: k.Error}
	for _, kr := range k.Records {
		var row *Row
		if t := known[place{b.server.options.Schema.Model(kr.Model), kr.ID}]; t != nil {
			row = t.row
		} else {
			var err error
			if row, err = b.tx.Row(kr.Model, kr.ID); err != nil {
				return r, err
			}
		}
		r.Records = append(r.Records, b.entry(&kr, row))
	}
	return r, nil
}

func (b *batch) entry(k *keptRecord, row *Row) entry {
	e := entry{Model: k.Model, ID: json.RawMessage(k.ID)}
	switch {
	case row == nil:
		e.Gone = true
	case row.Deleted:
		e.Deleted, e.Version = true, versionText(row.Version)
	case !b.server.mayRead(b.user, k.Model, k.ID, row.Data):
		e.Gone = true
	default:
		e.Version = versionText(row.Version)
		if k.Data || row.Version != k.Version {
			e.Data = row.Data
			if m := b.server.options.Schema.Model(k.Model); m != nil {
				e.Data = fit(m, row.Data)
			}
		}
	}
	return e
}

// encoder returns the encoder for a model.
func (b *batch) encoder(m *schema.Model) *record.Encoder {
	if b.encoders[m] == nil {
		b.encoders[m] = record.NewEncoder(m)
	}
	return b.encoders[m]
}

// stamp is the time of the batch as the text of a field.
func (b *batch) stamp() []byte {
	return []byte(time.UnixMilli(b.now).UTC().Format(`"2006-01-02T15:04:05.000Z"`))
}

func fault(m *schema.Model, c code.Code, field, message string) error {
	return code.Fault(c, m.Name, field, message)
}
