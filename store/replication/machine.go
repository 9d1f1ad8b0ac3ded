package replication

import "github.com/granarydb/granary/store/code"

// Config says how a Machine goes about it. Times are milliseconds.
type Config struct {
	Random   func() uint64
	Live     bool  // the Remote may have a live channel
	Wait     int64 // how long the server may hold a pull while there is no news; 0 for not at all
	Interval int64 // after which one pulls when nothing was heard; 30 s when 0
	Timeout  int64 // after which a call is given up; 60 s when 0
	Batch    int   // mutations of one push
}

// EventKind says what has happened.
type EventKind uint8

// What can happen to a Machine.
const (
	Tick       EventKind = iota // the time of the last SetTimer has come, or any other
	Begin                       // it is this client's turn to sync
	End                         // it is no longer
	Wrote                       // there may be something in the outbox
	Pulled                      // the page of a pull is in, or failed
	Pushed                      // the answer to a push is in, or failed
	Poke                        // the server has news
	LiveOpened                  // the live channel is there
	LiveClosed                  // it has ended, or could not be opened
	Online                      // the platform says that there is a network
	Offline                     // it says that there is none
	Pause                       // the app wants no calls
	Resume                      // it wants them again
	SyncNow                     // it wants one at once, whatever the Machine waits for
	Authorized                  // the app may have a new token
	Anew                        // the checkpoint was forgotten: everything is to be pulled
)

// Event is something that has happened.
type Event struct {
	Kind   EventKind
	Number uint64 // of Pulled and Pushed: that of the effect which they answer
	More   bool   // of Pulled: there is another page
	News   bool   // of Pulled: the page changed something
	Left   int    // of Pushed, Begin and Wrote: mutations in the outbox
	Moved  bool   // of Pushed: the outbox has become shorter or other
	Err    error
}

// EffectKind says what is to be done.
type EffectKind uint8

// What a Machine can ask for.
const (
	DoPull     EffectKind = iota // pull a page, take it in, and tell with Pulled
	DoPush                       // push up to Limit mutations, take in the answer, and tell with Pushed
	Cancel                       // give up the call of that number; its outcome is of no interest
	SetTimer                     // tick at that time, and at no earlier one that was set
	OpenLive                     // open the live channel
	CloseLive                    // close it
	AskToken                     // let the app renew its token, and tell with Authorized
	Forget                       // forget the checkpoint, and tell with Anew
	SetAside                     // take the oldest mutation out of the outbox: it is too large for the server
	TellPhase                    // the phase is another one
	TellCaught                   // all pages there are were pulled, once more
)

// Effect is something to be done.
type Effect struct {
	Kind   EffectKind
	Number uint64
	Limit  int   // of DoPush
	Wait   int64 // of DoPull
	At     int64 // of SetTimer; -1 for never
}

// Machine decides what a client does next. It has one call to the server under way
// at most, besides the live channel, so that what it takes in is always newer than
// what it has. Pulls and pushes alternate while there is much of both. It is not
// safe for concurrent use.
type Machine struct {
	config  Config
	phase   Phase
	effects []Effect

	running  bool
	paused   bool
	offline  bool
	unauth   bool // waits for a token
	asked    bool // for a token, since a call last succeeded
	outdated bool // waits for another version of the app
	forgets  bool // waits until the checkpoint is forgotten

	number  uint64
	flight  flight
	pull    trial
	push    trial
	poked   bool // pull once more
	more    bool // there is another page
	pushed  bool // the last call was a push
	left    int  // mutations in the outbox
	batch   int  // mutations of the next push
	resets  int  // in a row
	caught  bool // pulled to the end once
	next    int64
	unheld  bool // the server does not hold pulls
	channel channel
	timer   int64
	last    int64 // time of the last Step
}

// flight is the call under way; none when its number is 0.
type flight struct {
	number   uint64
	push     bool
	held     bool // a pull that the server may hold
	since    int64
	deadline int64
}

// trial is how a kind of call fares.
type trial struct {
	failures int
	turns    int   // that came to nothing though nothing failed
	until    int64 // not before that time
}

