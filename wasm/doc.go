//go:build js && wasm

// Command wasm is the engine as a WebAssembly module: it translates between the
// bytes of the page and package store, and knows no rule of the domain.
//
// # Calls
//
// The page calls the exports below with 32-bit integers. Bytes go in through one
// input buffer and come out through one output buffer; both are valid until the next
// call, and the page must take a fresh view of memory for each call. Where they are say
// three 32-bit numbers in memory, at the address that granary_places gives: the address
// of the input buffer, its length, the address of the output buffer.
//
// An export that answers at once returns the length of what stands in the output
// buffer, n >= 0. When it fails it returns -1-n, and the buffer holds an error of
// n bytes: {"code","message","op"?,"model"?,"field"?,"details"?}; details are a list of
// {"line","column","message"} with SCHEMA, {"line"} of an import.
//
// An export that takes an op starts something that ends later. It returns 0, or
// -1-n when it failed at once (then nothing more is heard of the op). Otherwise
// the engine later calls the import settle(op, status, address, length): status 0
// with the result, status 1 with an error. The bytes are valid during that call
// only. After such an export the page must kick the engine once per microtask:
// goroutines that the export left behind run at the next event that enters Go. An op
// with 2²⁹ added asks of a commit no more than that it be with the operating system before
// it is settled, with 2³⁰ that it be on the medium, whatever the store does otherwise.
//
//	granary_places() → address               where the buffers are told of
//	granary_input(length)                    makes room for so many bytes of input
//
//	granary_open(op, length)                 {"name","schema": SDL text or compiled object,"storage"?:"indexeddb"|"memory","strict":bool,"preload"?:"all"|"none"|bytes,"onDamage":"fail"|"repair"};
//	                                         without storage memory will do where there is no IndexedDB
//	                                         → {"store":handle,"storage":"…","schema":compiled schema,"migration"?}
//	                                         With "version": the version of the app's records, 1 without; "migrate": the versions
//	                                         that the page has functions for. With a migration {"transaction","steps":[version, …]}
//	                                         the store is not open yet: the page runs the functions of the steps within that
//	                                         transaction, which takes the verb 9, old: the name of a model as JSON → [record, …]
//	granary_migrated(store, op, failed)      all functions were run → {} when the store is open; {"migration"} when they must be
//	                                         run again. When one of them failed, the store is given up
//	granary_construct(store, model, length)  {field: value, …} → the row as JSON: defaults, key and nulls filled in; nothing is stored
//	granary_save(store, op, length)          one commit; for each record four lines, each ended by a line break: model; the values of
//	                                         all fields as an array in the order of the schema; nothing, or the names of the fields
//	                                         that were edited; nothing, or a predicate as condition
//	                                         → numbers: the version that the commit gave the rows it changed, epoch, then row and
//	                                         present version of each record, in order; version 0 for one that somebody deleted since
//	granary_insert(store, op, model, length) [[value, …], …]: one commit of new records of one model, each the values of all
//	                                         fields in the order of the schema → nothing
//	granary_delete(store, op, length)        [{"model", "keys": [[…], …]} or {"model", "where": predicate}, both with "condition"?, …]:
//	                                         one commit with one cascade; model, here and in queries: the name, or the position
//	                                         in the schema
//	                                         → [row, …] as JSON: the records that were matched, without those of the cascade;
//	                                         [] when there were several deletions
//	granary_connect(store, op, model, relation, length)
//	                                         {"remove", "values", "keys": [[…], …]}: connects the record whose fields of a many-to-many
//	                                         relation have those values with those of the far side that have those keys, or
//	                                         parts them → nothing
//	granary_begin(store)                     → number of a transaction, as one number
//	granary_within(transaction, verb, model, relation, length)
//	                                         a verb within it: 0 save, 1 insert, 2 delete, 3 query, 4 count, 5 get, 6 related,
//	                                         7 connect, 8 group (the relation's place has its verb), each with the input of the
//	                                         export of that name → [row, …] as JSON, the rows saved, matched or found;
//	                                         {"count": n}; groups
//	granary_commit(transaction, op)          → nothing
//	granary_rollback(transaction)            forgets it, committed or not; fails with CONFLICT when others have changed what it had
//	                                         read, so that trying again makes sense
//	granary_query(store, length)             {"model", "where"?, "sort"?: [["field","ASCENDING"|"DESCENDING"], …], "page"?, "limit"?}
//	                                         → numbers: epoch, then row and version of each record
//	                                         With "include": [{"relation", as above}, …], and perhaps "key" instead of the others
//	                                         → numbers: how many models occur; for each its position, how many rows, epoch, row and
//	                                         version of each; then the level of the query: how many records, the place of each among
//	                                         its model's rows; for each relation included its level, the same way, and for each
//	                                         record above how many it leads to, and their places in the level
//	granary_get(store, model, peeks, length) key as an array of values → numbers: epoch, then row and version, or epoch alone; behind
//	                                         a row the JSON array of its values; with peeks 1 nothing at all when the model is not in
//	                                         memory: granary_peek answers then
//	granary_related(store, model, relation, length)
//	                                         values of the relation's own fields as an array → numbers as granary_query; for many-to-many
//	                                         the records of the far side
//	granary_rows(store, model, length)       numbers: rows → the values of each, in order, as record.Layout.AppendPacked writes them; also in the turn in
//	                                         which the store was closed
//	granary_count(store, length)             as granary_query → {"count": n}
//	granary_group(store, verb, length)       {"model", "by"?: [field, …], "sum"?, "avg"?, "min"?, "max"?: the same, "where"?, "sort"?, "page"?,
//	                                         "limit"?}, the sort by fields of "by", "count()", "sum(field)", …; verb: 0 groupBy, 1 sum,
//	                                         2 avg, 3 min, 4 max → [{"key": {field: value}, "count", "sum"?: {field: number}, …}, …]
//	granary_live(store, length)              as granary_query → numbers: the number of the live query, how many records match,
//	                                         epoch, then row and version of each record of the window; with "include"
//	                                         instead of those what granary_query answers
//	granary_live_groups(store, length)       as granary_group → the number of the live query, as one number
//	granary_groups(live)                     → the present groups of a live query, or why it has ended
//	granary_unlive(live)                     ends a live query → nothing
//	granary_news(store)                      → numbers, for each live query whose answer has changed since it was last told: its
//	                                         number; how many records match; how many rows were removed, inserted, updated,
//	                                         and how many numbers tell of moves; the positions, those of removed rows in the
//	                                         answer before, the others in the present one, of moves pairs of the one and the
//	                                         other; epoch; row and version of each row inserted, then of each updated, or
//	                                         with "include" their tree. 2³²−1 rows removed stand for all, and then no
//	                                         positions are given; 2³²−2 say that granary_groups has the rest, and end it there
//	granary_observe(store, length)           {} or {"model", "where"?} → numbers: the number of the observer
//	granary_unobserve(observer)              ends the telling → nothing
//	granary_events(store)                    → [{"observer", "opType", "model": name, "source", "commit", "ref": [epoch, row, version of the
//	                                         element, 0 after a delete], "element": {field: value},
//	                                         "before"?: the same, "changed": [field, …]}, …]: what observers were told and the page
//	                                         has not asked for yet, in order; of a store that has ended the reason, as an error
//	granary_peek(store, op, model, length)   key as an array of values → the array of the record's values, or null
//	granary_load(store, op, length)          [model, …]: their names; brings them into memory → nothing
//	granary_stats(store)                     → {"models":[{"model","rows","bytes","loaded"}],"memory":bytes of the Go heap,
//	                                         "log":{"entries","bytes"},"blocks":{"count","bytes"},"pending":commits}
//	granary_check(store, op)                 → {"problems": ["…", …]}
//	granary_export(store, op, length)        {"name"?, "models"?: [name, …]} → numbers: the number of an export, and how many records it has
//	granary_export_next(store, export)       → how many records are written with this piece, a number, and the piece of text; none at the end
//	granary_import(store, mode)              mode: 0 merge, 1 keep, 2 replace → the number of an import, as one number
//	granary_import_feed(store, import, length) the next piece of text → numbers: how many records were read, of how many
//	granary_import_commit(store, op, import) one commit → {"records","inserted","replaced","kept"}
//	granary_transfer_end(store, export or import) forgets it
//	granary_wake(store)                      has the store look whether other tabs have written → nothing
//	granary_hurry(store)                     hands all that is pending to storage when the page kicks the engine next, before that
//	                                         call returns → nothing
//	granary_sync(store, verb, length)        the sync of a store, by verb: sync.go has the list and what each answers
//	granary_synced(store, op, verb, length)  what of it ends later, likewise → {}
//	granary_reply(store, op, call, kind, length) what the page's backend has answered to a call that granary_sync asked for → {}
//	granary_repair(op, length)               {"name","schema","version"?} → {"repaired","uncertain","settled","models":[{"model","kept","lost","removed","dangling"}],
//	                                         "aside":[{"name","model"?,"bytes","reason"}]}; of IndexedDB; no store may have it open
//	granary_clear(store, op)                 → {}
//	granary_close(store, op)                 → {}; of one that has ended, too
//	granary_destroy(op, length)              {"name"} → {}; removes the database; no store may have it open
//
// A verb that looks at models which are in storage only fails with NOT_LOADED and the
// details {"store", "models": [name, …]}, and has done nothing: the page calls
// granary_load with them, and then the same again.
//
// model and relation are positions in the compiled schema. "numbers" are 32-bit
// unsigned little-endian integers. A row number names a record for as long as the
// epoch stays the same; row and version together name one immutable state of it.
//
// A predicate is data:
//
//	{"and": [p, …]}  {"or": [p, …]}  {"not": p}  {"all": true}
//	{"field": "title", "op": "eq", "value": …}        value is an array for between, in and notIn
//	{"relation": "comments", "some": p}               also "every", "none"
//
// with op one of eq ne gt ge lt le between contains notContains beginsWith in notIn.
//
// # Imports
//
// The page provides the module "granary":
//
//	settle(op i32, status i32, address i32, length i32)
//	random(address i32, length i32)          fill with random bytes of cryptographic quality, 65,536 at most
//	now() f64                                milliseconds since 1970
//	changed()                                what was answered before may be another thing now
//	news(store i32)                          answers of live queries may have changed, or observers were told; granary_news and
//	                                         granary_events tell, but not from inside this call
//	notice(address i32, length i32)          what has become of a store, apart from its records: {"type", "store": name, "error"?, …}; the
//	                                         types and their other members are those of StoreEvent in web/src/event-types.ts.
//	                                         With "handle" that store has ended: the page calls nothing more on it
//
// # Start and end
//
// The page sets argv to ["granary", key] and a function under that key on
// globalThis; main calls it once with the no-op kick function and waits for ever.
// A panic ends the engine: settle is called with op 0 and the error. Then, when
// the program has exited, or a RangeError or WebAssembly.RuntimeError came out of
// a call, the page must not call again.
package main
