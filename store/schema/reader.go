//go:build !js || sdl

package schema

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/granarydb/granary/store/code"
)

// Parse makes a schema of GraphQL SDL. The error, when there is one, has the code
// SCHEMA and all faults that were found, sorted by place; a definition that
// cannot be read hides only the faults inside it. Parse costs one pass over the
// text for the definitions and one over the graph; it is not included in js
// builds without the tag "sdl".
func Parse(sdl string) (*Schema, error) {
	r := &reader{
		bases: map[*ast.Source]place{}, broken: map[string]bool{}, names: map[string]*declared{},
		models: map[string]*model{}, enums: map[string]*Enum{}, types: map[string]*draftType{},
	}
	r.read(sdl)
	if len(r.faults) > 0 {
		return nil, refusal(r.sortedFaults())
	}
	s, problem := r.draft.build()
	if problem != "" {
		return nil, &code.Error{Code: code.Internal, Message: "the schema was read and does not hold together: " + problem}
	}
	return s, nil
}

// reader turns SDL into a draft and keeps the faults that it meets.
type reader struct {
	faults    []Fault
	suggested int // how many faults got a suggestion

	bases  map[*ast.Source]place // where each parsed segment begins
	broken map[string]bool       // names declared by what could not be read: uses of them are no faults
	names  map[string]*declared  // everything declared, by name
	list   []*model              // in order of declaration
	models map[string]*model
	enums  map[string]*Enum
	types  map[string]*draftType
	draft  draft
}

// declared is one definition that was taken.
type declared struct {
	def *ast.Definition
	at  place
}

// read does all the work, stopping early only where a bound was passed.
func (r *reader) read(sdl string) {
	if len(sdl) > MaxSDL {
		r.fault(place{1, 1}, "a schema may have "+itoa(MaxSDL)+" bytes, got "+itoa(len(sdl)))
		return
	}
	for i, c := range sdl {
		if c == utf8.RuneError && !strings.HasPrefix(sdl[i:], "\ufffd") {
			r.fault(advance(place{1, 1}, normalize(sdl[:i])), "the text is not UTF-8 from here on")
			return
		}
	}
	sdl = normalize(sdl)
	tokens, more := tokenize(sdl)
	if more {
		r.fault(tokens[len(tokens)-1].at, "a schema may have "+itoa(MaxTokens)+" tokens")
		return
	}
	if !r.declareAll(r.parseAll(split(sdl, tokens))) {
		return
	}
	for _, step := range []func(){
		r.readFields, r.readKeys, r.readRelations, r.joinManyToMany, r.pairAll,
		r.addForeignKeys, r.checkFormer, r.checkDeletes, r.addTimestamps, r.checkIndexes, r.checkSizes,
	} {
		step()
	}
}

// at returns the place of a position that the parser reported.
func (r *reader) at(p *ast.Position) place {
	if p == nil {
		return place{1, 1}
	}
	base, ok := r.bases[p.Src]
	if !ok {
		base = place{1, 1}
	}
	line, column := max(p.Line, 1), max(p.Column, 1)
	if line > 1 {
		return place{base.line + line - 1, column}
	}
	return place{base.line, base.column + column - 1}
}

func (r *reader) fault(at place, message string) {
	if len(r.faults) <= MaxFaults { // one more than are told, to know that there are more
		r.faults = append(r.faults, Fault{at.line, at.column, strings.ToValidUTF8(message, "\ufffd")})
	}
}

// faultNear reports message, with the nearest of candidates to name when there is
// one and not too many faults had theirs.
func (r *reader) faultNear(at place, message, name string, candidates func() []string) {
	if r.suggested < maxSuggestions {
		r.suggested++
		message += didYouMean(Nearest(name, candidates()))
	}
	r.fault(at, message)
}

func (r *reader) sortedFaults() []Fault {
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.faults[:min(len(r.faults), MaxFaults)]
}
