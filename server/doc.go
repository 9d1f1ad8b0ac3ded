// Package server is the other side of Granary's sync protocol: an http.Handler that
// takes a schema and keeps the records of all clients.
//
// A tenant is a set of records with a counter of its own; clients of different
// tenants never meet. Every change of a record takes the next number of its tenant's
// counter, which is the record's version; whoever takes one holds the counter until
// its transaction has ended. So versions become visible in their order, and a pull
// that asks for all after a number misses none, however slow a commit is.
//
// A mutation is one local transaction of a client: operations that are applied all
// or none, kept together with its id and its outcome in one transaction of the
// database. Said again, it is answered from what was kept.
//
// The package knows no database: Storage is what it asks of one. The packages sqlite
// and postgres are storages, storagetest holds every storage to the same suite, and
// conformance checks any server that claims the protocol.
package server
