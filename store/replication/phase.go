package replication

// Phase is what a Machine is doing.
type Phase string

// The phases, with the names that they have in JavaScript.
const (
	Waiting Phase = "waiting" // another tab syncs
	Paused  Phase = "paused"  // the app wants it so
	Away    Phase = "offline" // there is no network
	Auth    Phase = "auth"    // the server wants to know who asks
	Upgrade Phase = "upgrade" // the server wants a newer version of the app
	Backoff Phase = "backoff" // something failed and will be tried again
	Pulling Phase = "pulling"
	Pushing Phase = "pushing"
	Idle    Phase = "idle" // all is sent and known, as far as one can tell
)

// announce tells of the phase when it is another one.
func (m *Machine) announce() {
	phase := Idle
	switch {
	case !m.running:
		phase = Waiting
	case m.paused:
		phase = Paused
	case m.outdated:
		phase = Upgrade
	case m.unauth:
		phase = Auth
	case m.offline:
		phase = Away
	case m.flight.push:
		phase = Pushing
	case m.pull.failures+m.push.failures > 0:
		phase = Backoff
	case m.flight.number != 0 && !m.flight.held:
		phase = Pulling
	}
	if phase != m.phase {
		m.phase = phase
		m.do(Effect{Kind: TellPhase})
	}
}
