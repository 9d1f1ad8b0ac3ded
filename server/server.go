package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/granarydb/granary/store/code"
)

// Server serves the protocol. It is an http.Handler for paths that end in /pull,
// /push, /live, /health and /metrics.
type Server struct {
	options Options
	rules   *rules
	topics  *topics
	metrics *metrics
	gates   gates
	running context.Context // until Close
	stop    context.CancelFunc
	pruning sync.WaitGroup
}

// New returns a server. It begins to listen to the storage and to prune what is
// behind the horizon; Close ends that.
func New(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{options: o, rules: rulesOf(o.Schema), topics: newTopics(), metrics: newMetrics()}
	s.running, s.stop = context.WithCancel(context.Background())
	s.gates.limits = o.Limits
	s.gates.now = o.Now
	o.Storage.Listen(s.topics.wake)
	s.pruning.Go(s.pruneNowAndThen)
	return s, nil
}

// Close ends the pulls that are held and the live streams at once, so that an
// http.Server can be shut down without waiting for them. It does not close the
// storage. Calls that come later are told to come again.
func (s *Server) Close() {
	s.stop()
	s.pruning.Wait()
}

// endpoint is what one path does.
type endpoint struct {
	method string
	open   bool // everybody may call it
	serve  func(s *Server, w http.ResponseWriter, r *http.Request, u User) *Problem
}

var endpoints = map[string]endpoint{
	"pull":    {method: http.MethodPost, serve: (*Server).pull},
	"push":    {method: http.MethodPost, serve: (*Server).push},
	"live":    {method: http.MethodGet, serve: (*Server).live},
	"health":  {method: http.MethodGet, open: true, serve: (*Server).health},
	"metrics": {method: http.MethodGet, open: true, serve: (*Server).tell},
}

// Ops serves /health and /metrics alone, for an address of their own.
func (s *Server) Ops() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.route(w, r, true) })
}

// ServeHTTP serves one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.cross(w, r) {
		return
	}
	s.route(w, r, !s.options.HideOps)
}

func (s *Server) route(w http.ResponseWriter, r *http.Request, ops bool) {
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	e, ok := endpoints[name]
	if !ok || e.open && !ops {
		s.fail(w, &Problem{Code: NotFound, status: http.StatusNotFound,
			Message: "there is no such endpoint: the protocol has pull, push and live"})
		return
	}
	if r.Method != e.method && !(e.method == http.MethodGet && r.Method == http.MethodHead) {
		w.Header().Set("Allow", e.method)
		s.fail(w, &Problem{Code: Method, status: http.StatusMethodNotAllowed, Message: "/" + name + " takes " + e.method})
		return
	}
	s.call(w, r, name, e)
}

// call serves an endpoint, measures it and writes it down. Whatever goes wrong in it
// ends with this call.
func (s *Server) call(w http.ResponseWriter, r *http.Request, name string, e endpoint) {
	began := s.options.Now()
	out := &answering{ResponseWriter: w}
	var u User
	var p *Problem
	defer func() {
		if fault := recover(); fault != nil {
			s.options.Log.Error("panic", "endpoint", name, "fault", fault, "stack", string(debug.Stack()))
			p = &Problem{Code: code.Internal, status: http.StatusInternalServerError, Message: "a bug in the server: it was written down"}
		}
		if p != nil && out.status == 0 {
			s.fail(out, p)
		}
		took := s.options.Now().Sub(began)
		s.metrics.called(name, out.status, took)
		s.wrote(r, name, u, out.status, p, took)
	}()
	if !e.open {
		if u, p = s.authenticate(r); p != nil {
			return
		}
		if p = s.gates.rate(u); p != nil {
			return
		}
	}
	p = e.serve(s, out, r, u)
}

// wrote writes a call into the log: what failed here as an error, what was refused for
// reasons that are to be looked at as a warning, the rest for those who want to see all.
func (s *Server) wrote(r *http.Request, name string, u User, status int, p *Problem, took time.Duration) {
	level, attributes := slog.LevelDebug, []slog.Attr{slog.String("endpoint", name), slog.Int("status", status),
		slog.Duration("took", took), slog.String("user", u.ID), slog.String("tenant", u.Tenant)}
	if p != nil {
		level = slog.LevelInfo
		if status >= 500 {
			level = slog.LevelWarn
		}
		attributes = append(attributes, slog.String("code", string(p.Code)), slog.String("message", p.Message))
	}
	s.options.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "call", attributes...)
}

func (s *Server) authenticate(r *http.Request) (User, *Problem) {
	if s.options.Hooks.Authenticate == nil {
		return User{}, nil
	}
	u, err := s.options.Hooks.Authenticate(r)
	if err != nil {
		return User{}, refusal(err, http.StatusUnauthorized, Unauthenticated, "who calls is not known: send a valid token")
	}
	if len(u.ID) > maxUser || len(u.Tenant) > maxTenant || strings.ContainsRune(u.ID+u.Tenant, 0) {
		return User{}, &Problem{Code: code.Internal, status: http.StatusInternalServerError,
			Message: "the hook Authenticate gave an id of a user or a name of a tenant that is too long, or has a NUL in it"}
	}
	return u, nil
}

// refusal is the problem that an error of a hook stands for.
func refusal(err error, status int, c code.Code, message string) *Problem {
	if errors.Is(err, ErrRetry) {
		return busy(http.StatusServiceUnavailable, "this cannot be decided now", time.Second)
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return &Problem{Code: c, Message: message, status: status}
}

// broken is the problem that an error of storage stands for.
func (s *Server) broken(err error) *Problem {
	if p := problemOf(err); p != nil {
		return p
	}
	s.metrics.faults.Add(1)
	s.options.Log.Error("storage", "error", err.Error())
	p := busy(http.StatusServiceUnavailable, "storage does not answer: try again", time.Second)
	p.Code = code.Unavailable
	return p
}

// answer writes v as JSON.
func (s *Server) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	hurry(w)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // who went away hears nothing
}

// hurry bounds how long the answer may take to leave. A connection keeps its bound, so
// each answer sets its own.
func hurry(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(maxDownload)) // what cannot has no slow readers
}

// answering is a ResponseWriter that knows the status it was given.
type answering struct {
	http.ResponseWriter
	status int
}

func (a *answering) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController at the writer below.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }
