package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server/conformance"
)

type (
	object = map[string]any
	array  = []any
)

// fault is a way in which a server can be wrong. in changes what it is asked, out what
// it answers, both as JSON; either may be nil.
type fault struct {
	path string // of the calls that it is about
	in   func(object)
	out  func(asked, answered object)
}

// around makes a handler wrong.
func (f fault) around(right http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var asked object
		if err != nil || !strings.HasSuffix(r.URL.Path, f.path) || json.Unmarshal(body, &asked) != nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
			if err == nil {
				right.ServeHTTP(w, r)
			}
			return
		}
		if f.in != nil {
			f.in(asked)
			body, _ = json.Marshal(asked)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		caught := httptest.NewRecorder()
		right.ServeHTTP(caught, r)
		text := caught.Body.Bytes()
		var answered object
		if f.out != nil && caught.Code == http.StatusOK && json.Unmarshal(text, &answered) == nil {
			f.out(asked, answered)
			text, _ = json.Marshal(answered)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(caught.Code)
		_, _ = w.Write(text)
	})
}

// each calls f for every object in a member of o.
func each(o object, member string, f func(object)) {
	list, _ := o[member].(array)
	for _, element := range list {
		if inner, ok := element.(object); ok {
			f(inner)
		}
	}
}

// eachOp calls f for every operation of a push.
func eachOp(asked object, f func(op object)) {
	each(asked, "mutations", func(m object) { each(m, "ops", f) })
}

// sift keeps the changes of a page for which keep is true.
func sift(answered object, keep func(i int, change object) bool) {
	list, _ := answered["changes"].(array)
	kept := array{}
	for i, change := range list {
		if keep(i, change.(object)) {
			kept = append(kept, change)
		}
	}
	answered["changes"] = kept
}

func reverse(o object, member string) {
	if list, ok := o[member].(array); ok {
		slices.Reverse(list)
	}
}

// forgetsIDs is a server that knows no mutation again.
func forgetsIDs() fault {
	var mu sync.Mutex
	n := 0
	return fault{path: "/push",
		in: func(asked object) {
			mu.Lock()
			defer mu.Unlock()
			each(asked, "mutations", func(m object) {
				n++
				m["was"], m["id"] = m["id"], fmt.Sprint(m["id"], "-", n)
				each(m, "ops", func(op object) { // what it made before stands in nobody's way
					if op["op"] == "create" {
						op["data"].(object)["note"] = fmt.Sprint(n)
					}
				})
			})
		},
		out: func(asked, answered object) {
			list := asked["mutations"].(array)
			for i, r := range answered["results"].(array) {
				r.(object)["id"] = list[i].(object)["was"]
			}
		}}
}

// status changes what a push says of some mutations.
func status(from, to string) fault {
	return fault{path: "/push", out: func(_, answered object) {
		each(answered, "results", func(r object) {
			if r["status"] == from {
				r["status"] = to
			}
		})
	}}
}

func pulls(out func(asked, answered object)) fault { return fault{path: "/pull", out: out} }

func pushes(change func(op object)) fault {
	return fault{path: "/push", in: func(asked object) { eachOp(asked, change) }}
}

// handler replaces calls of one path.
func handler(path string, serve func(right http.Handler, w http.ResponseWriter, r *http.Request)) func(http.Handler) http.Handler {
	return func(right http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, path) {
				serve(right, w, r)
				return
			}
			right.ServeHTTP(w, r)
		})
	}
}

// whenRefused answers otherwise what the right server answers with one of the statuses.
func whenRefused(otherwise int, body string, statuses ...int) func(http.Handler) http.Handler {
	return handler("", func(right http.Handler, w http.ResponseWriter, r *http.Request) {
		caught := httptest.NewRecorder()
		if strings.HasSuffix(r.URL.Path, "/live") {
			right.ServeHTTP(w, r)
			return
		}
		right.ServeHTTP(caught, r)
		if slices.Contains(statuses, caught.Code) {
			w.WriteHeader(otherwise)
			_, _ = io.WriteString(w, body)
			return
		}
		maps.Copy(w.Header(), caught.Header())
		w.WriteHeader(caught.Code)
		_, _ = w.Write(caught.Body.Bytes())
	})
}

