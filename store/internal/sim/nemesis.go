//go:build !js || sdl

package sim

import "github.com/granarydb/granary/store/internal/fault"

// trouble lets something happen to a profile, or nothing.
func (w *world) trouble() {
	p := w.profiles[w.random.Intn(len(w.profiles))]
	if len(p.tabs) == 0 || w.healed {
		return
	}
	t := p.tabs[w.random.Intn(len(p.tabs))]
	long := int64(w.random.Intn(40_000))
	switch {
	case w.chance(Partition, 6):
		w.trace("profile %d is cut off", p.number)
		p.away = true
		w.after(long, func() { p.away = false })
	case w.chance(TabCrash, 6):
		t.end()
		w.after(long/8, p.open)
	case w.chance(Frozen, 6):
		w.trace("tab %s sleeps", t.name)
		t.frozen = true
		p.elect(60)
		w.after(long, func() {
			if t.frozen = false; !t.dead && t.session != nil {
				w.trace("tab %s wakes", t.name)
				t.p.stir()
			}
		})
	case w.chance(ClockJump, 6):
		jumps := []int64{-3_600_000, 86_400_000, -86_400_000, 3_600_000}
		p.offset += jumps[w.random.Intn(len(jumps))]
	case w.chance(Full, 6):
		w.trace("profile %d is full", p.number)
		p.full = true
		w.after(long/4, func() { p.full = false })
	case w.chance(Rollback, 10):
		keep := max(0, p.medium.Writes()-w.random.Intn(12))
		w.trace("profile %d is rolled back to write %d of %d", p.number, keep, p.medium.Writes())
		p.replace(p.medium.Cut(keep), keep)
	case w.chance(Wiped, 12):
		w.trace("profile %d is wiped", p.number)
		p.replace(fault.NewMedium(), 0)
	case p.version == 0 && w.chance(Newer, 8):
		w.trace("profile %d gets a newer schema", p.number)
		p.version = 1
		p.replace(p.medium, p.medium.Writes())
	}
}

// replace closes all tabs and opens others on another medium, which has so many of
// the writes of the one before.
func (p *profile) replace(m *fault.Medium, writes int) {
	n := len(p.tabs)
	for len(p.tabs) > 0 {
		p.tabs[0].end()
	}
	if m != p.medium || writes < p.medium.Writes() {
		p.w.ledger.excuse(p, writes)
	}
	p.medium = m
	for range max(1, n) {
		p.open()
	}
	p.elect(10)
}

// heal ends all trouble.
func (w *world) heal() {
	w.healed = true
	for _, p := range w.profiles {
		p.away, p.full = false, false
		for _, t := range p.tabs {
			t.frozen = false
		}
		if len(p.tabs) == 0 {
			p.open()
		}
		p.elect(10)
		p.stir()
	}
}
