package server

import (
	"context"
	"encoding/json"
	"net/http"
)

// User is who calls.
type User struct {
	ID     string // "" is a user like any other, for apps that know only one
	Tenant string // whose records the user shares
	// Rights changes whenever what the user may read changes for another reason than a
	// change of the records themselves, such as a new role. The client then gets all
	// anew, and loses what is not for it any more.
	Rights string
	Claims any // the app's own
}

// Hooks are what an app decides. Those that are nil let everything through.
type Hooks struct {
	// Authenticate tells who calls. An error is answered with 401; a *Problem with
	// FORBIDDEN with 403, and ErrRetry with 503.
	Authenticate func(r *http.Request) (User, error)

	// Scope says whether a user may ask for a scope. Its values are as encoding/json
	// gives them. An error is answered with 403.
	Scope func(ctx context.Context, u User, scope map[string]any) error

	// Read says whether a user may see a record. It must decide by the user and the
	// record alone, and the same each time; see User.Rights and Options.Rules.
	Read func(u User, r Record) bool

	// Write says whether a user may make a change. A *Problem, as Forbid returns,
	// refuses the mutation for good; any other error, such as ErrRetry, lets the client
	// try again. It is not asked about what the schema entails: cascades and the like.
	Write func(ctx context.Context, u User, c Change) error
}

// Change is one operation as it is going to be.
type Change struct {
	Op     string // "create", "update" or "delete"
	Before Record // Data is nil when there was none
	After  Record // Data is nil when there is none any more
}

// Record is a record as hooks see it.
type Record struct {
	Model string
	ID    json.RawMessage // the key; an array when it has several fields
	Data  json.RawMessage // all fields

	fields *map[string]any
}

func recordOf(model, id string, data []byte) Record {
	return Record{Model: model, ID: json.RawMessage(id), Data: data, fields: new(map[string]any)}
}

// Get returns the value of a field as encoding/json gives it, nil when there is none.
func (r Record) Get(field string) any {
	if r.fields == nil || r.Data == nil {
		return nil
	}
	if *r.fields == nil {
		_ = json.Unmarshal(r.Data, r.fields)
	}
	return (*r.fields)[field]
}

// Text returns the value of a field that is a string, "" for any other.
func (r Record) Text(field string) string {
	text, _ := r.Get(field).(string)
	return text
}
