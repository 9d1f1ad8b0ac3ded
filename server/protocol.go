package server

import "encoding/json"

// Version is the version of the protocol.
const Version = 1

// pullRequest asks for changes.
type pullRequest struct {
	Protocol   int                        `json:"protocol"`
	Schema     string                     `json:"schema"`
	Client     string                     `json:"client"`
	Checkpoint *string                    `json:"checkpoint"`
	Limit      int                        `json:"limit"`
	Models     []string                   `json:"models"`
	Scope      map[string]json.RawMessage `json:"scope"`
	Wait       float64                    `json:"wait"`
}

// pullAnswer is a page.
type pullAnswer struct {
	Changes    []entry `json:"changes"`
	Checkpoint string  `json:"checkpoint"`
	More       bool    `json:"more"`
	Reset      bool    `json:"reset,omitempty"`
}

// entry is one record as it is told of, in pages and results.
type entry struct {
	Model   string          `json:"model"`
	ID      json.RawMessage `json:"id"`
	Version string          `json:"version,omitempty"`
	Deleted bool            `json:"deleted,omitempty"`
	Gone    bool            `json:"gone,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// pushRequest brings mutations. Each is read by itself, so that one that cannot be
// read blocks none.
type pushRequest struct {
	Protocol  int               `json:"protocol"`
	Schema    string            `json:"schema"`
	Client    string            `json:"client"`
	Mutations []json.RawMessage `json:"mutations"`
}

// mutation is one transaction of a client.
type mutation struct {
	ID  string      `json:"id"`
	At  string      `json:"at"`
	Ops []operation `json:"ops"`
}

// operation is one change of a record.
type operation struct {
	Op    string          `json:"op"`
	Model string          `json:"model"`
	ID    json.RawMessage `json:"id"`
	Base  *string         `json:"base"`
	Data  json.RawMessage `json:"data"`
}

// pushAnswer has a result for each mutation, in their order.
type pushAnswer struct {
	Results []result `json:"results"`
}

// What can become of a mutation.
const (
	applied  = "applied"
	conflict = "conflict"
	rejected = "rejected"
	retry    = "retry"
)

// result is what became of one mutation.
type result struct {
	ID      string   `json:"id"`
	Status  string   `json:"status"`
	Records []entry  `json:"records,omitempty"`
	Error   *Problem `json:"error,omitempty"`
}
