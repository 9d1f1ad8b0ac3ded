//go:build !js || sdl

package sim

import (
	"container/heap"
	"fmt"
	"math/rand"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/schema"
)

// Fault is a kind of trouble that a run may meet.
type Fault int

// The kinds of trouble.
const (
	Partition Fault = iota // a profile has no network for a while
	LostRequest
	LostReply
	Twice      // the server hears a call twice
	Late       // a call takes very long
	Refused    // 503, 429, 401, or a page of HTML
	TellsReset // 409: the server does not know the checkpoint
	TabCrash
	Frozen   // the tab that syncs sleeps, another takes over, and then it wakes
	Rollback // a profile loses the last of what it wrote
	Wiped    // a profile loses everything
	ClockJump
	Full         // a profile has no room for a while
	Newer        // a profile gets a newer schema
	Rejects      // the server rejects some changes for good
	NoReferences // the server does not want references that lead nowhere
	Faults
)

var faultNames = [...]string{"partition", "lost request", "lost reply", "twice", "late", "refused", "reset", "tab crash",
	"frozen", "rollback", "wiped", "clock jump", "full", "newer schema", "rejects", "references"}

// String names the fault.
func (f Fault) String() string { return faultNames[f] }

// Config says what to run.
type Config struct {
	Seed  int64
	Steps int            // of writers; drawn from the seed when 0
	Off   map[Fault]bool // kinds of trouble that do not happen
	Trace func(string)   // is told what happens; may be nil
}

// Report says what a run met.
type Report struct {
	Faults    [Faults]int
	Steps     int
	Acked     int
	Lost      int // intents that a rollback excuses
	Applied   int // mutations on the server
	Rejected  int
	Conflicts int
	Requests  int
	Ahead     int // pulls that were asked ahead of their turn, and taken in
	Events    int
}

type event struct {
	at    int64
	order int
	run   func()
}

type events []event

func (h events) Len() int { return len(h) }
func (h events) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].order < h[j].order
}
func (h events) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *events) Push(x any)   { *h = append(*h, x.(event)) }
func (h *events) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// world is everything there is in one run.
type world struct {
	Config
	Report
	random   *rand.Rand
	now      int64
	events   events
	order    int
	has      [Faults]bool
	healed   bool
	server   *Server
	profiles []*profile
	schemas  [2]*schema.Schema
	options  store.SyncOptions
	ledger   ledger
	stop     error
}

const start = 1_800_000_000_000

func newWorld(c Config, schemas [2]*schema.Schema) *world {
	w := &world{Config: c, random: rand.New(rand.NewSource(c.Seed)), now: start, schemas: schemas, ledger: newLedger()}
	strategies := []Strategy{Merge, Strict, Last}
	w.server = NewServer(strategies[w.random.Intn(len(strategies))])
	w.server.Page = 3 + w.random.Intn(40)
	for f := range Faults {
		w.has[f] = w.random.Intn(3) == 0 && !c.Off[f]
	}
	policies := []store.Policy{store.MergeFields, store.ClientWins, store.ServerWins}
	w.options = store.SyncOptions{Policy: policies[w.random.Intn(3)], Limit: 1 + w.random.Intn(50), Batch: 1 + w.random.Intn(30), Interval: 5_000, Timeout: 20_000}
	if w.random.Intn(2) == 0 {
		w.options.Wait = 10_000
	}
	if w.random.Intn(2) == 0 {
		w.options.Models = map[string]store.SyncModel{"Post": {Priority: 2}, "Comment": {Priority: 1}}
	}
	if w.has[NoReferences] {
		w.Faults[NoReferences]++
		w.server.Parents = map[string]Parent{"Post": {"blogPostsId", "Blog"}, "Comment": {"postCommentsId", "Post"}}
	}
	if w.has[Rejects] {
		w.server.Refuse = func(o Op) string {
			for _, name := range []string{"title", "text", "name"} {
				if v := o.Data[name]; len(v) > 2 && v[len(v)-2] == '7' {
					w.Faults[Rejects]++
					return "no values that end in 7"
				}
			}
			return ""
		}
	}
	if w.Config.Steps == 0 {
		w.Config.Steps = 30 + w.random.Intn(90)
	}
	for range 1 + w.random.Intn(4) {
		w.profiles = append(w.profiles, newProfile(w, len(w.profiles)))
	}
	return w
}

// after has something happen later.
func (w *world) after(delay int64, run func()) {
	w.order++
	heap.Push(&w.events, event{w.now + max(0, delay), w.order, run})
}

// next lets the next thing happen. It returns false when there is none.
func (w *world) next() bool {
	if len(w.events) == 0 || w.stop != nil {
		return false
	}
	e := heap.Pop(&w.events).(event)
	w.now = max(w.now, e.at)
	w.Events++
	e.run()
	return true
}

// chance reports whether a fault of that kind happens now, once in n times.
func (w *world) chance(f Fault, n int) bool {
	hit := w.random.Intn(n) == 0
	if !hit || !w.has[f] || w.healed {
		return false
	}
	w.Faults[f]++
	return true
}

func (w *world) fail(format string, args ...any) {
	if w.stop == nil {
		w.stop = fmt.Errorf(format, args...)
	}
}

func (w *world) trace(format string, args ...any) {
	if w.Trace != nil {
		w.Trace(fmt.Sprintf("%8d ", w.now-start) + fmt.Sprintf(format, args...))
	}
}
