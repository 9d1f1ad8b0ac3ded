// Package replication is the part of sync that needs neither a store nor a network:
// the shapes of the protocol, which what a server says is read into strictly and
// within bounds, and the Machine that decides what to do next.
//
// The words:
//
//   - remote: the server side, behind the interface Remote.
//   - mutation: what one local commit changed, on its way to the server.
//   - outbox: the mutations that the server has not answered yet, in order.
//   - checkpoint: a value that only the server understands, up to which its changes
//     are known here.
//   - version: of one record, likewise.
//   - page: the answer to one pull.
//
// A Machine is Step(now, event) → effects. It starts no goroutine, waits for
// nothing, asks no clock and makes no random numbers of its own, so a simulation can
// run any number of them in any order of events.
package replication
