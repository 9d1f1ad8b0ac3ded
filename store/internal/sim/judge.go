//go:build !js || sdl

package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/granarydb/granary/store/replication"
)

// Bounds of a run that is healthy.
const (
	maxQuiet    = 3_600_000 // milliseconds until all is quiet once there is no more trouble
	maxEvents   = 200_000
	maxRequests = 40 // for each step, and as many again
)

// check looks into every tab, as at any moment it may be looked into.
func (w *world) check() {
	for _, p := range w.profiles {
		for _, t := range p.tabs {
			if problems, err := t.st.Check(ctx); err != nil || len(problems) > 0 {
				w.fail("tab %s: %v %v", t.name, problems, err)
				return
			}
			t.mu.Lock()
			told := maps.Clone(t.records)
			t.mu.Unlock()
			if shown := t.shown(); !maps.Equal(shown, told) {
				w.fail("tab %s was told of %v and has %v", t.name, told, shown)
			}
		}
	}
}

// quiet reports whether there is nothing left to do.
func (w *world) quiet() bool {
	last := fmt.Sprintf("%q", fmt.Sprint(w.server.version))
	for _, p := range w.profiles {
		leads := false
		for _, t := range p.tabs {
			if t.session == nil {
				continue
			}
			leads = true
			if t.follow() {
				t.step(t.session.News())
			}
			if t.session.Pending() > 0 || string(t.session.Checkpoint()) != last {
				return false
			}
			if phase := t.session.Status().Phase; phase != replication.Idle {
				return false
			}
		}
		if !leads {
			return false
		}
	}
	return true
}

// judge asks, once all is quiet, whether everything is as was promised.
func (w *world) judge() {
	for _, p := range w.profiles {
		for _, t := range p.tabs {
			t.follow()
		}
	}
	w.check()
	w.judgeRows()
	w.judgeIntents()
	for id, n := range w.server.Applied {
		if n != 1 {
			w.fail("mutation %s had an effect %d times", id, n)
		}
	}
	w.Report.Applied = len(w.server.Applied)
	if most := maxRequests * (w.Report.Steps + 20); w.Requests > most {
		w.fail("%d requests, of at most %d", w.Requests, most)
	}
}

// judgeRows compares all tabs with the server.
func (w *world) judgeRows() {
	rows := w.server.Rows()
	for _, p := range w.profiles {
		for _, t := range p.tabs {
			shown := t.shown()
			if len(shown) != len(rows) {
				w.fail("tab %s has %v, and the server %v", t.name, slices.Sorted(maps.Keys(shown)), slices.Sorted(maps.Keys(rows)))
			}
			for at, text := range shown {
				var have map[string]json.RawMessage
				must(json.Unmarshal([]byte(text), &have))
				for field, value := range have {
					want, given := rows[at][field]
					if string(want) != string(value) && (given || string(value) != "null") {
						w.fail("tab %s has %s of %s as %s, and the server as %s", t.name, field, at, value, want)
					}
				}
			}
		}
	}
}

// judgeIntents asks where everything is that was acknowledged: it has reached the
// server, or was overtaken by what the same profile did later, or the app was told.
func (w *world) judgeIntents() {
	applied := map[string]int{}
	for _, o := range w.server.Log {
		for _, v := range o.Data {
			if len(v) > 2 && v[0] == '"' && v[1] == 't' {
				applied[strings.Trim(string(v), `"`)]++
			}
		}
	}
	said := w.ledger.said.String()
	for _, p := range w.profiles {
		for _, t := range p.tabs {
			for _, m := range t.st.Rejected() {
				said += string(m.AppendJSON(nil))
			}
		}
	}
	overtaken := map[string]int{}
	for _, i := range w.ledger.intents {
		if i.acked && (!i.excuse || applied[i.token] > 0) {
			field := i.field
			if i.whole {
				field = ""
			}
			overtaken[fmt.Sprint(i.p.number, i.at, field)] = i.serial
		}
	}
	for _, i := range w.ledger.intents {
		switch {
		case !i.acked:
			continue
		case i.excuse:
			w.Lost++
		case applied[i.token] > 0 || strings.Contains(said, `"`+i.token+`"`):
		case max(overtaken[fmt.Sprint(i.p.number, i.at, i.field)], overtaken[fmt.Sprint(i.p.number, i.at)]) > i.serial || w.ledger.wasDeleted(i.p, i.at, i.serial):
		default:
			w.fail("%s of %s was set to %s in profile %d, acknowledged, and is nowhere", i.field, i.at, i.token, i.p.number)
		}
	}
}