// channel is the live channel.
type channel struct {
	opening, open, absent bool
	since                 int64 // when it was opened
	trial
}

// NewMachine returns a Machine that waits to Begin.
func NewMachine(c Config) *Machine {
	if c.Interval <= 0 {
		c.Interval = defaultInterval
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Batch <= 0 {
		c.Batch = 100
	}
	return &Machine{config: c, phase: Waiting, batch: c.Batch, timer: -1}
}

// Phase returns what the Machine is doing.
func (m *Machine) Phase() Phase { return m.phase }

// Retries returns how often in a row the worse of pulls and pushes has failed.
func (m *Machine) Retries() int { return max(m.pull.failures, m.push.failures) }

// Step takes in an event and returns what is to be done, in order. The result is
// good until the next Step.
func (m *Machine) Step(now int64, e Event) []Effect {
	m.effects = m.effects[:0]
	if now < m.last {
		m.shift(now - m.last) // the clock was set back
	}
	m.last = now
	m.hear(now, e)
	m.decide(now)
	m.announce()
	return m.effects
}

// shift moves all that the Machine waits for.
func (m *Machine) shift(by int64) {
	for _, t := range [...]*int64{&m.flight.since, &m.flight.deadline, &m.pull.until, &m.push.until, &m.channel.until, &m.next} {
		*t += by
	}
}

func (m *Machine) do(e Effect) { m.effects = append(m.effects, e) }

// hear notes what has happened.
func (m *Machine) hear(now int64, e Event) {
	switch e.Kind {
	case Tick:
		m.timer = -1 // it has come, though clocks may differ about whether it was time
	case Begin:
		m.running, m.poked, m.left = true, true, e.Left
	case End:
		m.running = false
	case Wrote:
		if m.left = e.Left; m.left == 0 && !m.flight.push {
			m.push = trial{} // another tab has sent it
		}
	case Pulled, Pushed:
		if e.Number == m.flight.number && e.Number != 0 {
			m.ended(now, e)
		}
	case Poke:
		m.poked = true
		m.next = now + m.config.Interval
	case LiveOpened:
		m.channel.opening, m.channel.open, m.channel.since = false, true, now
		m.poked = true // what was told meanwhile
	case LiveClosed:
		m.channelEnded(now, e.Err)
	case Online, Offline:
		m.offline = e.Kind == Offline
		m.impatient()
		m.poked = m.poked || !m.offline
	case Pause:
		m.paused = true
	case Resume, SyncNow, Authorized:
		m.paused = m.paused && e.Kind == Authorized
		if m.unauth = false; e.Kind != Authorized {
			m.impatient()
			m.asked, m.poked = false, true
		}
	case Anew:
		m.poked, m.more, m.forgets = true, false, false
	}
}

// impatient forgets what was waited for.
func (m *Machine) impatient() { m.pull.until, m.push.until, m.channel.until = 0, 0, 0 }

// ended notes the outcome of the call under way.
func (m *Machine) ended(now int64, e Event) {
	f := m.flight
	m.flight = flight{}
	if e.Err != nil {
		m.failed(now, f, e.Err)
		return
	}
	m.asked, m.resets = false, 0
	m.pushed = f.push
	if f.push {
		m.pushEnded(now, e)
		return
	}
	m.pull = trial{}
	m.more = e.More
	m.next = now + m.config.Interval
	if m.more {
		return
	}
	m.unheld = f.held && !e.News && now-f.since < min(quickAnswer, m.config.Wait/2)
	m.caught = true
	m.do(Effect{Kind: TellCaught})
}

func (m *Machine) pushEnded(now int64, e Event) {
	m.left = e.Left
	m.batch = min(m.config.Batch, m.batch*2)
	if e.Moved || m.left == 0 {
		m.push = trial{}
		m.poked = m.poked || !m.channel.open && m.config.Wait == 0 && m.left == 0
		return
	}
	m.backOff(now, &m.push, -1) // the server keeps it for later
}

// decide starts what can be started, ends what must, and sets the timer.
func (m *Machine) decide(now int64) {
	m.expire(now)
	if !m.running || m.paused || m.outdated || m.unauth || m.offline {
		m.cancel()
		m.closeLive()
		m.setTimer(-1)
		return
	}
	if m.flight.held && m.flight.number != 0 && (m.poked || m.wantsPush(now)) {
		m.cancel()
	}
	if m.flight.number == 0 && !m.forgets {
		m.start(now)
	}
	m.openLive(now)
	m.setTimer(m.soonest(now))
}

// expire gives up a call that takes too long.
func (m *Machine) expire(now int64) {
	f := m.flight
	if f.number == 0 || now < f.deadline {
		return
	}
	m.cancel()
	if f.held {
		return // the server holds longer than it was asked to; ask again
	}
	m.failed(now, f, errTimeout)
}

func (m *Machine) wantsPush(now int64) bool { return m.left > 0 && now >= m.push.until }

// start starts the next call, if there is one to make.
func (m *Machine) start(now int64) {
	pulls := now >= m.pull.until && (m.poked || m.more || now >= m.next)
	if m.wantsPush(now) && !(pulls && m.pushed) {
		m.fly(now, true, 0)
		return
	}
	if pulls {
		m.poked = m.poked && m.more // what was told of amid the pages may be in those before
		m.fly(now, false, 0)
	} else if m.holds() && now >= m.pull.until {
		m.fly(now, false, m.config.Wait)
	}
}

// holds reports whether the server is to hold the next pull.
func (m *Machine) holds() bool { return m.config.Wait > 0 && !m.unheld && !m.channel.open }

func (m *Machine) fly(now int64, push bool, wait int64) {
	m.number++
	m.flight = flight{number: m.number, push: push, held: wait > 0, since: now, deadline: now + m.config.Timeout + wait}
	if push {
		m.do(Effect{Kind: DoPush, Number: m.number, Limit: m.batch})
	} else {
		m.do(Effect{Kind: DoPull, Number: m.number, Wait: wait})
	}
}

func (m *Machine) cancel() {
	if m.flight.number == 0 {
		return
	}
	m.do(Effect{Kind: Cancel, Number: m.flight.number})
	m.poked = m.poked || !m.flight.push && !m.flight.held
	m.flight = flight{}
}

// openLive opens the live channel when it is time: once everything was pulled, so
// that it need not bring all of that. Pulls never wait for it.
func (m *Machine) openLive(now int64) {
	c := &m.channel
	if m.config.Live && m.caught && !c.open && !c.opening && !c.absent && now >= c.until {
		c.opening = true
		m.do(Effect{Kind: OpenLive})
	}
}

func (m *Machine) closeLive() {
	if m.channel.open || m.channel.opening {
		m.channel.open, m.channel.opening = false, false
		m.do(Effect{Kind: CloseLive})
	}
}

func (m *Machine) channelEnded(now int64, err error) {
	c := &m.channel
	if !c.open && !c.opening {
		return // it was closed here
	}
	if c.open && now-c.since >= steady {
		c.trial = trial{}
	}
	c.open, c.opening = false, false
	c.absent = code.Of(err) == ErrNoLive
	m.backOff(now, &c.trial, -1)
}

// soonest returns when something is to be done if nothing happens before.
func (m *Machine) soonest(now int64) int64 {
	at := int64(-1)
	sooner := func(t int64) {
		if t > now && (at < 0 || t < at) {
			at = t
		}
	}
	if m.flight.number != 0 {
		sooner(m.flight.deadline)
	} else {
		sooner(max(m.next, m.pull.until))
		if m.poked || m.more || m.holds() {
			sooner(m.pull.until)
		}
		if m.left > 0 {
			sooner(m.push.until)
		}
	}
	if m.config.Live && m.caught && !m.channel.open && !m.channel.opening && !m.channel.absent {
		sooner(m.channel.until)
	}
	return at
}

func (m *Machine) setTimer(at int64) {
	if at != m.timer {
		m.timer = at
		m.do(Effect{Kind: SetTimer, At: at})
	}
}
