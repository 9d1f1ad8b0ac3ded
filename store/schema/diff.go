package schema

// Moved reports whether records may refer otherwise along r than they did in the
// schema before: the relation is new, joins other fields, leads to another model,
// or is required now. Models and fields that were only renamed are the same.
func Moved(before *Schema, r *Relation) bool {
	if before == nil {
		return true
	}
	owner, target := before.origin(r.Owner), before.origin(r.Target)
	if owner == nil || target == nil {
		return true
	}
	for _, o := range owner.Relations {
		if o.Kind == r.Kind && o.Target == target && (o.Required || !r.Required) && joins(o, r) {
			return false
		}
	}
	return true
}

// origin returns the model that m was in s.
func (s *Schema) origin(m *Model) *Model {
	if was := s.models[m.Name]; was != nil || m.Former == "" {
		return was
	}
	return s.models[m.Former]
}

// joins reports whether two relations join the same fields of the owner.
func joins(o, r *Relation) bool {
	if len(o.Fields) != len(r.Fields) {
		return false
	}
	for i := range r.Fields {
		was, is := o.Owner.Fields[o.Fields[i]], r.Owner.Fields[r.Fields[i]]
		if was.Name != is.Name && was.Name != is.Former {
			return false
		}
	}
	return true
}
