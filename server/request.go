package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/granarydb/granary/store/schema"
)

// read reads the body of a request into v, and answers with a problem for whatever is
// no such request: the wrong type, too much of it, too deep, no JSON, wrong types.
func (s *Server) read(w http.ResponseWriter, r *http.Request, v any) *Problem {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &Problem{Code: MediaType, Message: "the body must be JSON: send Content-Type: application/json", status: http.StatusUnsupportedMediaType}
	}
	if r.Header.Get("Content-Encoding") != "" {
		return &Problem{Code: MediaType, Message: "the body must come as it is: send no Content-Encoding", status: http.StatusUnsupportedMediaType}
	}
	most := s.options.Limits.Body
	deadlines := http.NewResponseController(w)
	_ = deadlines.SetReadDeadline(time.Now().Add(maxUpload)) // what cannot has no slow callers
	defer func() { _ = deadlines.SetReadDeadline(time.Time{}) }()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge("", fmt.Sprintf("a request may have %d bytes: send fewer mutations at once", most), most)
	}
	if err != nil {
		return invalid("", "the body ended before it was complete: send it again")
	}
	s.metrics.received.Add(int64(len(body)))
	if !utf8.Valid(body) {
		return invalid("", "the body must be UTF-8")
	}
	if deeper(body, s.options.Limits.Depth) {
		return tooLarge("", fmt.Sprintf("JSON may be nested %d deep", s.options.Limits.Depth), int64(s.options.Limits.Depth))
	}
	return unmarshal(body, v)
}

// unmarshal reads JSON text into v.
func unmarshal(text []byte, v any) *Problem {
	err := json.Unmarshal(text, v)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return invalid(e.Field, "must be "+kindOf(e)+", got "+shorten(e.Value))
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return invalid("", fmt.Sprintf("is not JSON at byte %d: %s", e.Offset, e))
	}
	return invalid("", "is not JSON")
}

// kindOf says in words of JSON what a value had to be.
func kindOf(e *json.UnmarshalTypeError) string {
	name := e.Type.String()
	switch {
	case strings.HasPrefix(name, "int"):
		return "an integer"
	case strings.HasPrefix(name, "float"):
		return "a number"
	case strings.HasSuffix(name, "string") && !strings.HasPrefix(name, "["):
		return "a string"
	case strings.HasPrefix(name, "[]"):
		return "an array"
	}
	return "an object"
}

// deeper reports whether more brackets than that are open at once anywhere in text.
// It reads bytes and calls nothing, so no text can be too deep for it.
func deeper(text []byte, most int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// checkHead checks what every request begins with.
func (s *Server) checkHead(protocol int, fingerprint, client string) *Problem {
	switch {
	case protocol != Version:
		return invalid("protocol", fmt.Sprintf("must be %d, the version that this server speaks", Version))
	case !plain(client):
		return invalid("client", fmt.Sprintf("must be a string of at most %d letters, digits and signs of ASCII", maxID))
	case !s.accepts(fingerprint):
		return &Problem{Code: Upgrade, Field: "schema", status: http.StatusUpgradeRequired,
			Message: "this server does not take the schema " + shorten(fingerprint) + " any more: load the app anew"}
	}
	return nil
}

// plain reports whether an id is short, and of visible ASCII alone.
func plain(id string) bool {
	return len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

func (s *Server) accepts(fingerprint string) bool {
	accepted := s.options.Accepted
	return len(accepted) == 0 || fingerprint == s.options.Schema.Fingerprint || slices.Contains(accepted, fingerprint)
}

// models returns the models of those names, sorted by them; all for none.
func (s *Server) models(names []string) (map[string]bool, *Problem) {
	if len(names) > maxModels {
		return nil, tooLarge("models", fmt.Sprintf("may have %d names", maxModels), maxModels)
	}
	if len(names) == 0 {
		return nil, nil
	}
	wanted := make(map[string]bool, len(names))
	for i, name := range names {
		if s.options.Schema.Model(name) == nil {
			return nil, invalid(fmt.Sprintf("models[%d]", i), s.noModel(name))
		}
		wanted[name] = true
	}
	return wanted, nil
}

func (s *Server) noModel(name string) string {
	names := make([]string, len(s.options.Schema.Models))
	for i, m := range s.options.Schema.Models {
		names[i] = m.Name
	}
	return "the schema has no model " + shorten(name) + schema.DidYouMean(name, names)
}

// shorten is a text from outside, fit for a message.
func shorten(text string) string {
	if len(text) > maxName {
		text = strings.ToValidUTF8(text[:maxName], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}
