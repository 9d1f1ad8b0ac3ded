package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// checkpoint is how far a client has seen what. To the client it is a text.
type checkpoint struct {
	epoch   string // of the storage
	version int64  // the last that was looked at
	floor   int64  // the last when the client had all that there was; see view.had
	view    string // a print of what was asked for and who asked
}

func (c checkpoint) String() string {
	return c.epoch + "." + versionText(c.version) + "." + versionText(c.floor) + "." + c.view
}

// parseCheckpoint reads what String wrote.
func parseCheckpoint(text string) (c checkpoint, p *Problem) {
	if len(text) > maxText {
		return c, tooLarge("checkpoint", fmt.Sprintf("may have %d bytes", maxText), maxText)
	}
	parts := strings.Split(text, ".")
	if len(parts) == 4 {
		version, wrong := strconv.ParseInt(parts[1], 10, 64)
		floor, wrongToo := strconv.ParseInt(parts[2], 10, 64)
		c = checkpoint{parts[0], version, floor, parts[3]}
		if wrong == nil && wrongToo == nil && min(version, floor) >= 0 && c.String() == text {
			return c, nil
		}
	}
	return c, &Problem{Code: Reset, Field: "checkpoint", status: http.StatusConflict,
		Message: "is none that this server gave: forget it and pull with null"}
}

// view is the part of a tenant's records that a client asks for and may see.
type view struct {
	server *Server
	user   User
	models map[string]bool   // nil for all
	scope  map[string]string // canonical JSON text by field
	print  string
}

// newView checks what is asked for.
func (s *Server) newView(r *http.Request, u User, q *pullRequest) (*view, *Problem) {
	models, p := s.models(q.Models)
	if p != nil {
		return nil, p
	}
	v := &view{server: s, user: u, models: models, scope: map[string]string{}}
	if p = v.readScope(q.Scope); p != nil {
		return nil, p
	}
	if ask := s.options.Hooks.Scope; ask != nil {
		values := map[string]any{}
		for name, text := range v.scope {
			var value any
			_ = json.Unmarshal([]byte(text), &value)
			values[name] = value
		}
		if err := ask(r.Context(), u, values); err != nil {
			return nil, refusal(err, http.StatusForbidden, Forbidden, "the scope is not for this user")
		}
	}
	text, _ := json.Marshal([]any{slices.Sorted(maps.Keys(models)), v.scope, u.Tenant, u.ID, u.Rights, s.options.Rules})
	sum := sha256.Sum256(text)
	v.print = hex.EncodeToString(sum[:8])
	return v, nil
}

// readScope reads the values of the scope's fields.
func (v *view) readScope(scope map[string]json.RawMessage) *Problem {
	if len(scope) > maxScope {
		return tooLarge("scope", fmt.Sprintf("may have %d fields", maxScope), maxScope)
	}
	for name, text := range scope {
		field := "scope." + strings.Trim(shorten(name), `"`)
		if !slices.Contains(v.server.options.Scopes, name) {
			return invalid(field, "is no field that this server takes in a scope"+schema.DidYouMean(name, v.server.options.Scopes))
		}
		value, p := scopeValue(v.server.options.Schema, name, text)
		if p != nil {
			p.Field = field
			return p
		}
		v.scope[name] = string(value)
	}
	return nil
}

// scopeValue brings a value into the form in which records have it, as the first model
// does that has the field.
func scopeValue(s *schema.Schema, name string, text json.RawMessage) ([]byte, *Problem) {
	for _, m := range s.Models {
		f := m.Field(name)
		if f == nil {
			continue
		}
		value, err := record.Canonical(text, f.Type, m.Name, name)
		if err != nil || string(value) == "null" || f.Type.List {
			return nil, &Problem{Code: code.Invalid, status: http.StatusBadRequest, Message: "must be one value of type " + f.Type.String()}
		}
		return value, nil
	}
	return nil, invalid("", "is no field of any model")
}

// has reports whether the record with these data belongs to the view.
func (v *view) has(model, id string, data []byte) bool {
	return (v.models == nil || v.models[model]) && v.inScope(model, data) && v.server.mayRead(v.user, model, id, data)
}

func (v *view) inScope(model string, data []byte) bool {
	if len(v.scope) == 0 {
		return true
	}
	m := v.server.options.Schema.Model(model)
	if m == nil {
		return false
	}
	var values [][]byte
	for name, want := range v.scope {
		f := m.Field(name)
		if f == nil {
			continue
		}
		if values == nil {
			values = valuesOf(m, data)
		}
		if string(values[f.Index]) != want {
			return false
		}
	}
	return true
}

// mayRead reports whether the user may see a record.
func (s *Server) mayRead(u User, model, id string, data []byte) bool {
	return s.options.Hooks.Read == nil || s.options.Hooks.Read(u, recordOf(model, id, data))
}
