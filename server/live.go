package server

import (
	"net/http"
	"time"
)

// What goes over a live stream.
const (
	poke     = "event: poke\ndata: {}\n\n"
	stillOn  = ": still here\n\n"
	noBuffer = "no" // tells proxies to hand over each event at once
)

// live tells the client of each change, by a word that says to pull now. The first
// word comes at once, unless the client's checkpoint is the present one.
func (s *Server) live(w http.ResponseWriter, r *http.Request, u User) *Problem {
	var from *checkpoint
	if text := r.URL.Query().Get("checkpoint"); text != "" {
		c, p := parseCheckpoint(text)
		if p != nil {
			return p
		}
		from = &c
	}
	leave, p := s.gates.hold(u, &s.gates.live, s.options.Limits.Live)
	if p != nil {
		return p
	}
	defer leave()
	news := s.topics.next(u.Tenant)
	at, err := s.state(r, u)
	if err != nil {
		return s.broken(err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", noBuffer)
	w.WriteHeader(http.StatusOK)
	first := stillOn
	if from == nil || from.epoch != at.Epoch || from.version != at.Version {
		first = poke
	}
	if s.say(w, first) == nil {
		s.stream(w, r, u, at.Version, news)
	}
	return nil
}

func (s *Server) state(r *http.Request, u User) (at State, err error) {
	err = s.options.Storage.Read(r.Context(), u.Tenant, func(v View) (err error) {
		at, err = v.State()
		return err
	})
	return at, err
}

// stream says each change, until the client or the server is gone.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, u User, seen int64, news <-chan struct{}) {
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		word := poke
		select {
		case <-news:
			news = s.topics.next(u.Tenant)
		case <-alive.C:
			word = stillOn
			if at, err := s.state(r, u); err == nil && at.Version != seen {
				seen, word = at.Version, poke
			}
		case <-s.running.Done():
			return
		case <-r.Context().Done():
			return
		}
		if s.say(w, word) != nil {
			return
		}
	}
}

// say writes a word and sees that it leaves.
func (s *Server) say(w http.ResponseWriter, word string) error {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(slowReader)) // where it is not known, slow readers are not either
	if _, err := w.Write([]byte(word)); err != nil {
		return err
	}
	if word == poke {
		s.metrics.pokes.Add(1)
	}
	return control.Flush()
}
