package replication

import "github.com/granarydb/granary/store/code"

var errTimeout = &code.Error{Code: code.Unavailable, Message: "the server did not answer in time"}

// failed says what comes of a call that failed. What was to be sent stays in the
// outbox, whatever the failure.
func (m *Machine) failed(now int64, f flight, err error) {
	own, other := &m.pull, &m.push
	if f.push {
		own, other = other, own
	} else {
		m.poked = true
	}
	if code.Of(err) == code.Stale && own.turns < maxTurns {
		own.turns++
		return // somebody else has synced: look again
	}
	refusal := RefusalOf(err)
	if refusal == nil {
		m.backOff(now, own, -1)
		if errorOfTheLine(err) {
			other.until = max(other.until, own.until) // neither will come through
		}
		return
	}
	switch {
	case refusal.Status == 401 || refusal.Status == 403:
		m.unauthorized(now, own)
	case refusal.Status == 426:
		m.outdated = true
	case refusal.reset() && m.resets == 0:
		m.resets++
		m.forgets = true
		m.do(Effect{Kind: Forget})
	case refusal.Status == 413 && f.push && m.batch > 1:
		m.batch = max(1, m.batch/2)
	case refusal.Status == 413 && f.push:
		m.do(Effect{Kind: SetAside})
		m.backOff(now, own, -1)
	default:
		m.backOff(now, own, refusal.RetryAfter)
		if refusal.Status == 429 || refusal.Status >= 500 {
			other.until = max(other.until, own.until)
		}
	}
}

// errorOfTheLine reports whether nobody knows that the server has heard: the error
// is not about what was said, nor of this side's storage.
func errorOfTheLine(err error) bool {
	switch code.Of(err) {
	case code.Protocol, code.Limit, code.Quota, code.Stale:
		return false
	}
	return true
}

// unauthorized asks for a token, and waits when a new one did not help either.
func (m *Machine) unauthorized(now int64, own *trial) {
	m.unauth = true
	if m.asked {
		m.backOff(now, own, -1) // the app can say that it has one, and this waits all the same
	}
	m.asked = true
	m.do(Effect{Kind: AskToken})
}

// backOff puts a trial off: for as long as the server says, or twice as long as
// after the failure before, half of it by chance so that clients do not come all at
// once.
func (m *Machine) backOff(now int64, t *trial, after int64) {
	delay := min(int64(defaultBackoff)<<min(t.failures, 16), maxBackoff)
	t.failures++
	if after >= 0 {
		delay = min(after, maxRetryAfter)
		t.until = now + delay + int64(m.config.Random()%uint64(delay/4+defaultBackoff))
		return
	}
	t.until = now + delay/2 + int64(m.config.Random()%uint64(delay/2+1))
}
