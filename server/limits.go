package server

import "time"

// Limits are the bounds of a server. Zero stands for the default of each.
type Limits struct {
	Body      int64         // bytes of a request: 8 MiB
	Depth     int           // brackets open at once in a request: 64
	Mutations int           // mutations of one push: 1000
	Ops       int           // operations of one mutation: 10,000
	Cascade   int           // records that one mutation may take along: 100,000
	Page      int           // changes of one page, also when the client asks for more: 5000
	PageBytes int           // bytes of records after which a page ends: 4 MiB
	Scan      int           // changes looked at for one page, when most are not for the user: 20,000
	Wait      time.Duration // that a pull is held: 30 s
	Push      time.Duration // after which the mutations left of a push are told to come again: 10 s
	Storage   time.Duration // that a call waits for storage: 20 s
	Calls     int           // pushes and pulls under way at once, those that are held aside: 256
	Waiting   int           // pulls held at once: 10,000
	Live      int           // live streams open at once: 10,000
	PerUser   int           // pulls held and live streams of one user: 64; no bound for a user without an id
	Rate      int           // calls of one user per second, bursts of ten times that let through: 0, no bound
}

// Bounds of texts in requests, and of what the server does in between.
const (
	maxID       = 128 // bytes of ids of mutations and clients
	maxTenant   = 128 // bytes of the name of a tenant
	maxUser     = 256 // bytes of the id of a user
	maxName     = 128 // bytes of a name that is told in a message
	maxScope    = 16  // fields of a scope
	maxModels   = 1000
	maxText     = 4096 // bytes of a checkpoint
	maxPast     = 64   // former states of one record that are looked at
	pruneAtOnce = 5000 // rows that are pruned in one transaction
	scanAtOnce  = 1000 // changes read from storage at once

	maxDownload = 60 * time.Second // that an answer may take to leave
	maxUpload   = 60 * time.Second // that the body of a request may take to arrive
	keepAlive   = 15 * time.Second // between two signs of life on a live stream
	lookAgain   = 5 * time.Second  // after which who waits asks storage, in case a word was lost
	slowReader  = 10 * time.Second // that a write to a live stream may take
)

func (l Limits) withDefaults() Limits {
	orElse(&l.Body, 8<<20)
	orElse(&l.Depth, 64)
	orElse(&l.Mutations, 1000)
	orElse(&l.Ops, 10_000)
	orElse(&l.Cascade, 100_000)
	orElse(&l.Page, 5000)
	orElse(&l.PageBytes, 4<<20)
	orElse(&l.Scan, 20_000)
	orElse(&l.Wait, 30*time.Second)
	orElse(&l.Push, 10*time.Second)
	orElse(&l.Storage, 20*time.Second)
	orElse(&l.Calls, 256)
	orElse(&l.Waiting, 10_000)
	orElse(&l.Live, 10_000)
	orElse(&l.PerUser, 64)
	return l
}

func orElse[T comparable](value *T, other T) {
	var zero T
	if *value == zero {
		*value = other
	}
}
