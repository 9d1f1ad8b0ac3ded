package server

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// rules are what the relations of a schema demand, and by which fields records have to
// be found for it. They are those of the engine in store/delete.go.
type rules struct {
	models map[*schema.Model]*modelRules
	print  string // of all paths
}

type modelRules struct {
	refers  []*schema.Relation // belongs-to and has-one: the other record has to be there
	entails []entailed         // what the deletion of a record has to do with
	paths   []path             // by which records of the model are found
}

// entailed is a relation by which records depend on one that goes.
type entailed struct {
	relation *schema.Relation
	model    *schema.Model // of the dependent records
	from     []int         // fields of the record that goes
	path     path          // of the dependent ones; fields nil when these are their key
	onDelete schema.OnDelete
	stays    bool // the reference stands in the record that goes: nothing is left to clear
}

// path is fields of a model by whose values records are found.
type path struct {
	name   string
	fields []int
}

func rulesOf(s *schema.Schema) *rules {
	r := &rules{models: map[*schema.Model]*modelRules{}}
	for _, m := range s.Models {
		r.models[m] = &modelRules{}
	}
	for _, m := range s.Models {
		for _, rel := range m.Relations {
			own := r.models[m]
			if rel.Kind == schema.BelongsTo || rel.Kind == schema.HasOne {
				own.refers = append(own.refers, rel)
			}
			if rel.Kind != schema.BelongsTo {
				own.entails = append(own.entails, entailed{rel, rel.Target, rel.Fields,
					r.path(rel.Target, rel.TargetFields), rel.OnDelete, rel.Kind == schema.HasOne})
			}
		}
	}
	for _, m := range s.Models {
		for _, rel := range m.Relations {
			target := r.models[rel.Target]
			covered := slices.ContainsFunc(target.entails, func(e entailed) bool {
				return e.model == m && slices.Equal(e.relation.TargetFields, rel.Fields)
			})
			if rel.Kind == schema.BelongsTo && requires(rel) && !covered {
				target.entails = append(target.entails, entailed{rel, m, rel.TargetFields, r.path(m, rel.Fields), schema.Cascade, false})
			}
		}
	}
	var names []string
	for _, m := range s.Models {
		for _, p := range r.models[m].paths {
			names = append(names, m.Name+":"+p.name)
		}
	}
	r.print = print(strings.Join(names, "\n"))
	return r
}

// requires reports whether a record cannot be without the target of a relation.
func requires(r *schema.Relation) bool {
	return r.Required || !slices.ContainsFunc(r.Fields, func(f int) bool { return !r.Owner.Fields[f].Type.Required })
}

// path notes that records of a model have to be found by these fields.
func (r *rules) path(m *schema.Model, fields []int) path {
	if slices.Equal(fields, m.Key) {
		return path{}
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = m.Fields[f].Name
	}
	p := path{print(strings.Join(names, ",")), fields}
	own := r.models[m]
	if !slices.ContainsFunc(own.paths, func(o path) bool { return o.name == p.name }) {
		own.paths = append(own.paths, p)
	}
	return p
}

// print is a short text that stands for another.
func print(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// keyOf is the values of some fields as they are linked: short in any case, and "" when
// one of them is null.
func keyOf(values [][]byte, fields []int) string {
	key := joined(values, fields)
	if len(key) > record.MaxKey {
		sum := sha256.Sum256(key)
		return hex.EncodeToString(sum[:])
	}
	return string(key)
}
