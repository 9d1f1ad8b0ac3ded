// Package store is the engine of Granary: it keeps the records of an app's models
// in memory, with their relations whole, and every change in a log on a Backend.
//
// The words:
//
//   - model: a type of records, described by package schema.
//
//   - record: one instance of a model. A Record is an immutable state of it.
//
//   - commit: a change of any number of records, all or nothing. Every Save and
//     every Delete, cascade included, is one commit.
//
//   - log: the sequence of commits in storage. Commits that wait at the same time
//     go out as one entry.
//
//   - segment: the rows of one model in storage, as blocks, into which compaction
//     folds the log.
//
//   - mutation: what one commit of a store that syncs has changed, on its way to
//     the server.
//
//   - outbox: the mutations that the server has not answered yet.
//
// A verb first applies its commit in memory, where everybody sees it at once, and
// returns when the commit is in storage. A nil error means that the change is
// there and survives the end of the program. After an error nothing of it is
// there: the change was undone in memory. The one exception is an error that is
// ErrUnknownOutcome.
//
// Several stores may use one Backend's storage at the same time, as browser tabs
// do. Each is a replica of one log; a store that lost the race for the next entry
// takes in the others' commits and runs its own again on top of them.
//
// A Store is safe for concurrent use.
package store
