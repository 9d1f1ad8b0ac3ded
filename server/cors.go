package server

import (
	"net/http"
	"slices"
)

// cross tells browsers whether a page of another origin may call, and answers the
// question that they ask before. It returns whether that was all.
func (s *Server) cross(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if len(s.options.Origins) > 0 {
		w.Header().Add("Vary", "Origin")
	}
	allowed := origin != "" && (slices.Contains(s.options.Origins, "*") || slices.Contains(s.options.Origins, origin))
	if allowed {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "Retry-After")
		if !slices.Contains(s.options.Origins, "*") {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if allowed {
		h := w.Header()
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" {
			h.Set("Access-Control-Allow-Headers", wanted)
		}
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}
