// All that the package offers, the same for every build of it.

export type {
  Aggregate, Average, ComparableField, Group, GroupBy, GroupOptions, GroupSort, KeyField, LiveGroupBy, NumberField, Sum,
} from './aggregate-types.js';
export { Predicates } from './condition.js';
export type { CommitOptions } from './durability.js';
export { DataStore, type OpenOptions } from './datastore.js';
export { ErrorCode, GranaryError, type ErrorParts } from './errors.js';
export type { StoreEvent } from './event-types.js';
export type { Exact, Include, Loaded, LoadedFrom, RelationName } from './include-types.js';
export type { JSONData, JSONValue } from './json.js';
export type {
  Collection, Condition, Draft, DynamicModels, DynamicPredicate, DynamicRecord, EqualityPredicate, FieldName, FieldPredicate, ForeignKey,
  Groups, Init, Key, Lazy, ListPredicate, Marks, ModelClasses, ModelConstructor, ModelType, OrderPredicate, Predicate, PredicateOf,
  Quantifiers, QueryOptions, SortOf, TextPredicate,
} from './model-types.js';
export type { Migrate, Migration, Migrations, OldRecord } from './migration-types.js';
export type {
  CompiledSchema, SchemaEnum, SchemaField, SchemaIndex, SchemaModel, SchemaRelation, SchemaType,
} from './schema.js';
export type { Diff, LiveAnswer, LiveQuery, LiveValue, SyncStatus } from './live.js';
export type { Message } from './observe.js';
export type { Observable, Observer, SubscribeOptions, Subscription } from './observable.js';
export { SortDirection } from './sort.js';
export type { StoreVerbs } from './store-verbs.js';
export type { Connect, ManyToManyName, RunTransaction, Transaction, TransactionOptions } from './transaction-types.js';
export type {
  AcknowledgedOptions, Conflict, ConflictPolicy, RejectedMutation, RejectedOp, Resolution, Sync, SyncEvent, SyncModel, SyncModelStatus, SyncOptions, SyncPhase, SyncSettings, SyncState,
} from './sync-types.js';
export type {
  Change, HttpRemoteOptions, LiveChannel, Mutation, MutationResult, Op, PullAnswer, PullRequest, PushAnswer, PushRequest, Remote,
} from './sync-remote-types.js';
export type { CheckReport, Count, Delete, DeleteAll, Estimate, Live, LiveCount, Observe, Query, Save, SaveAll, Stats } from './verbs.js';
export type {
  ExportOptions, ImportOptions, ImportReport, ImportSource, Progress, RepairedModel, RepairReport,
} from './transfer-types.js';
export type { WasmSource, WasmValue } from './wasm-source.js';
