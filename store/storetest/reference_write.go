package storetest

import (
	"maps"
	"reflect"
	"slices"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// written is a row that a save has put, with what it was before.
type written struct {
	model  *schema.Model
	row    Row
	before Row
}

// Save saves the records as one commit, or nothing; then it says why.
func (r *Reference) Save(puts []store.Put) store.Code {
	work := r.Clone()
	var list []written
	for _, p := range puts {
		w, c := work.put(p)
		if c != "" {
			return c
		}
		list = append(list, w)
	}
	for _, w := range list {
		if !work.refersWell(w) {
			return store.ErrReference
		}
	}
	r.rows = work.rows
	return ""
}

// put writes one record, whatever it refers to.
func (r *Reference) put(p store.Put) (written, store.Code) {
	m := r.Schema.Model(p.Model)
	w := written{model: m}
	given := record.GoValue(p.Row).(Row)
	at := r.find(m, key(m, given))
	switch {
	case at < 0:
		w.row = r.complete(m, given)
		r.Add(m.Name, w.row)
	case p.Condition != nil && !r.Match(m, r.rows[m.Name][at], p.Condition):
		return w, store.ErrConflict
	default:
		w.row = r.rows[m.Name][at]
		w.before = maps.Clone(w.row)
		r.edit(m, w.row, given, p)
	}
	return w, ""
}

func (r *Reference) complete(m *schema.Model, given Row) Row {
	row := Row{}
	for i, f := range m.Fields {
		value, ok := given[f.Name]
		switch {
		case m.Keeps(i) && (f.ReadOnly || value == nil):
			value = r.Now
		case !ok && f.Default != nil:
			value = record.GoValue(f.Default)
		}
		row[f.Name] = value
	}
	return row
}

func (r *Reference) edit(m *schema.Model, row, given Row, p store.Put) {
	before := maps.Clone(row)
	stamped := false
	for i, f := range m.Fields {
		value, ok := given[f.Name]
		if ok && !f.ReadOnly && (!p.Edited || slices.Contains(p.Changed, f.Name)) && !(m.Keeps(i) && value == nil) {
			row[f.Name] = value
			stamped = stamped || i == m.UpdatedAt
		}
	}
	if m.UpdatedAt >= 0 && !stamped && !reflect.DeepEqual(before, row) {
		row[m.Fields[m.UpdatedAt].Name] = r.Now
	}
}

// refersWell reports whether a row's references lead somewhere, or dangled before.
func (r *Reference) refersWell(w written) bool {
	for _, rel := range w.model.Relations {
		if rel.Kind != schema.BelongsTo && rel.Kind != schema.HasOne {
			continue
		}
		now := values(w.model, w.row, rel.Fields)
		if slices.Contains(now, nil) || r.find(rel.Target, now) >= 0 {
			continue
		}
		if w.before == nil || !reflect.DeepEqual(values(w.model, w.before, rel.Fields), now) {
			return false
		}
	}
	return true
}

// Clear removes everything.
func (r *Reference) Clear() { r.rows = map[string][]Row{} }

// Delete deletes what the deletion names and what belongs to it, or nothing; then
// it says why. It returns the records named.
func (r *Reference) Delete(d store.Deletion) ([]Row, store.Code) {
	m := r.Schema.Model(d.Model)
	named := r.named(m, d)
	for _, row := range named {
		if d.Condition != nil && !r.Match(m, row, d.Condition) {
			return nil, store.ErrConflict
		}
	}
	work := r.Clone()
	doomed := map[string]bool{}
	for _, row := range named {
		doomed[name(m, row)] = true
	}
	for work.doom(doomed) {
	}
	for _, owner := range r.Schema.Models {
		for _, rel := range owner.Relations {
			if rel.Kind != schema.BelongsTo && !work.spare(rel, doomed) {
				return nil, store.ErrReference
			}
		}
	}
	for _, other := range r.Schema.Models {
		work.rows[other.Name] = slices.DeleteFunc(work.rows[other.Name], func(row Row) bool { return doomed[name(other, row)] })
	}
	r.rows = work.rows
	return named, ""
}

func (r *Reference) named(m *schema.Model, d store.Deletion) []Row {
	named := []Row{}
	if d.Keys == nil {
		return r.Query(store.Query{Model: m.Name, Where: d.Where, Limit: -1})
	}
	seen := map[int]bool{}
	for _, text := range d.Keys {
		if at := r.find(m, record.GoValue(text).([]any)); at >= 0 && !seen[at] {
			seen[at] = true
			named = append(named, r.rows[m.Name][at])
		}
	}
	return named
}

// doom goes once over all pairs of records and dooms those that belong to a doomed
// one. It reports whether there were any.
func (r *Reference) doom(doomed map[string]bool) (more bool) {
	for _, owner := range r.Schema.Models {
		for _, rel := range owner.Relations {
			if rel.Kind != schema.BelongsTo && rel.OnDelete != schema.Cascade {
				continue
			}
			if rel.Kind == schema.BelongsTo && !holdsFast(rel) {
				continue
			}
			for _, row := range r.rows[owner.Name] {
				for _, target := range r.rows[rel.Target.Name] {
					if !linked(rel, row, target) {
						continue
					}
					cause, effect := name(owner, row), name(rel.Target, target)
					if rel.Kind == schema.BelongsTo {
						cause, effect = effect, cause
					}
					if doomed[cause] && !doomed[effect] {
						doomed[effect], more = true, true
					}
				}
			}
		}
	}
	return more
}

// holdsFast reports whether the owner of a belongs-to cannot be without its target,
// and no relation of the target says what becomes of it.
func holdsFast(rel *schema.Relation) bool {
	if slices.ContainsFunc(rel.Target.Relations, func(o *schema.Relation) bool {
		return o.Kind != schema.BelongsTo && o.Target == rel.Owner && slices.Equal(o.TargetFields, rel.Fields)
	}) {
		return false
	}
	return rel.Required || !slices.ContainsFunc(rel.Fields, func(f int) bool { return !rel.Owner.Fields[f].Type.Required })
}

// spare does what onDelete says for related records that stay; false when that is
// to refuse the deletion.
func (r *Reference) spare(rel *schema.Relation, doomed map[string]bool) bool {
	if rel.OnDelete == schema.Cascade {
		return true
	}
	for _, row := range r.rows[rel.Owner.Name] {
		for _, target := range r.rows[rel.Target.Name] {
			if !doomed[name(rel.Owner, row)] || doomed[name(rel.Target, target)] || !linked(rel, row, target) {
				continue
			}
			if rel.OnDelete == schema.Restrict {
				return false
			}
			if rel.Kind == schema.HasOne {
				continue
			}
			for _, f := range rel.TargetFields {
				target[rel.Target.Fields[f].Name] = nil
			}
			if i := rel.Target.UpdatedAt; i >= 0 {
				target[rel.Target.Fields[i].Name] = r.Now
			}
		}
	}
	return true
}

// name is what tells a record from all others.
func name(m *schema.Model, row Row) string {
	text, err := record.AppendGo([]byte(m.Name), key(m, row))
	if err != nil {
		panic(err)
	}
	return string(text)
}
