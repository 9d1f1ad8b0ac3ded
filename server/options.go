package server

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/granarydb/granary/store/schema"
)

// Policy is how a model's records take a change by a client that had not seen the
// last one.
type Policy int

const (
	MergeFields Policy = iota // the fields of the change are written, the others stay
	LastWrite                 // as MergeFields when the change was made after the last one, by the clients' clocks; else nothing
	Strict                    // the mutation is answered with "conflict"
)

// ParsePolicy reads "merge", "last" or "strict".
func ParsePolicy(text string) (Policy, error) {
	i := slices.Index([]string{"merge", "last", "strict"}, text)
	if i < 0 {
		return 0, fmt.Errorf(`a policy is "merge", "last" or "strict", got %q`, text)
	}
	return Policy(i), nil
}

// Options say how a server serves. Schema and Storage are needed.
type Options struct {
	Schema  *schema.Schema
	Storage Storage
	Hooks   Hooks

	// Scopes are the fields by which clients may ask for a part of the records. Those
	// of a model that has the field must have the value; other models are sent whole.
	Scopes []string

	// Policies are those of models that have another one than Policy.
	Policies map[string]Policy
	Policy   Policy

	// Accepted are the fingerprints of the schemas whose clients are served; others
	// get 426. Empty accepts all. That of Schema is always accepted.
	Accepted []string

	// Rules names the present rules of Hooks.Read. When it changes, all clients get
	// all anew.
	Rules string

	// Horizon is how long deletions are remembered. Clients that come back later get
	// all anew. 30 days when zero; below zero for ever.
	Horizon time.Duration

	// Remember is how long ids of mutations are remembered; for ever when zero. A
	// mutation that comes again later is applied again.
	Remember time.Duration

	// Origins are the origins of pages that may call: "https://app.example",
	// "http://localhost:*" for any port, "*" for any. None: those of the server's own
	// origin alone.
	Origins []string

	// HideOps leaves /health and /metrics out; Server.Ops serves them elsewhere.
	HideOps bool

	Limits Limits
	Log    *slog.Logger     // slog.Default() when nil
	Now    func() time.Time // time.Now when nil
}

func (o *Options) check() error {
	if o.Schema == nil || o.Storage == nil {
		return errors.New("a server needs Options.Schema and Options.Storage")
	}
	for name := range o.Policies {
		if o.Schema.Model(name) == nil {
			return fmt.Errorf("Options.Policies: the schema has no model %q", name)
		}
	}
	for _, name := range o.Scopes {
		if !slices.ContainsFunc(o.Schema.Models, func(m *schema.Model) bool { return m.Field(name) != nil }) {
			return fmt.Errorf("Options.Scopes: no model has a field %q", name)
		}
	}
	orElse(&o.Horizon, 30*24*time.Hour)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Limits = o.Limits.withDefaults()
	return nil
}

func (o *Options) policyOf(model string) Policy {
	if p, ok := o.Policies[model]; ok {
		return p
	}
	return o.Policy
}
