// Package conformance checks from outside whether a server keeps to Granary's sync
// protocol, version 1. It knows the server's address and nothing else of it, so it
// checks any: ours, or one that somebody wrote in an afternoon.
//
// The server has to have the models of Schema. The kit writes records with random keys
// beside whatever is there, and takes nothing of it away.
package conformance

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Schema is the models that the server has to have, as GraphQL SDL.
//
//go:embed schema.graphql
var Schema string

// Config says what to check. URL is needed.
type Config struct {
	URL    string      // of the server: /pull, /push and /live come behind it
	Header http.Header // sent with every call
	Token  string      // sent as "Authorization: Bearer …"; without one, auth is not checked

	Fingerprint string // of the schema, sent with every call
	Outdated    string // a fingerprint that the server refuses with 426; without one that is not checked

	Patience time.Duration // that an answer may take: 15 s when zero
	Large    int           // bytes of a request that is too large for the server: 32 MiB when zero
	Only     string        // the name of the only check to run
}

// Status is how a check ended.
type Status string

// How a check can end.
const (
	Passed        Status = "passed"
	Failed        Status = "failed"
	NotApplicable Status = "not applicable" // the server does not have what the protocol leaves to it
)

// Result is how one check ended.
type Result struct {
	Name   string        `json:"name"`
	What   string        `json:"what"` // what was checked, as a promise of the server
	Status Status        `json:"status"`
	Why    string        `json:"why,omitempty"`
	Took   time.Duration `json:"took"`
}

// check is one promise of the protocol.
type check struct {
	name string
	what string
	run  func(*probe) error
}

// Names returns the names of all checks, in the order in which they run.
func Names() (names []string) {
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

// Run runs the checks, each on records of its own, and tells each result when it is
// there.
func Run(ctx context.Context, config Config, tell func(Result)) ([]Result, error) {
	if config.Patience == 0 {
		config.Patience = 15 * time.Second
	}
	if config.Large == 0 {
		config.Large = 32 << 20
	}
	var results []Result
	for _, c := range checks {
		if config.Only != "" && config.Only != c.name {
			continue
		}
		began := time.Now()
		err := c.run(newProbe(ctx, config))
		r := Result{Name: c.name, What: c.what, Status: Passed, Took: time.Since(began)}
		if absent, ok := errors.AsType[*absence](err); ok {
			r.Status, r.Why = NotApplicable, absent.why
		} else if err != nil {
			r.Status, r.Why = Failed, err.Error()
		}
		results = append(results, r)
		if tell != nil {
			tell(r)
		}
		if ctx.Err() != nil {
			return results, ctx.Err()
		}
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("there is no check %q", config.Only)
	}
	return results, nil
}

// absence ends a check of what the server does not have.
type absence struct{ why string }

func (a *absence) Error() string { return a.why }

func absent(why string) error { return &absence{why} }

var checks = []check{
	{"push-applied", "what is pushed is applied, answered with a version, and pulled as it was pushed", checkApplied},
	{"push-values", "any text comes back as it went in", checkValues},
	{"push-defaults", "an answer holds the data when the server made other data of them", checkNoSurprise},
	{"push-repeat", "a mutation that comes again is answered with \"applied\" and the present version, and changes nothing", checkRepeat},
	{"push-lost-answer", "a mutation whose answer was lost is applied once when it comes again", checkLostAnswer},
	{"push-repeat-at-once", "a mutation that comes from many sides at once is applied once", checkRepeatAtOnce},
	{"push-order", "mutations and operations are applied in their order", checkOrder},
	{"push-atomic", "the operations of a mutation are applied all or none", checkAtomic},
	{"push-poison", "a mutation that is refused does not hold up those behind it, and stays refused", checkPoison},
	{"push-malformed", "a mutation that cannot be read is refused by itself", checkMalformed},
	{"push-validation", "a value that the schema does not allow is refused, with a code and the field", checkValidation},
	{"push-merge", "changes of different fields by two clients both stay, and who was late gets the record", checkMerge},
	{"push-base-absent", "an update without a base overwrites", checkNoBase},
	{"push-strict", "a stale base is answered with \"conflict\" and the record, and nothing is written", checkStrict},
	{"push-chain", "a base that names an earlier mutation is the version which that one made", checkChain},
	{"push-delete", "a deletion is pulled as one, comes again without harm, and an update does not undo it", checkDelete},
	{"push-reference", "a reference that leads nowhere is refused, or the server keeps none", checkReference},
	{"pull-pages", "pages hold at most limit changes, each record once, oldest first, and end with more: false", checkPages},
	{"pull-resume", "a page can be asked for again, and each checkpoint goes on where its page ended", checkResume},
	{"pull-together", "one checkpoint covers all models: a record never lacks for good what it refers to", checkTogether},
	{"pull-models", "only models that were asked for are sent", checkModels},
	{"pull-null", "a pull without a checkpoint sends all that is there, and no record that is deleted", checkNull},
	{"pull-wait", "a pull that waits is answered when there is news, and when its time is over", checkWait},
	{"pull-concurrent", "who pulls while others push misses nothing, and sees no version twice", checkConcurrent},
	{"pull-scope", "a record that leaves the scope is pulled as gone", checkScope},
	{"pull-foreign-checkpoint", "a checkpoint that is none of the server's leads to a new beginning", checkForeign},
	{"live-poke", "a live stream says poke when there is news", checkLive},
	{"schema-outdated", "an app that is too old gets 426", checkOutdated},
	{"auth", "who has no token or a wrong one gets 401", checkAuth},
	{"hostile-bodies", "what is no request gets a 4xx with a code, in time", checkBodies},
	{"hostile-types", "a value of a wrong type gets a 4xx with a code, or refuses its mutation alone", checkTypes},
	{"hostile-size", "a request that is too large gets a 4xx", checkSize},
	{"hostile-cut", "a request that ends in the middle is not applied", checkCut},
	{"hostile-methods", "a wrong method or path gets a 4xx", checkMethods},
}