// broken has for each check servers that are wrong in what it is there for.
func broken() map[string][]func(http.Handler) http.Handler {
	one := func(f fault) []func(http.Handler) http.Handler { return []func(http.Handler) http.Handler{f.around} }
	seen := map[string]bool{}
	var mu sync.Mutex
	return map[string][]func(http.Handler) http.Handler{
		"push-applied": one(pulls(func(_, answered object) {
			each(answered, "changes", func(c object) { c["version"] = "another" })
		})),
		"push-values": one(pulls(func(_, answered object) {
			each(answered, "changes", func(c object) {
				if data, ok := c["data"].(object); ok && data["title"] == "" {
					data["title"] = nil
				}
			})
		})),
		"push-defaults": one(pulls(func(_, answered object) {
			each(answered, "changes", func(c object) {
				if data, ok := c["data"].(object); ok && data["note"] == nil {
					data["note"] = "stamped"
				}
			})
		})),
		"push-repeat":         one(forgetsIDs()),
		"push-lost-answer":    one(forgetsIDs()),
		"push-repeat-at-once": one(forgetsIDs()),
		"push-order": one(fault{path: "/push",
			in:  func(asked object) { each(asked, "mutations", func(m object) { reverse(m, "ops") }) },
			out: nil}),
		"push-atomic": one(fault{path: "/push", // it leaves out what it cannot apply
			in: func(asked object) {
				each(asked, "mutations", func(m object) {
					if ops, ok := m["ops"].(array); ok && len(ops) == 3 {
						m["ops"] = array{ops[0]}
					}
				})
			},
			out: func(_, answered object) { each(answered, "results", func(r object) { r["status"] = "rejected" }) }}),
		"push-poison": {
			status("rejected", "applied").around,
			fault{path: "/push", out: func(_, answered object) {
				stop := false
				each(answered, "results", func(r object) {
					if stop {
						r["status"] = "retry"
					}
					stop = stop || r["status"] == "rejected"
				})
			}}.around,
		},
		"push-malformed": one(status("rejected", "retry")),
		"push-validation": one(fault{path: "/push", out: func(_, answered object) {
			each(answered, "results", func(r object) { delete(r, "error") })
		}}),
		"push-merge": one(pushes(func(op object) { // it writes whole records
			data, ok := op["data"].(object)
			if ok && op["op"] == "update" && op["model"] == "Item" && data["title"] == nil {
				data["title"] = "old"
			}
		})),
		"push-base-absent": one(pushes(func(op object) {
			if op["base"] == nil && op["op"] == "update" {
				op["base"] = "0"
			}
		})),
		"push-strict": one(fault{path: "/push", // it says conflict and writes
			in: func(asked object) {
				eachOp(asked, func(op object) {
					if data, ok := op["data"].(object); ok && data["text"] == "stale" {
						delete(op, "base")
					}
				})
			},
			out: func(asked, answered object) {
				eachOp(asked, func(op object) {
					if data, ok := op["data"].(object); ok && data["text"] == "stale" {
						each(answered, "results", func(r object) { r["status"] = "conflict" })
					}
				})
			}}),
		"push-chain": one(pushes(func(op object) {
			if base, ok := op["base"].(string); ok && strings.HasPrefix(base, "@") {
				op["base"] = "0"
			}
		})),
		"push-delete": {
			pulls(func(_, answered object) {
				sift(answered, func(_ int, c object) bool { return c["deleted"] == nil })
			}).around,
			pushes(func(op object) { // an update brings it back
				if op["op"] == "update" {
					op["op"] = "create"
				}
			}).around,
		},
		"push-reference": one(pulls(func(_, answered object) { // the Part is still there
			each(answered, "changes", func(c object) {
				if c["model"] == "Part" && c["deleted"] == true {
					delete(c, "deleted")
					c["data"] = object{}
				}
			})
		})),
		"pull-pages": {
			pulls(func(_, answered object) { reverse(answered, "changes") }).around,
			pulls(func(_, answered object) { // a torn page
				n := len(answered["changes"].(array))
				sift(answered, func(i int, _ object) bool { return i == 0 || i < n-1 })
			}).around,
			fault{path: "/pull", in: func(asked object) { delete(asked, "limit") }}.around,
			pulls(func(_, answered object) { answered["more"] = false }).around,
		},
		"pull-resume": one(pulls(func(asked, answered object) { // what was sent is not sent again
			mu.Lock()
			defer mu.Unlock()
			sift(answered, func(_ int, c object) bool {
				key := fmt.Sprint(c["id"], c["version"])
				before := seen[key]
				seen[key] = true
				return !before
			})
		})),
		"pull-together": one(pulls(func(_, answered object) {
			items := map[any]bool{}
			each(answered, "changes", func(c object) { items[c["id"]] = c["model"] == "Item" })
			sift(answered, func(_ int, c object) bool {
				data, _ := c["data"].(object)
				return c["model"] != "Part" || !items[data["itemId"]]
			})
		})),
		"pull-models": one(fault{path: "/pull", in: func(asked object) { delete(asked, "models") }}),
		"pull-null": one(pulls(func(asked, answered object) {
			if asked["checkpoint"] == nil {
				sift(answered, func(int, object) bool { return false })
			}
		})),
		"pull-wait": {
			fault{path: "/pull", in: func(asked object) { // it looks once and then waits
				if wait, _ := asked["wait"].(float64); wait > 0 {
					delete(asked, "wait")
					asked["waited"] = wait
				}
			}, out: func(asked, answered object) {
				if wait, _ := asked["waited"].(float64); len(answered["changes"].(array)) == 0 {
					time.Sleep(time.Duration(wait * float64(time.Second)))
				}
			}}.around,
		},
		"pull-concurrent": one(pulls(func(_, answered object) {
			mu.Lock()
			defer mu.Unlock()
			sift(answered, func(int, object) bool {
				seen["n"] = !seen["n"]
				return len(seen) > 0 && seen["n"]
			})
		})),
		"pull-scope": {
			pulls(func(_, answered object) {
				sift(answered, func(_ int, c object) bool { return c["gone"] == nil })
			}).around,
			fault{path: "/pull", in: func(asked object) { delete(asked, "scope") }}.around,
		},
		"pull-foreign-checkpoint": {
			whenRefused(http.StatusOK, `{"changes": [], "checkpoint": "1", "more": false}`, http.StatusConflict),
			whenRefused(http.StatusInternalServerError, `oh`, http.StatusConflict),
		},
		"live-poke": {handler("/live", func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})},
		"schema-outdated": one(fault{path: "", in: func(asked object) { delete(asked, "schema") }}),
		"auth": {handler("", func(right http.Handler, w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Authorization", "Bearer "+token)
			right.ServeHTTP(w, r)
		})},
		"hostile-bodies":  {whenRefused(http.StatusInternalServerError, `{}`, http.StatusBadRequest), whenRefused(http.StatusBadRequest, `bad`, http.StatusRequestEntityTooLarge)},
		"hostile-types":   {whenRefused(http.StatusInternalServerError, `{}`, http.StatusBadRequest)},
		"hostile-size":    {whenRefused(http.StatusInternalServerError, `{}`, http.StatusRequestEntityTooLarge)},
		"hostile-methods": {whenRefused(http.StatusOK, `{}`, http.StatusMethodNotAllowed)},
		"hostile-cut": {handler("/push", func(right http.Handler, w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body) // it makes the best of what it got
			if err != nil || !json.Valid(body) {
				body = mended(body)
			}
			// The client is gone by then; the server goes on.
			again, _ := http.NewRequest(r.Method, r.URL.Path, bytes.NewReader(body))
			again.Header = r.Header
			right.ServeHTTP(w, again)
		})},
	}
}

// mended closes what a cut text left open.
func mended(text []byte) []byte {
	for _, end := range []string{"}", "]}", "}]}", "}}]}]}"} {
		if try := append(slices.Clone(text), end...); json.Valid(try) {
			return try
		}
	}
	return text
}

func TestChecks_EachFindsAServerThatIsWrong(t *testing.T) {
	servers := broken()
	for _, name := range conformance.Names() {
		require.NotEmpty(t, servers[name], "no server is wrong for %s", name)
		for i, around := range servers[name] {
			t.Run(fmt.Sprint(name, "/", i+1), func(t *testing.T) {
				t.Parallel()
				config := serve(t, inSQLite(t), around)
				config.Only, config.Patience = name, 5*time.Second
				results, err := conformance.Run(t.Context(), config, nil)
				require.NoError(t, err)
				require.Len(t, results, 1)
				require.Equal(t, conformance.Failed, results[0].Status, results[0].Why)
				t.Log(results[0].Why)
			})
		}
	}
}
