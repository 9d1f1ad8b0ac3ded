package server

import (
	"net/http"
	"slices"
	"strings"
)

// cross tells browsers whether a page of another origin may call, and answers the
// question that they ask before. It returns whether that was all.
func (s *Server) cross(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if len(s.options.Origins) > 0 {
		w.Header().Add("Vary", "Origin")
	}
	allowed := origin != "" && slices.ContainsFunc(s.options.Origins, func(o string) bool { return matches(o, origin) })
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

// matches reports whether an origin is the one that is meant: "*" is any, and a port may
// be "*", which is none as well.
func matches(meant, origin string) bool {
	if site, any := strings.CutSuffix(meant, ":*"); any {
		port, ok := strings.CutPrefix(origin, site)
		return ok && (port == "" || port[0] == ':' && strings.Trim(port[1:], "0123456789") == "")
	}
	return meant == "*" || meant == origin
}
