package store

import (
	"context"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/replication"
)

// Remote is a server that syncs; package replication has its contract.
type Remote = replication.Remote

// SyncOptions say how a store syncs. Times are milliseconds.
type SyncOptions struct {
	Models map[string]SyncModel // of models that are not to be synced fully
	Scope  []byte               // JSON text that the server is told with each pull; nil for none

	Policy    Policy                     // of conflicts; MergeFields when empty
	Policies  map[string]Policy          // of those about a model
	Conflicts map[string]ConflictHandler // for models in which the app decides

	Token func(context.Context) error // is asked for a new token when the server wants one; may be nil
	Event func(SyncEvent)             // is told what happens; must not wait for anything; may be nil

	Limit    int  // changes of one page that are asked for; 1000 when 0
	Batch    int  // mutations of one push at most; 100 when 0
	Wait     int  // how long the server may hold a pull while there is no news; 0 for not at all
	Interval int  // after which one pulls when nothing was heard; 30 s when 0
	Timeout  int  // after which a call is given up; 60 s when 0
	Deaf     bool // the Remote has no live channel
}

func (o *SyncOptions) check() error {
	if o.Limit == 0 {
		o.Limit = defaultPage
	}
	if o.Batch == 0 {
		o.Batch = defaultBatch
	}
	if o.Policy == "" {
		o.Policy = MergeFields
	}
	if o.Limit < 1 || o.Limit > replication.MaxChanges || o.Batch < 1 || o.Batch > replication.MaxResults || o.Wait < 0 || o.Interval < 0 || o.Timeout < 0 {
		return code.Fault(code.Invalid, "", "", "the limits of sync must be positive, and of a size that a server can answer")
	}
	policies := []Policy{o.Policy}
	for _, p := range o.Policies {
		policies = append(policies, p)
	}
	for _, p := range policies {
		if p != MergeFields && p != ServerWins && p != ClientWins {
			return code.Fault(code.Invalid, "", "", "a policy is merge, serverWins or clientWins, got "+code.Quote(string(p)))
		}
	}
	if o.Scope != nil {
		s := jsontext.New(o.Scope)
		if o.Scope = s.Raw(); !s.End() || len(o.Scope) > maxScope {
			return &code.Error{Code: code.Invalid, Message: "the scope must be JSON text, and short", Err: s.Err()}
		}
	}
	return nil
}

// policy returns what is done about a conflict in which the app does not decide.
func (o *SyncOptions) policy(model string) Policy {
	if p, ok := o.Policies[model]; ok {
		return p
	}
	return o.Policy
}
