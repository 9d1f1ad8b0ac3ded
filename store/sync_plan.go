package store

import (
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
)

// Mode says which way the records of a model go.
type Mode string

// The modes, with the names that they have in JavaScript.
const (
	Full     Mode = "full" // both ways
	PullOnly Mode = "pull" // what the server says comes here; changes made here stay here
	PushOnly Mode = "push" // changes made here go to the server; what it says is not asked for
	Off      Mode = "off"  // the model is local
)

// SyncModel says how a model syncs.
type SyncModel struct {
	Mode     Mode // Full when empty
	Priority int  // models with a higher one are there first when everything is pulled
}

// syncPlan is what is done with each model, by schema.Model.Index.
type syncPlan []SyncModel

// planOf checks what the app wants. Models that it does not name, or names no mode of,
// sync as the schema says.
func planOf(s *schema.Schema, models map[string]SyncModel) (syncPlan, error) {
	plan := make(syncPlan, len(s.Models))
	for i, m := range s.Models {
		plan[i].Mode = modeOf(m)
	}
	for name, want := range models {
		m := s.Model(name)
		if m == nil {
			var names []string
			for _, m := range s.Models {
				names = append(names, m.Name)
			}
			return nil, code.Fault(code.Invalid, name, "", "is no model of the schema"+schema.DidYouMean(name, names))
		}
		switch want.Mode {
		case "":
			want.Mode = modeOf(m)
		case Full, PullOnly, PushOnly, Off:
		default:
			return nil, code.Fault(code.Invalid, name, "", "syncs full, pull, push or off, got "+code.Quote(string(want.Mode)))
		}
		plan[m.Index] = want
	}
	for i, m := range s.Models {
		if m.Join && models[m.Name].Mode == "" {
			plan[i].Mode = plan.between(m)
		}
	}
	return plan, nil
}

// modeOf is the mode of a model of which the app says nothing.
func modeOf(m *schema.Model) Mode {
	if m.Sync != "" {
		return Mode(m.Sync)
	}
	return Full
}

// between is the mode of a join model, which no schema names: that of both models
// which it joins. Where the one stays here, its records have nobody to lead to there.
func (p syncPlan) between(join *schema.Model) Mode {
	mode := Full
	for i, r := range join.Relations {
		switch other := p[r.Target.Index].Mode; {
		case other == Off || mode == Off:
			mode = Off
		case i == 0:
			mode = other
		case other != mode:
			mode = Full
		}
	}
	return mode
}

// text is the plan as JSON text, the same for equal plans.
func (p syncPlan) text(s *schema.Schema) []byte {
	w := &jsontext.Writer{Text: []byte{'['}}
	for i, m := range s.Models {
		w.Next()
		w.Add("[")
		w.String(m.Name)
		w.Next()
		w.String(string(p[i].Mode))
		w.Next()
		w.Int(p[i].Priority)
		w.Add("]")
	}
	w.Add("]")
	return w.Text
}

// readSyncPlan reads what text wrote, perhaps with another schema: a model that it
// did not have is not synced until sync begins anew.
func readSyncPlan(s *schema.Schema, text []byte) syncPlan {
	plan := make(syncPlan, len(s.Models))
	for i := range plan {
		plan[i].Mode = Off
	}
	outer := jsontext.New(text)
	for outer.BeginArray(); outer.NextElement(); {
		in := jsontext.New(outer.Raw())
		in.BeginArray()
		in.NextElement()
		m := s.Holder(string(in.String()))
		in.NextElement()
		mode := Mode(in.String())
		in.NextElement()
		priority, _ := strconv.Atoi(string(in.Number()))
		if m != nil {
			plan[m.Index] = SyncModel{mode, priority}
		}
	}
	return plan
}

func (p syncPlan) pulls(m *schema.Model) bool {
	return p[m.Index].Mode == Full || p[m.Index].Mode == PullOnly
}

func (p syncPlan) pushes(m *schema.Model) bool {
	return p[m.Index].Mode == Full || p[m.Index].Mode == PushOnly
}

// waves are the models that are pulled, those of one priority together, the highest
// first.
func (p syncPlan) waves(s *schema.Schema) [][]*schema.Model {
	var list []*schema.Model
	for _, m := range s.Models {
		if p.pulls(m) {
			list = append(list, m)
		}
	}
	mergesort.Sort(list, func(a, b *schema.Model) bool { return p[a.Index].Priority > p[b.Index].Priority })
	var waves [][]*schema.Model
	for i, m := range list {
		if i == 0 || p[m.Index].Priority != p[list[i-1].Index].Priority {
			waves = append(waves, nil)
		}
		last := &waves[len(waves)-1]
		*last = append(*last, m)
	}
	return waves
}

// wanted are the models that the next pull asks for: those of the present wave, or
// all behind the last one.
func (s *syncState) wanted(all *schema.Schema) []*schema.Model {
	waves := s.plan.waves(all)
	if s.wave < len(waves) && len(waves) > 1 {
		return waves[s.wave]
	}
	var list []*schema.Model
	for _, w := range waves {
		list = append(list, w...)
	}
	return list
}

// confirming is the round to note for a record that the answer to a push names. While a
// full resend has not begun with its model it is the round before: if the record is
// deleted until then, the resend does not name it, and no page tells of the deletion.
func (s *syncState) confirming(all *schema.Schema, m *schema.Model) int {
	if !s.resending {
		return s.round
	}
	for i, w := range s.plan.waves(all) {
		if slices.Contains(w, m) && (i > s.wave || i == s.wave && s.checkpoint == nil) {
			return s.round - 1
		}
	}
	return s.round
}
