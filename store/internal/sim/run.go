//go:build !js || sdl

package sim

import (
	"fmt"
	"strings"

	"github.com/granarydb/granary/store/schema"
)

const blog = `
type Blog @model(timestamps: null) { id: ID! name: String posts: [Post] @hasMany }
type Post @model(timestamps: null) { id: ID! title: String text: String blog: Blog @belongsTo comments: [Comment] @hasMany }
type Comment @model(timestamps: null) { id: ID! text: String post: Post! @belongsTo NEWER }
`

// Schemas are those of the app before and after it gets newer.
func Schemas() (list [2]*schema.Schema, err error) {
	for i, more := range []string{"", "stars: Int"} {
		if list[i], err = schema.Parse(strings.Replace(blog, "NEWER", more, 1)); err != nil {
			return list, err
		}
	}
	return list, nil
}

// Run runs one world, and says what it met. The error says which promise was broken.
func Run(c Config, schemas [2]*schema.Schema) (report Report, err error) {
	w := newWorld(c, schemas)
	defer func() {
		for _, p := range w.profiles {
			for _, t := range p.tabs {
				_ = t.st.Close()
			}
		}
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		report = w.Report
	}()
	w.after(0, w.act)
	for w.Report.Steps < w.Config.Steps && w.next() && w.Events < maxEvents {
	}
	if w.stop == nil {
		w.check()
	}
	w.heal()
	until := w.now + maxQuiet
	for w.stop == nil && !w.quiet() {
		if w.now > until || w.Events > maxEvents || !w.next() {
			w.fail("it is not quiet after all: %s", w.restless())
		}
	}
	if w.stop == nil {
		w.judge()
	}
	return w.Report, w.stop
}

// act is what writers and trouble do, again and again.
func (w *world) act() {
	if w.healed {
		return
	}
	w.Report.Steps++
	w.write()
	w.trouble()
	if w.random.Intn(25) == 0 {
		w.check()
	}
	w.after(int64(w.random.Intn(2_000)), w.act)
}

func (w *world) restless() string {
	var list []string
	for _, p := range w.profiles {
		for _, t := range p.tabs {
			if t.session != nil {
				list = append(list, fmt.Sprintf("tab %s: %s, %d pending, at %s of %d", t.name, t.session.Status().Phase, t.session.Pending(), t.session.Checkpoint(), w.server.version))
			} else {
				list = append(list, fmt.Sprintf("tab %s waits", t.name))
			}
		}
	}
	return strings.Join(list, "; ")
}

// Shrink makes a run that fails simpler, as long as it fails: it leaves kinds of
// trouble out, and then steps. It returns the simplest, and how that failed.
func Shrink(c Config, schemas [2]*schema.Schema, failed error) (Config, error) {
	report, err := Run(c, schemas)
	if err == nil {
		return c, failed
	}
	c.Steps = report.Steps
	try := func(next Config) bool {
		if _, again := Run(next, schemas); again != nil {
			c, err = next, again
			return true
		}
		return false
	}
	for f := range Faults {
		next := c
		next.Off = map[Fault]bool{f: true}
		for other := range c.Off {
			next.Off[other] = true
		}
		try(next)
	}
	for cut := c.Steps / 2; cut > 0; {
		next := c
		if next.Steps -= cut; next.Steps < 1 || !try(next) {
			cut /= 2
		}
	}
	return c, err
}
